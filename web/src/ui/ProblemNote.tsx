import { Alert, Button } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { asProblem, type Problem } from '../api/problem';
import { problemsEn } from '../i18n/en/problems';

type Known = keyof typeof problemsEn;

/** What happened and what to do, in the person's language where we know the code. */
export function problemText(problem: Problem, t: TFunction): string {
  const known = (code: string): code is Known => code in problemsEn;
  const server = [problem.message, problem.detail].filter(Boolean).join('. ');
  if (known(problem.code) && problem.code !== 'trace') {
    const text = t(`problem.${problem.code}`);
    return problem.code === 'unexpected' && problem.detail ? `${text} ${problem.detail}` : text;
  }
  const byStatus = `http-${problem.status}`;
  if (known(byStatus))
    return problem.detail
      ? `${t(`problem.${byStatus}`)} ${problem.detail}`
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
