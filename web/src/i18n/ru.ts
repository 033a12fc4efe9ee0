import type { en } from './en';
import { adminRu } from './ru/admin';
import { boardRu } from './ru/board';
import { cardsRu } from './ru/cards';
import { commonRu } from './ru/common';
import { contactsRu } from './ru/contacts';
import { deskRu } from './ru/desk';
import { eventsRu } from './ru/events';
import { floorRu } from './ru/floor';
import { flowsRu } from './ru/flows';
import { hooksRu } from './ru/hooks';
import { messagesRu } from './ru/messages';
import { problemsRu } from './ru/problems';
import { rulesRu } from './ru/rules';
import type { Words } from './words';

export const ru: Words<typeof en> = {
  ...commonRu,
  desk: deskRu,
  board: boardRu,
  floor: floorRu,
  contacts: contactsRu,
  admin: adminRu,
  flows: flowsRu,
  cards: cardsRu,
  messages: messagesRu,
  hooks: hooksRu,
  rules: rulesRu,
  events: eventsRu,
  problem: problemsRu,
};
