import { adminEn } from './en/admin';
import { cardsEn } from './en/cards';
import { connectorsEn } from './en/connectors';
import { contactsEn } from './en/contacts';
import { eventKindsEn } from './en/eventKinds';
import { eventsEn } from './en/events';
import { flowsEn } from './en/flows';
import { hooksEn } from './en/hooks';
import { loyaltyEn } from './en/loyalty';
import { messagesEn } from './en/messages';
import { operationsEn } from './en/operations';
import { predictionsEn } from './en/predictions';
import { readyEn } from './en/ready';
import { rulesEn } from './en/rules';
import { saidEn } from './en/said';
import { schemaEn } from './en/schema';
import { scriptEn } from './en/script';
import { tasksEn } from './en/tasks';

/** Words of pages that are not part of the first load: they come with the first of these pages. */
export const pagesEn = {
  said: saidEn,
  admin: adminEn,
  contacts: contactsEn,
  flows: flowsEn,
  connectors: connectorsEn,
  tasks: tasksEn,
  script: scriptEn,
  cards: cardsEn,
  messages: messagesEn,
  loyalty: loyaltyEn,
  hooks: hooksEn,
  predictions: predictionsEn,
  ready: readyEn,
  rules: rulesEn,
  events: eventsEn,
  eventKinds: eventKindsEn,
  operations: operationsEn,
  schema: schemaEn,
};
