import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from '../i18n/en';
import type { pagesEn } from '../i18n/en-pages';
import { remember, remembered } from './store';

export type Language = 'en' | 'ru' | 'uz';
export const LANGUAGES: { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'ru', name: 'Русский' },
  { code: 'uz', name: 'Oʻzbekcha' },
];

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en & typeof pagesEn };
  }
}

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some(({ code }) => code === value);
}

/** What the person chose, else what the browser prefers, else English. */
export function preferredLanguage(): Language {
  const chosen = remembered<unknown>('language', undefined);
  if (isLanguage(chosen)) return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find(isLanguage) ?? 'en';
}

const loaders: Record<Exclude<Language, 'en'>, () => Promise<object>> = {
  ru: () => import('../i18n/ru').then((module) => module.ru),
  uz: () => import('../i18n/uz').then((module) => module.uz),
};

const pageLoaders: Record<Language, () => Promise<object>> = {
  en: () => import('../i18n/en-pages').then((module) => module.pagesEn),
  ru: () => import('../i18n/ru-pages').then((module) => module.pagesRu),
  uz: () => import('../i18n/uz-pages').then((module) => module.pagesUz),
};
let pagesWanted = false;

type Patterns = typeof import('../i18n/patterns')['patterns'];
let known: Patterns | undefined;
let readyKeys: ReadonlyMap<string, string> | undefined;
/** Sentences of the server that have words here; none before the words of pages are there. */
export const patterns = (): readonly Patterns[number][] => known ?? [];

async function loadPages(language: Language): Promise<void> {
  const [words, sentences, shipped] = await Promise.all([
    pageLoaders[language](),
    import('../i18n/patterns'),
    import('../i18n/ready'),
  ]);
  known = sentences.patterns;
  readyKeys = shipped.ready;
  i18next.addResourceBundle(language, 'translation', words, true, true);
}

/** The words of pages beyond the first load, in the language that is shown. */
export async function pageWords(): Promise<void> {
  pagesWanted = true;
  if (isLanguage(i18next.language)) await loadPages(i18next.language);
}

/** Shows the language; `chosen` by a person on this browser, it is remembered here. */
export async function switchLanguage(language: Language, chosen = true): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', await loaders[language]());
  }
  if (pagesWanted) await loadPages(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (chosen) remember('language', language);
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
    // Words that come later are shown when they are there.
    react: { bindI18nStore: 'added' },
  });
  // A right is said in words once those are there: `{{operation, right}}`.
  i18next.services.formatter?.add('right', (name: string) => codeWord('operations', name) ?? name);
  await switchLanguage(preferredLanguage(), false);
}

/**
 * Words for what the server calls by a code of two parts: kinds of its events (`access.signed_in.v1`, whose version is
 * nobody's business) and rights (`person.read`). Nothing for a code of somebody else, or before the words are there.
 */
export function codeWord(of: 'eventKinds' | 'operations', code: string): string | undefined {
  const key = `${of}.${code.replace(/\.v\d+$/, '')}`;
  // Found by name, so nothing is known of its type.
  return i18next.exists(key) ? i18next.t(key as never) : undefined;
}

/** A text that came with the server in one language, in the person's; what people have written stays as it is. */
export function readyText(text: string): string {
  const key = readyKeys?.get(text);
  // Found by name, so nothing is known of its type.
  return key ? i18next.t(key as never) : text;
}

/** The language of the person's record, on a browser where nobody has chosen another. */
export async function adoptLanguage(language: string): Promise<void> {
  const chosen = remembered<unknown>('language', undefined);
  if (chosen === undefined && isLanguage(language)) await switchLanguage(language, false);
}
