import type { TFunction } from 'i18next';
import { patterns } from '../lib/i18n';

/** A sentence of the server in the person's language, where it is one of the usual ones; else as it comes. */
export function serverWords(detail: string, t: TFunction): string {
  for (const [key, pattern] of patterns()) {
    const found = pattern.exec(detail);
    if (found) return String(t(`said.${key}`, { ...found.groups } as never));
  }
  return detail;
}
