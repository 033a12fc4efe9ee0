import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { useCan } from '../api/session';
import { Stop } from '../ui/Stop';

/** Shows the page to who may see it, and to others which right it needs. */
export function Guard({ operation }: { operation: string }) {
  const { t } = useTranslation();
  if (useCan(operation)) return <Outlet />;
  return <Stop title={t('common.noAccessTitle')} text={t('common.noAccessText', { operation })} />;
}
