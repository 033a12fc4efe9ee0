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
  const { state, draft_state, live_version, challenger } = rule;
  const waits = state !== draft_state && draft_state !== 'draft';
  return (
    <>
      <Tag color={COLOURS[state]}>{t(`rules.states.${state}`)}</Tag>
      {live_version !== null && state !== 'stopped' ? (
        <Tag>{t('rules.liveVersion', { version: live_version })}</Tag>
      ) : null}
      {waits ? (
        <Tag color={COLOURS[draft_state]}>
          {t('rules.life.draftIs', { state: t(`rules.states.${draft_state}`) })}
        </Tag>
      ) : null}
      {challenger ? <Tag color="processing">{t('rules.challengerAt', challenger)}</Tag> : null}
    </>
  );
}
