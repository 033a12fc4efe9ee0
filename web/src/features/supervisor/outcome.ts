import type { TFunction } from 'i18next';

export const OUTCOMES = [
  'in_progress',
  'answered',
  'abandoned',
  'abandoned_in_ivr',
  'ivr_completed',
  'refused',
  'failed',
] as const;

/** The outcome in words; one that this page does not know yet is shown as it came. */
export function outcomeWord(outcome: string, t: TFunction): string {
  const known = OUTCOMES.find((value) => value === outcome);
  return known ? t(`contacts.outcomes.${known}`) : outcome;
}
