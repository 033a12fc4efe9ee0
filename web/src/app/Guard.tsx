import { Result } from 'antd';
import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { useCan } from '../api/session';

/** Shows the page to who may see it, and to others which right it needs. */
export function Guard({ operation }: { operation: string }) {
  const { t } = useTranslation();
  if (useCan(operation)) return <Outlet />;
  return (
    <Result
      status="403"
      title={t('common.noAccessTitle')}
      subTitle={t('common.noAccessText', { operation })}
    />
  );
}
