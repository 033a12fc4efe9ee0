import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Decision, TraceStep } from '../api/trials';
import { dateTime } from '../lib/format';
import { TraceView } from './TraceView';

/** Whether a rule reacted. */
export function DecisionTag({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  return (
    <span data-matched={decision.matched}>
      <Tag color={decision.matched ? 'success' : 'default'}>
        {t(decision.matched ? 'rules.decisions.reacted' : 'rules.decisions.notReacted')}
      </Tag>
      {decision.variant ? <Tag>{decision.variant.toUpperCase()}</Tag> : null}
    </span>
  );
}

const STATES = ['waiting', 'needless', 'done', 'cancelled', 'failed', 'undone'] as const;

/** One decision with its reasons, what it looked at and what became of its reactions. */
export function DecisionDetail({
  decision,
  steps,
  words,
}: {
  decision: Decision;
  /** What each condition met, where the document of that version is known. */
  steps: TraceStep[];
  words?: (step: TraceStep) => string | undefined;
}) {
  const { t, i18n } = useTranslation();
  const stateWord = (state: string | undefined) => {
    const known = STATES.find((one) => one === state);
    return known ? t(`rules.decisions.reactionStates.${known}`) : (state ?? '');
  };
  const reactions = (decision.reactions ?? []).map((one) =>
    typeof one === 'string' ? { key: one } : one,
  );
  return (
    <>
      <p className="row">
        <DecisionTag decision={decision} />
        <span className="dim">
          {t('rules.decisions.version', { version: decision.version })},{' '}
          {dateTime(decision.decided_at, i18n.language)}
        </span>
      </p>
      <TraceView judgement={decision} steps={steps} {...(words ? { words } : {})} />
      {reactions.length > 0 ? (
        <>
          <h3>{t('rules.trial.reactions')}</h3>
          <ul className="planned">
            {reactions.map((reaction) => (
              <li key={reaction.key}>
                <b className="code">{reaction.key}</b>{' '}
                {'state' in reaction ? stateWord(reaction.state) : ''}
                {'due_at' in reaction && reaction.due_at ? (
                  <span className="dim"> {dateTime(reaction.due_at, i18n.language)}</span>
                ) : null}
                {'error' in reaction && reaction.error ? (
                  <div className="fault">{reaction.error}</div>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}
