import type { TFunction } from 'i18next';
import { en } from '../../i18n/en';
import { duration } from '../../lib/format';

type Happened = keyof typeof en.contacts.happened;
type Detail = keyof typeof en.contacts.details;

const isHappened = (word: string): word is Happened => word in en.contacts.happened;
const isDetail = (word: string): word is Detail => word in en.contacts.details;

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

function valueText(key: string, value: string | number | boolean): string {
  if (!key.endsWith('_ms') || typeof value !== 'number') return String(value);
  return value < 10_000 ? `${(value / 1000).toFixed(1)} s` : duration(value / 1000);
}

/** The details that say something to a person, on one line; ids and checksums stay in the audit log. */
export function payloadLine(payload: Record<string, unknown>, t: TFunction): string {
  return Object.entries(payload)
    .flatMap(([key, value]) =>
      isDetail(key) && ['string', 'number', 'boolean'].includes(typeof value) && value !== ''
        ? [`${t(`contacts.details.${key}`)}: ${valueText(key, value as string | number | boolean)}`]
        : [],
    )
    .join(' · ');
}
