import type { en } from './en';
import { boardUz } from './uz/board';
import { commonUz } from './uz/common';
import { customersUz } from './uz/customers';
import { deskUz } from './uz/desk';
import { floorUz } from './uz/floor';
import { problemsUz } from './uz/problems';
import type { Words } from './words';

export const uz: Words<typeof en> = {
  ...commonUz,
  desk: deskUz,
  board: boardUz,
  floor: floorUz,
  admin: { customers: customersUz },
  problem: problemsUz,
};
