import { useTranslation } from 'react-i18next';
import type { Decision } from '../../api/trials';
import { sayWhat } from './sentence';
import { useVerdict } from './TraceView';
import { metWords, stepWords, useTold } from './useTold';

/** In one line: what was done, or the first condition that did not hold with what it met. */
export function Reason({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  const verdict = useVerdict();
  const { document, steps, speech } = useTold(decision);
  if (decision.matched) {
    const done = (decision.reactions ?? []).map((one) => {
      const key = typeof one === 'string' ? one : one.key;
      const reaction = document?.reactions.find((made) => made.key === key);
      return reaction ? sayWhat(reaction, speech) : key;
    });
    return <span className="dim">{done.join('; ')}</span>;
  }
  const broken = decision.verdict === 'criteria' ? steps.find((step) => step.held === false) : null;
  if (!broken) return <>{decision.fault ?? verdict(decision)}</>;
  return (
    <>
      {t('rules.decisions.not', { condition: stepWords(broken, speech) ?? '' })}{' '}
      <span className="dim">— {t('rules.trial.actual', { value: metWords(broken, speech) })}</span>
    </>
  );
}
