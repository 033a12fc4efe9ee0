import { useTranslation } from 'react-i18next';
import { loyaltyEn } from '../../i18n/en/loyalty';

type Kind = keyof typeof loyaltyEn.happened;
const known = (key: string): key is Kind => key in loyaltyEn.happened;

/** What happened, in words: `loyalty.tier_changed.v1` and the kinds of the ledger; unknown ones as they are. */
export function useKindWord() {
  const { t } = useTranslation();
  return (kind: string) => {
    const key = kind.replace(/^loyalty\./, '').replace(/\.v\d+$/, '');
    return known(key) ? t(`loyalty.happened.${key}`) : kind;
  };
}
