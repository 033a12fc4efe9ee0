import type { TFunction } from 'i18next';

export const OUTCOMES = ['answered', 'abandoned', 'ivr', 'refused', 'failed'] as const;

/** The outcome in words; one that this page does not know yet is shown as it came. */
export function outcomeWord(outcome: string | null, t: TFunction): string {
  if (!outcome) return t('contacts.running');
  const known = OUTCOMES.find((value) => value === outcome);
  return known ? t(`contacts.outcomes.${known}`) : outcome;
}
