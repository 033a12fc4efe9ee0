import type { TFunction } from 'i18next';
import { contactsEn } from '../../i18n/en/contacts';
import { count, duration, phone } from '../../lib/format';
import { isLanguage } from '../../lib/i18n';
import { outcomeWord } from './outcome';

type Happened = keyof typeof contactsEn.happened;
type Detail = keyof typeof contactsEn.details;
type Channel = keyof typeof contactsEn.values.channel;
type EndedBy = keyof typeof contactsEn.values.ended_by;
type Value = string | number | boolean;

const isHappened = (word: string): word is Happened => word in contactsEn.happened;
const isDetail = (word: string): word is Detail => word in contactsEn.details;
const isChannel = (word: string): word is Channel => word in contactsEn.values.channel;
const isEndedBy = (word: string): word is EndedBy => word in contactsEn.values.ended_by;

/** `routing.contact_queued.v1` → "Queued"; a kind that this page does not know yet is shown by its own words. */
export function eventWords(kind: string, t: TFunction): string {
  const what =
    kind
      .replace(/\.v\d+$/, '')
      .split('.')
      .at(-1) ?? kind;
  if (isHappened(what)) return t(`contacts.happened.${what}`);
  const words = what.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Tenths of a second below ten seconds, "1:15" above. */
function lasting(ms: number, t: TFunction, language: string): string {
  if (ms >= 10_000) return duration(ms / 1000);
  return t('common.seconds', { n: count(Math.round(ms / 100) / 10, language) });
}

/** Words that the server has codes for; inside a line they begin small. */
function coded(key: Detail, value: string, t: TFunction, language: string): string {
  if (key === 'channel' && isChannel(value)) return t(`contacts.values.channel.${value}`);
  if (key === 'ended_by' && isEndedBy(value)) return t(`contacts.values.ended_by.${value}`);
  if (key === 'language' && isLanguage(value)) {
    const name = t(`locale.${value}`);
    return language === 'en' ? name : name.toLowerCase();
  }
  if (key === 'dialled') return phone(value);
  if (key !== 'outcome') return value;
  const word = outcomeWord(value, t);
  return word === value ? value : word.charAt(0).toLowerCase() + word.slice(1);
}

/** A value in the reader's language; one that this page does not know yet is shown as it came. */
function valueText(key: Detail, value: Value, t: TFunction, language: string): string {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no').toLowerCase();
  if (typeof value === 'string') return coded(key, value, t, language);
  return key.endsWith('_ms') ? lasting(value, t, language) : count(value, language);
}

const isValue = (value: unknown): value is Value =>
  ['string', 'number', 'boolean'].includes(typeof value) && value !== '';

/** The details that say something to a person, on one line; ids and checksums stay in the audit log. */
export function payloadLine(
  payload: Record<string, unknown>,
  t: TFunction,
  language: string,
): string {
  return Object.entries(payload)
    .flatMap(([key, value]) =>
      isDetail(key) && isValue(value)
        ? [`${t(`contacts.details.${key}`)}: ${valueText(key, value, t, language)}`]
        : [],
    )
    .join(' · ');
}
