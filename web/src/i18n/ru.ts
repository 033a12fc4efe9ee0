import type { en } from './en';
import { boardRu } from './ru/board';
import { commonRu } from './ru/common';
import { contactsRu } from './ru/contacts';
import { deskRu } from './ru/desk';
import { floorRu } from './ru/floor';
import { problemsRu } from './ru/problems';
import type { Words } from './words';

export const ru: Words<typeof en> = {
  ...commonRu,
  desk: deskRu,
  board: boardRu,
  floor: floorRu,
  contacts: contactsRu,
  problem: problemsRu,
};
