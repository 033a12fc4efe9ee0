import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useMe } from '../api/session';
import { can } from '../lib/can';
import { Stop } from '../ui/Stop';
import { SubNav } from '../ui/SubNav';
import { LOYALTY_SECTIONS } from './sections';

/** The loyalty programme: members and what they have, and what marketing sets, under one row of links. */
export default function LoyaltyPage() {
  const { t } = useTranslation();
  const { operations } = useMe();
  const { pathname } = useLocation();
  const open = LOYALTY_SECTIONS.filter((section) =>
    section.anyOf.some((operation) => can(operations, operation)),
  );
  const first = open[0];
  if (!first) return <Stop title={t('automation.nothing')} />;
  if (/^\/loyalty\/?$/.test(pathname)) return <Navigate to={`/loyalty/${first.key}`} replace />;
  return (
    <div className="with-subnav loyalty">
      <SubNav
        label={t('nav.loyalty')}
        items={open.map(({ key }) => ({ to: `/loyalty/${key}`, label: t(`loyalty.nav.${key}`) }))}
      />
      <div className="under-subnav">
        <Outlet />
      </div>
    </div>
  );
}
