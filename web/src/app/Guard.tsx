import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { useMe } from '../api/session';
import { can } from '../lib/can';
import { Stop } from '../ui/Stop';

/** Shows the page to who may see it, by any of these rights, and to others which right it needs. */
export function Guard({ anyOf }: { anyOf: readonly string[] }) {
  const { t } = useTranslation();
  const { operations } = useMe();
  if (anyOf.some((operation) => can(operations, operation))) return <Outlet />;
  const operation = anyOf[0] ?? '';
  return <Stop title={t('common.noAccessTitle')} text={t('common.noAccessText', { operation })} />;
}
