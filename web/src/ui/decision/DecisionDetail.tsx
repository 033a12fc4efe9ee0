import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Decision } from '../../api/trials';
import { dateTime } from '../../lib/format';
import { sayWhat } from './sentence';
import { TraceView } from './TraceView';
import { metWords, stepWords, useTold } from './useTold';

/** Whether a rule reacted. */
export function DecisionTag({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  return (
    <span className="row" data-matched={decision.matched}>
      <Tag color={decision.matched ? 'success' : 'default'}>
        {t(decision.matched ? 'rules.decisions.reacted' : 'rules.decisions.notReacted')}
      </Tag>
      {decision.variant ? <Tag>{decision.variant.toUpperCase()}</Tag> : null}
    </span>
  );
}

const STATES = ['waiting', 'needless', 'done', 'cancelled', 'failed', 'undone'] as const;

/** One decision with its reasons, what it looked at and what became of its reactions. */
export function DecisionDetail({ decision }: { decision: Decision }) {
  const { t, i18n } = useTranslation();
  const { document, steps, speech } = useTold(decision);
  const stateWord = (state: string | undefined) => {
    const known = STATES.find((one) => one === state);
    return known ? t(`rules.decisions.reactionStates.${known}`) : (state ?? '');
  };
  const reactions = (decision.reactions ?? []).map((one) =>
    typeof one === 'string' ? { key: one } : one,
  );
  const said = (key: string) => {
    const reaction = document?.reactions.find((one) => one.key === key);
    return reaction ? sayWhat(reaction, speech) : key;
  };
  return (
    <>
      <p className="row">
        <DecisionTag decision={decision} />
        <span className="dim">
          {t('rules.decisions.version', { version: decision.version })},{' '}
          {dateTime(decision.decided_at, i18n.language, { exact: true })}
        </span>
      </p>
      <TraceView
        judgement={decision}
        steps={steps}
        words={(step) => stepWords(step, speech)}
        met={(step) => metWords(step, speech)}
      />
      {reactions.length > 0 ? (
        <>
          <h3>{t('rules.decisions.reactions')}</h3>
          <ul className="planned">
            {reactions.map((reaction) => (
              <li key={reaction.key} title={reaction.key}>
                {said(reaction.key)}:{' '}
                {'state' in reaction ? <b>{stateWord(reaction.state)}</b> : null}
                {'due_at' in reaction && reaction.due_at ? (
                  <span className="dim">
                    {' '}
                    {dateTime(reaction.due_at, i18n.language, { exact: true })}
                  </span>
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
