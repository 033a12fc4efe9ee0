import type { pagesEn } from './en-pages';
import { cardsUz } from './uz/cards';
import { eventsUz } from './uz/events';
import { flowsUz } from './uz/flows';
import { hooksUz } from './uz/hooks';
import { messagesUz } from './uz/messages';
import { rulesUz } from './uz/rules';
import { schemaUz } from './uz/schema';
import type { Words } from './words';

export const pagesUz: Words<typeof pagesEn> = {
  flows: flowsUz,
  cards: cardsUz,
  messages: messagesUz,
  hooks: hooksUz,
  rules: rulesUz,
  events: eventsUz,
  schema: schemaUz,
};
