import { boardEn } from './en/board';
import { commonEn } from './en/common';
import { customersEn } from './en/customers';
import { deskEn } from './en/desk';
import { floorEn } from './en/floor';
import { problemsEn } from './en/problems';

/** English is the source: the other languages have exactly its keys. */
export const en = {
  ...commonEn,
  desk: deskEn,
  board: boardEn,
  floor: floorEn,
  admin: { customers: customersEn },
  problem: problemsEn,
};
