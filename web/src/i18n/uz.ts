import type { en } from './en';
import { boardUz } from './uz/board';
import { commonUz } from './uz/common';
import { contactsUz } from './uz/contacts';
import { deskUz } from './uz/desk';
import { floorUz } from './uz/floor';
import { problemsUz } from './uz/problems';
import type { Words } from './words';

export const uz: Words<typeof en> = {
  ...commonUz,
  desk: deskUz,
  board: boardUz,
  floor: floorUz,
  contacts: contactsUz,
  problem: problemsUz,
};
