import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useMe } from '../api/session';
import { can } from '../lib/can';
import { Stop } from '../ui/Stop';
import { SubNav } from '../ui/SubNav';
import { SECTIONS } from './sections';
import TaskBadge from './TaskBadge';

/** Everything that business people change themselves, side by side under one row of links. */
export default function AutomationPage() {
  const { t } = useTranslation();
  const { operations } = useMe();
  const { pathname } = useLocation();
  const open = SECTIONS.filter((section) => can(operations, section.needs));
  const first = open[0];
  if (!first) return <Stop title={t('automation.nothing')} />;
  if (/^\/automation\/?$/.test(pathname))
    return <Navigate to={`/automation/${first.key}`} replace />;
  return (
    <div className="with-subnav">
      <SubNav
        label={t('nav.automation')}
        items={open.map(({ key }) => ({
          to: `/automation/${key}`,
          label:
            key === 'tasks' ? (
              <>
                {t('automation.tasks')}
                <TaskBadge />
              </>
            ) : (
              t(`automation.${key}`)
            ),
        }))}
      />
      <div className="under-subnav">
        <Outlet />
      </div>
    </div>
  );
}
