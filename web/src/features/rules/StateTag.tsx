import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Rule } from '../../api/automation';

const COLOURS = {
  draft: 'default',
  in_test: 'warning',
  approved: 'processing',
  live: 'success',
  paused: 'warning',
  stopped: 'default',
} as const;

/** The state of a rule in words, and what is live while its draft goes on changing. */
export function StateTag({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const { state, running, live_version, challenger } = rule;
  const draftDiffers = running !== null && running !== state;
  return (
    <>
      <Tag color={COLOURS[running ?? state]}>{t(`rules.states.${running ?? state}`)}</Tag>
      {live_version !== null && running === 'live' ? (
        <Tag>{t('rules.liveVersion', { version: live_version })}</Tag>
      ) : null}
      {draftDiffers && state !== 'draft' ? (
        <Tag color={COLOURS[state]}>
          {t('rules.life.draftIs', { state: t(`rules.states.${state}`) })}
        </Tag>
      ) : null}
      {challenger ? <Tag color="processing">{t('rules.challengerAt', challenger)}</Tag> : null}
    </>
  );
}
