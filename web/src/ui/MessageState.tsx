import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Message, type MessageState, STATES } from '../api/messages';

const COLOURS: Record<MessageState, string> = {
  queued: 'default',
  sending: 'processing',
  sent: 'processing',
  delivered: 'success',
  failed: 'error',
  undelivered: 'error',
  unknown: 'warning',
  refused: 'error',
  cancelled: 'default',
  expired: 'warning',
};

/** The state of a message in words; the colour only repeats it. */
export function StateTag({ state }: { state: string }) {
  const { t } = useTranslation();
  const known = STATES.find((one) => one === state);
  if (!known) return <Tag>{state}</Tag>;
  return <Tag color={COLOURS[known]}>{t(`messages.states.${known}`)}</Tag>;
}

/** Why a message stands where it stands, in words, with what the provider said. */
export function Reason({ of }: { of: Message }) {
  const { t } = useTranslation();
  const words = of.reason ? t(`messages.reasons.${of.reason}`) : undefined;
  return <>{[words, of.detail].filter(Boolean).join(': ')}</>;
}
