import { CheckCircleOutlined, CloseCircleOutlined, MinusCircleOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { type Judgement, type TraceStep, VERDICTS } from '../../api/trials';
import './trace.css';

const ICONS = {
  true: <CheckCircleOutlined />,
  false: <CloseCircleOutlined />,
  null: <MinusCircleOutlined />,
};

const PARTS = ['valid', 'hours', 'limit', 'table', 'error'] as const;

/** The verdict of a rule in words. */
export function useVerdict() {
  const { t } = useTranslation();
  return ({ verdict, matched }: Judgement): string => {
    const known = VERDICTS.find((one) => one === (verdict ?? (matched ? 'matched' : 'criteria')));
    return known ? t(`rules.verdicts.${known}`) : (verdict ?? '');
  };
}

/** Why: the verdict, and what each condition met. `words` says a condition as a sentence. */
export function TraceView({
  judgement,
  steps,
  words,
  met,
}: {
  judgement: Judgement;
  steps: TraceStep[];
  words?: (step: TraceStep) => string | undefined;
  /** Says what it met; without it the value stands as it came. */
  met?: (step: TraceStep) => string;
}) {
  const { t } = useTranslation();
  const verdict = useVerdict();
  const partWord = (part: TraceStep['part']) => {
    const known = PARTS.find((one) => one === part);
    return known ? t(`rules.trial.parts.${known}`) : '';
  };
  const held = {
    true: t('rules.trial.held'),
    false: t('rules.trial.notHeld'),
    null: t('rules.trial.notAsked'),
  };
  const shown = (value: unknown) =>
    value === null || value === undefined || value === ''
      ? t('rules.trial.missing')
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  const all: TraceStep[] = [
    { part: 'verdict', held: judgement.matched, text: verdict(judgement) },
    ...(judgement.fault ? [{ part: 'error' as const, held: false, text: judgement.fault }] : []),
    ...steps,
    ...(judgement.rows ?? []).map((row) => ({
      part: 'row' as const,
      held: true,
      text: t('rules.trial.row', { n: row + 1 }),
    })),
  ];
  return (
    <ul className="trace">
      {all.map((step, index) => {
        const outcome = `${step.held}` as keyof typeof ICONS;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is what the steps are
          <li key={index} data-held={outcome} data-part={step.part}>
            <span role="img" aria-label={held[outcome]}>
              {ICONS[outcome]}
            </span>
            <span>
              {words?.(step) ?? step.text ?? step.field ?? partWord(step.part)}
              {step.actual !== undefined ? (
                <span className="dim">
                  {' '}
                  — {t('rules.trial.actual', { value: met?.(step) ?? shown(step.actual) })}
                </span>
              ) : null}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
