import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleDocument } from '../../../api/automation';
import { keyOf, type TrialAnswer } from '../../../api/trials';
import { dateTime } from '../../../lib/format';
import { FaultLine } from '../../../ui/criteria/FaultNotes';
import { explain } from '../../../ui/decision/explain';
import { sayReaction } from '../../../ui/decision/sentence';
import { TraceView } from '../../../ui/decision/TraceView';
import { metWords, stepWords, useSpeech } from '../../../ui/decision/useTold';

/** Whether the rule reacts, what it does, and why. */
export function TrialResult({ answer, document }: { answer: TrialAnswer; document: RuleDocument }) {
  const { t, i18n } = useTranslation();
  const speech = useSpeech(document.event, document.criteria);
  const { variant, matched } = answer;
  return (
    <div className="trial-result" data-matched={matched}>
      <Alert
        showIcon
        type={matched ? 'success' : 'info'}
        title={t(matched ? 'rules.trial.matched' : 'rules.trial.notMatched')}
        description={
          variant ? t('rules.trial.variant', { variant: variant.toUpperCase() }) : undefined
        }
      />
      <h2>{t('rules.trial.reactions')}</h2>
      {answer.reactions.length === 0 ? <p className="dim">{t('rules.trial.nothingDone')}</p> : null}
      <ul className="planned">
        {answer.reactions.map((planned) => {
          const key = keyOf(planned);
          const reaction = document.reactions.find((one) => one.key === key);
          return (
            <li key={key} title={key}>
              {reaction ? sayReaction(reaction, speech) : key}
              {typeof planned !== 'string' && planned.due_at ? (
                <span className="dim"> {dateTime(planned.due_at, i18n.language)}</span>
              ) : null}
            </li>
          );
        })}
      </ul>
      <h2>{t('rules.trial.reasons')}</h2>
      <TraceView
        judgement={{ ...answer.trace, matched }}
        steps={answer.trace?.steps ?? explain(document.criteria, answer.trace?.inputs ?? {})}
        words={(step) => stepWords(step, speech)}
        met={(step) => metWords(step, speech)}
      />
      {/* That there is no test yet is what one is about to change. */}
      {answer.faults
        .filter(({ code }) => code !== 'no_test')
        .map((fault) => (
          <FaultLine key={`${fault.code}${fault.pointer}`} fault={fault} />
        ))}
    </div>
  );
}
