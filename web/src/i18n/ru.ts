import type { en } from './en';
import { boardRu } from './ru/board';
import { commonRu } from './ru/common';
import { customersRu } from './ru/customers';
import { deskRu } from './ru/desk';
import { floorRu } from './ru/floor';
import { problemsRu } from './ru/problems';
import type { Words } from './words';

export const ru: Words<typeof en> = {
  ...commonRu,
  desk: deskRu,
  board: boardRu,
  floor: floorRu,
  admin: { customers: customersRu },
  problem: problemsRu,
};
