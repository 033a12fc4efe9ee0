import { en } from './en';
import { pagesEn } from './en-pages';
import { ru } from './ru';
import { pagesRu } from './ru-pages';
import { uz } from './uz';
import { pagesUz } from './uz-pages';

/** Every word of every language at once: for tests, never for pages. */
export const allWords = {
  en: { ...en, ...pagesEn },
  ru: { ...ru, ...pagesRu },
  uz: { ...uz, ...pagesUz },
};
