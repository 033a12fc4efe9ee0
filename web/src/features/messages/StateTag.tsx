import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Message, type MessageState, REASONS, STATES } from '../../api/messages';

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
  const known = REASONS.find((one) => one === of.reason);
  const words = known ? t(`messages.reasons.${known}`) : of.reason;
  return <>{[words, of.detail].filter(Boolean).join(': ')}</>;
}
