import type { en } from './en';
import { adminUz } from './uz/admin';
import { boardUz } from './uz/board';
import { cardsUz } from './uz/cards';
import { commonUz } from './uz/common';
import { contactsUz } from './uz/contacts';
import { deskUz } from './uz/desk';
import { eventsUz } from './uz/events';
import { floorUz } from './uz/floor';
import { flowsUz } from './uz/flows';
import { hooksUz } from './uz/hooks';
import { messagesUz } from './uz/messages';
import { problemsUz } from './uz/problems';
import { rulesUz } from './uz/rules';
import type { Words } from './words';

export const uz: Words<typeof en> = {
  ...commonUz,
  desk: deskUz,
  board: boardUz,
  floor: floorUz,
  contacts: contactsUz,
  admin: adminUz,
  flows: flowsUz,
  cards: cardsUz,
  messages: messagesUz,
  hooks: hooksUz,
  rules: rulesUz,
  events: eventsUz,
  problem: problemsUz,
};
