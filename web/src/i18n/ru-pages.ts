import type { pagesEn } from './en-pages';
import { cardsRu } from './ru/cards';
import { eventsRu } from './ru/events';
import { flowsRu } from './ru/flows';
import { hooksRu } from './ru/hooks';
import { messagesRu } from './ru/messages';
import { rulesRu } from './ru/rules';
import { schemaRu } from './ru/schema';
import type { Words } from './words';

export const pagesRu: Words<typeof pagesEn> = {
  flows: flowsRu,
  cards: cardsRu,
  messages: messagesRu,
  hooks: hooksRu,
  rules: rulesRu,
  events: eventsRu,
  schema: schemaRu,
};
