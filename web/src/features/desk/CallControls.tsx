import {
  AudioMutedOutlined,
  AudioOutlined,
  PauseOutlined,
  PhoneOutlined,
  PlayCircleOutlined,
} from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { LiveContact } from '../../api/frames';
import { keyLabel } from '../../lib/keys';
import { ReasonButton } from '../../ui/ReasonButton';
import { useCommand, useLineReason, usePending } from './useDesk';

/** Mute, hold, end. A pressed button shows pending until the server says that it is so. */
export function CallControls({ contact }: { contact: LiveContact }) {
  const { t } = useTranslation();
  const command = useCommand();
  const lost = useLineReason();
  const muting = usePending('call.mute');
  const holding = usePending('call.hold');
  const resuming = usePending('call.resume');
  const ending = usePending('call.hang_up');
  const held = contact.state === 'held';
  const early = contact.state === 'connecting' ? t('desk.call.notYet') : undefined;
  return (
    <div className="controls" role="toolbar" aria-label={t('desk.call.controls')}>
      <ReasonButton
        size="large"
        aria-label={contact.muted ? t('desk.call.unmute') : t('desk.call.mute')}
        aria-pressed={contact.muted}
        type={contact.muted ? 'primary' : 'default'}
        icon={contact.muted ? <AudioMutedOutlined /> : <AudioOutlined />}
        reason={lost ?? early}
        hint={keyLabel('mute')}
        loading={muting}
        onClick={() => void command('call.mute', { on: !contact.muted })}
      >
        {contact.muted ? t('desk.call.unmute') : t('desk.call.mute')}
      </ReasonButton>
      <ReasonButton
        size="large"
        aria-label={held ? t('desk.call.resume') : t('desk.call.hold')}
        type={held ? 'primary' : 'default'}
        icon={held ? <PlayCircleOutlined /> : <PauseOutlined />}
        reason={lost ?? early}
        hint={keyLabel('hold')}
        loading={holding || resuming}
        onClick={() => void command(held ? 'call.resume' : 'call.hold')}
      >
        {held ? t('desk.call.resume') : t('desk.call.hold')}
      </ReasonButton>
      <span className="grow" />
      <ReasonButton
        size="large"
        danger
        type="primary"
        aria-label={t('desk.call.end')}
        icon={<PhoneOutlined rotate={225} />}
        reason={lost}
        hint={keyLabel('end')}
        loading={ending}
        onClick={() => void command('call.hang_up')}
      >
        {t('desk.call.end')}
      </ReasonButton>
    </div>
  );
}
