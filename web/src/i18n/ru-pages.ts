import type { pagesEn } from './en-pages';
import { adminRu } from './ru/admin';
import { cardsRu } from './ru/cards';
import { connectorsRu } from './ru/connectors';
import { contactsRu } from './ru/contacts';
import { eventKindsRu } from './ru/eventKinds';
import { eventsRu } from './ru/events';
import { flowsRu } from './ru/flows';
import { hooksRu } from './ru/hooks';
import { loyaltyRu } from './ru/loyalty';
import { messagesRu } from './ru/messages';
import { operationsRu } from './ru/operations';
import { predictionsRu } from './ru/predictions';
import { readyRu } from './ru/ready';
import { rulesRu } from './ru/rules';
import { saidRu } from './ru/said';
import { schemaRu } from './ru/schema';
import { scriptRu } from './ru/script';
import { tasksRu } from './ru/tasks';
import type { Words } from './words';

export const pagesRu: Words<typeof pagesEn> = {
  said: saidRu,
  admin: adminRu,
  contacts: contactsRu,
  flows: flowsRu,
  connectors: connectorsRu,
  tasks: tasksRu,
  script: scriptRu,
  cards: cardsRu,
  messages: messagesRu,
  loyalty: loyaltyRu,
  hooks: hooksRu,
  predictions: predictionsRu,
  ready: readyRu,
  rules: rulesRu,
  events: eventsRu,
  eventKinds: eventKindsRu,
  operations: operationsRu,
  schema: schemaRu,
};
