import { Alert, Button } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { asProblem, type Problem } from '../api/problem';
import { problemsEn } from '../i18n/en/problems';
import { serverWords } from './serverWords';

type Known = Exclude<keyof typeof problemsEn, 'trace'>;
/** Refusals whose reason is told by the sentence that comes with them, or by the fields. */
const SAYS_WHY = ['unexpected', 'not-possible-now', 'invalid'];

export const sentence = (text: string) =>
  text && `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

/** What happened and what to do, in the person's language where we know the code. */
export function problemText(problem: Problem, t: TFunction): string {
  const known = (code: string): code is Known => code in problemsEn && code !== 'trace';
  const server = [problem.message, problem.detail].filter(Boolean).join('. ');
  if (known(problem.code)) {
    const text = t(`problem.${problem.code}`);
    if (!SAYS_WHY.includes(problem.code)) return text;
    const why = problem.fields.length > 0 ? problem.fields : [problem];
    return [text, ...why.map((one) => sentence(serverWords(one.detail, t)))].join(' ').trim();
  }
  const byStatus = `http-${problem.status}`;
  if (known(byStatus))
    return problem.detail
      ? `${t(`problem.${byStatus}`)} ${sentence(serverWords(problem.detail, t))}`
      : t(`problem.${byStatus}`);
  return server || t('problem.unexpected');
}

export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = asProblem(error);
  return (
    <Alert
      role="alert"
      type="error"
      showIcon
      style={{ marginBottom: 12 }}
      title={problemText(problem, t)}
      description={problem.traceId ? t('problem.trace', { id: problem.traceId }) : undefined}
      action={
        onRetry ? (
          <Button size="small" onClick={onRetry}>
            {t(problem.status === 412 ? 'common.reload' : 'common.retry')}
          </Button>
        ) : undefined
      }
    />
  );
}
