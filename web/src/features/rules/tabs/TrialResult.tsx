import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleDocument } from '../../../api/automation';
import { useEventTypes } from '../../../api/rules';
import { keyOf, type TraceStep, type TrialAnswer } from '../../../api/trials';
import { dateTime } from '../../../lib/format';
import { TraceView } from '../../../ui/TraceView';
import { FaultLine } from '../builder/FaultNotes';
import { explain } from '../model/explain';
import { isOperator } from '../model/fields';
import { type Speech, sayCondition, sayReaction } from '../model/sentence';
import { useFields } from '../useFields';

/** A step of the trace in the words of the builder. */
export function stepWords(step: TraceStep, speech: Speech): string | undefined {
  if (!step.field || !step.op || !isOperator(step.op)) return undefined;
  return sayCondition({ field: step.field, op: step.op, value: step.value }, speech);
}

/** Whether the rule reacts, what it does, and why. */
export function TrialResult({ answer, document }: { answer: TrialAnswer; document: RuleDocument }) {
  const { t, i18n } = useTranslation();
  const types = useEventTypes().data ?? [];
  const fields = useFields(document.event);
  const speech: Speech = { t, language: i18n.language, types, fields };
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
            <li key={key}>
              <b className="code">{key}</b> {reaction ? sayReaction(reaction, speech) : null}
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
      />
      {answer.faults.map((fault) => (
        <FaultLine key={`${fault.code}${fault.pointer}`} fault={fault} />
      ))}
    </div>
  );
}
