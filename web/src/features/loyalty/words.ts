import { useTranslation } from 'react-i18next';
import type { LoyaltyFile } from '../../api/loyalty';
import { loyaltyEn } from '../../i18n/en/loyalty';
import { codeWord } from '../../lib/i18n';

type Kind = keyof typeof loyaltyEn.happened;
type Counter = keyof typeof loyaltyEn.counter;
type Source = keyof typeof loyaltyEn.source;
type Record = keyof typeof loyaltyEn.record;
type Refusal = keyof typeof loyaltyEn.file.refusals;
const isRefusal = (code: string): code is Refusal => code in loyaltyEn.file.refusals;
const isRecord = (key: string): key is Record => key in loyaltyEn.record;
const known = (key: string): key is Kind => key in loyaltyEn.happened;
const isCounter = (key: string): key is Counter => key in loyaltyEn.counter;
const isSource = (key: string): key is Source => key in loyaltyEn.source;

/** What happened, in words: `loyalty.tier_changed.v1` and the kinds of the ledger; unknown ones as they are. */
export function useKindWord() {
  const { t } = useTranslation();
  return (kind: string) => {
    const key = kind.replace(/^loyalty\./, '').replace(/\.v\d+$/, '');
    return known(key) ? t(`loyalty.happened.${key}`) : (codeWord('eventKinds', kind) ?? kind);
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

/** What a movement belongs to: the number of a purchase as it is; what has an id of the server by its kind. */
export function useRecordWord() {
  const { t } = useTranslation();
  return (record: string | null | undefined) => {
    if (!record) return '—';
    const [kind = '', id] = record.split(':');
    if (id && isRecord(kind)) return t(`loyalty.record.${kind}`);
    if (/^[0-9a-f-]{36}$/.test(record)) return t('loyalty.record.adjustment');
    return /^[0-9a-f]{32}$/.test(record) ? t('loyalty.record.line') : record;
  };
}

/** Why a file was refused as a whole; a reason without words as the server has it. */
export function useRefusalWord() {
  const { t } = useTranslation();
  return ({ refusal_code: code, refusal }: Pick<LoyaltyFile, 'refusal_code' | 'refusal'>) =>
    code && isRefusal(code) ? t(`loyalty.file.refusals.${code}`) : refusal;
}
