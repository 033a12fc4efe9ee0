import { Button, Result } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useRouteError } from 'react-router';
import { asProblem } from '../api/problem';
import { problemText } from '../ui/ProblemNote';

export function ErrorPage() {
  const { t } = useTranslation();
  const problem = asProblem(useRouteError());
  return (
    <Result
      status="error"
      title={t('common.crashed')}
      subTitle={problemText(problem, t)}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t('common.reload')}
        </Button>
      }
    />
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Result
      status="404"
      title={t('common.notFound')}
      extra={<Link to="/">{t('common.home')}</Link>}
    />
  );
}
