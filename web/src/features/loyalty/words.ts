import { useTranslation } from 'react-i18next';
import { loyaltyEn } from '../../i18n/en/loyalty';

type Kind = keyof typeof loyaltyEn.happened;
type Counter = keyof typeof loyaltyEn.counter;
type Source = keyof typeof loyaltyEn.source;
const known = (key: string): key is Kind => key in loyaltyEn.happened;
const isCounter = (key: string): key is Counter => key in loyaltyEn.counter;
const isSource = (key: string): key is Source => key in loyaltyEn.source;

/** What happened, in words: `loyalty.tier_changed.v1` and the kinds of the ledger; unknown ones as they are. */
export function useKindWord() {
  const { t } = useTranslation();
  return (kind: string) => {
    const key = kind.replace(/^loyalty\./, '').replace(/\.v\d+$/, '');
    return known(key) ? t(`loyalty.happened.${key}`) : kind;
  };
}

/** The other side of a posting, in words. */
export function useCounterWord() {
  const { t } = useTranslation();
  return (role: string) => (isCounter(role) ? t(`loyalty.counter.${role}`) : role);
}

/** Which way something came, in words. */
export function useSourceWord() {
  const { t } = useTranslation();
  return (source: string) => (isSource(source) ? t(`loyalty.source.${source}`) : source);
}
