import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useRouteError } from 'react-router';
import { asProblem } from '../api/problem';
import { problemText } from '../ui/ProblemNote';
import { Stop } from '../ui/Stop';

export function ErrorPage() {
  const { t } = useTranslation();
  const problem = asProblem(useRouteError());
  return (
    <Stop title={t('common.crashed')} text={problemText(problem, t)}>
      <Button type="primary" onClick={() => location.reload()}>
        {t('common.reload')}
      </Button>
    </Stop>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Stop title={t('common.notFound')}>
      <Link to="/">{t('common.home')}</Link>
    </Stop>
  );
}
