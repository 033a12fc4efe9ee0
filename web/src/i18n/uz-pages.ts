import type { pagesEn } from './en-pages';
import { adminUz } from './uz/admin';
import { cardsUz } from './uz/cards';
import { connectorsUz } from './uz/connectors';
import { contactsUz } from './uz/contacts';
import { eventKindsUz } from './uz/eventKinds';
import { eventsUz } from './uz/events';
import { flowsUz } from './uz/flows';
import { hooksUz } from './uz/hooks';
import { loyaltyUz } from './uz/loyalty';
import { messagesUz } from './uz/messages';
import { operationsUz } from './uz/operations';
import { predictionsUz } from './uz/predictions';
import { readyUz } from './uz/ready';
import { rulesUz } from './uz/rules';
import { saidUz } from './uz/said';
import { schemaUz } from './uz/schema';
import { scriptUz } from './uz/script';
import { tasksUz } from './uz/tasks';
import type { Words } from './words';

export const pagesUz: Words<typeof pagesEn> = {
  said: saidUz,
  admin: adminUz,
  contacts: contactsUz,
  flows: flowsUz,
  connectors: connectorsUz,
  tasks: tasksUz,
  script: scriptUz,
  cards: cardsUz,
  messages: messagesUz,
  loyalty: loyaltyUz,
  hooks: hooksUz,
  predictions: predictionsUz,
  ready: readyUz,
  rules: rulesUz,
  events: eventsUz,
  eventKinds: eventKindsUz,
  operations: operationsUz,
  schema: schemaUz,
};
