import { CheckCircleOutlined, CloseCircleOutlined, MinusCircleOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Trace, TraceStep } from '../api/trials';
import './trace.css';

const ICONS = {
  true: <CheckCircleOutlined />,
  false: <CloseCircleOutlined />,
  null: <MinusCircleOutlined />,
};

/** Why: every question that was asked on the way, and how it came out. `words` says a step as a sentence. */
export function TraceView({
  trace,
  words,
}: {
  trace: Trace;
  words?: (step: TraceStep) => string | undefined;
}) {
  const { t } = useTranslation();
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
  return (
    <ul className="trace">
      {(trace.steps ?? []).map((step, index) => {
        const outcome = `${step.held}` as keyof typeof ICONS;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is what the steps are
          <li key={index} data-held={outcome}>
            <span role="img" aria-label={held[outcome]}>
              {ICONS[outcome]}
            </span>
            <span>
              {step.part === 'criteria' ? null : (
                <span className="dim">{t(`rules.trial.parts.${step.part}`)}: </span>
              )}
              {words?.(step) ?? step.text ?? step.field ?? ''}
              {step.actual !== undefined && step.part === 'criteria' ? (
                <span className="dim">
                  {' '}
                  — {t('rules.trial.actual', { value: shown(step.actual) })}
                </span>
              ) : null}
            </span>
          </li>
        );
      })}
      {(trace.rows ?? []).map((row) => (
        <li key={`row-${row}`} data-held="true">
          <CheckCircleOutlined />
          <span>{t('rules.trial.row', { n: row + 1 })}</span>
        </li>
      ))}
    </ul>
  );
}
