import { adminEn } from './en/admin';
import { boardEn } from './en/board';
import { cardsEn } from './en/cards';
import { commonEn } from './en/common';
import { contactsEn } from './en/contacts';
import { deskEn } from './en/desk';
import { eventsEn } from './en/events';
import { floorEn } from './en/floor';
import { flowsEn } from './en/flows';
import { hooksEn } from './en/hooks';
import { messagesEn } from './en/messages';
import { problemsEn } from './en/problems';
import { rulesEn } from './en/rules';

/** English is the source: the other languages have exactly its keys. */
export const en = {
  ...commonEn,
  desk: deskEn,
  board: boardEn,
  floor: floorEn,
  contacts: contactsEn,
  admin: adminEn,
  flows: flowsEn,
  cards: cardsEn,
  messages: messagesEn,
  hooks: hooksEn,
  rules: rulesEn,
  events: eventsEn,
  problem: problemsEn,
};
