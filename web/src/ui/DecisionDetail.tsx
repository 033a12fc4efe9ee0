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

/** One decision with its reasons, what it looked at and what became of its reactions. */
export function DecisionDetail({
  decision,
  words,
}: {
  decision: Decision;
  words?: (step: TraceStep) => string | undefined;
}) {
  const { t, i18n } = useTranslation();
  const states = ['waiting', 'due', 'done', 'cancelled', 'failed', 'undone'] as const;
  const stateWord = (state: string | undefined) => {
    const known = states.find((one) => one === state);
    return known ? t(`rules.decisions.reactionStates.${known}`) : (state ?? '');
  };
  return (
    <>
      <p className="row">
        <DecisionTag decision={decision} />
        <span className="dim">
          {t('rules.decisions.version', { version: decision.version })},{' '}
          {dateTime(decision.decided_at, i18n.language)}
        </span>
      </p>
      {decision.reason ? <p>{decision.reason}</p> : null}
      {decision.trace ? <TraceView trace={decision.trace} {...(words ? { words } : {})} /> : null}
      {decision.reactions && decision.reactions.length > 0 ? (
        <>
          <h3>{t('rules.trial.reactions')}</h3>
          <ul className="planned">
            {decision.reactions.map((reaction) => (
              <li key={reaction.key}>
                <b className="code">{reaction.key}</b> {stateWord(reaction.state)}
                {reaction.due_at ? (
                  <span className="dim"> {dateTime(reaction.due_at, i18n.language)}</span>
                ) : null}
                {reaction.error ? <div className="fault">{reaction.error}</div> : null}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {decision.inputs ? (
        <>
          <h3>{t('rules.decisions.inputs')}</h3>
          <pre className="json">{JSON.stringify(decision.inputs, null, 2)}</pre>
        </>
      ) : null}
    </>
  );
}
