import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, NavLink, Outlet, useLocation } from 'react-router';
import { MeContext, useSession } from '../api/session';
import { can } from '../lib/can';
import { pageWords } from '../lib/i18n';
import { ProblemNote } from '../ui/ProblemNote';
import { AccountMenu } from './AccountMenu';
import { ADMIN_RIGHTS, LOYALTY_SECTIONS, SECTIONS } from './sections';
import { useKeyboard } from './useKeyboard';
import { type NavItem, useNavActions } from './useNavActions';

const HelpOverlay = lazy(() => import('./HelpOverlay'));
const Palette = lazy(() => import('./Palette'));
const TaskBadge = lazy(() => import('./TaskBadge'));
const DeskHost = lazy(() => import('../features/desk/DeskHost'));

/** Once the desk was opened in this tab it stays on duty, whichever page is shown, also after a reload. */
function useOnDuty(path: string, operator: boolean): boolean {
  const kept = useRef(sessionStorage.getItem('trunkline.on-duty') === 'yes');
  if (operator && !kept.current && path.startsWith('/desk')) {
    kept.current = true;
    sessionStorage.setItem('trunkline.on-duty', 'yes');
  }
  return operator && kept.current;
}

export default function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  // After the first page is there: an effect, so that it does not wait for them.
  useEffect(() => void pageWords(), []);
  const { pathname } = useLocation();
  const me = session.data;
  const [open, setOpen] = useState<'palette' | 'help'>();
  const special = useMemo(
    () => ({ palette: () => setOpen('palette'), help: () => setOpen('help') }),
    [],
  );
  useKeyboard(special);
  const may = (operation: string) => can(me?.operations, operation);
  const onDuty = useOnDuty(pathname, Boolean(me?.is_operator) && may('desk.use'));
  const sections = SECTIONS.filter((section) => may(section.needs));
  const loyalty = LOYALTY_SECTIONS.filter((section) => section.anyOf.some(may));
  const items: NavItem[] = [
    { to: '/desk', label: t('nav.desk'), needs: 'desk.use' },
    { to: '/supervisor', label: t('nav.floor'), needs: 'floor.read' },
    { to: '/contacts', label: t('nav.contacts'), needs: 'contact.read' },
    { to: '/customers', label: t('nav.customers'), needs: 'customer.read' },
    ...(loyalty.length > 0 ? [{ to: '/loyalty', label: t('nav.loyalty') }] : []),
    ...(sections.length > 0 ? [{ to: '/automation', label: t('nav.automation') }] : []),
    { to: '/wallboard', label: t('nav.wallboard'), needs: 'board.read' },
    ...(ADMIN_RIGHTS.some(may) ? [{ to: '/admin', label: t('nav.admin') }] : []),
  ].filter((item) => !item.needs || may(item.needs));
  useNavActions(
    [
      ...items,
      ...sections.map(({ key }) => ({
        to: `/automation/${key}`,
        label: `${t('nav.automation')}: ${t(`automation.${key}`)}`,
      })),
    ],
    special,
  );

  if (session.error && !me) {
    return (
      <div className="lone">
        <ProblemNote error={session.error} onRetry={() => void session.refetch()} />
      </div>
    );
  }
  if (session.isPending) return <div className="lone" aria-busy="true" />;
  if (!me || me.must_change_password) {
    sessionStorage.removeItem('trunkline.on-duty');
    return <Navigate to="/sign-in" state={{ from: pathname }} replace />;
  }
  return (
    <MeContext value={me}>
      <div className="shell">
        <a className="skip" href="#content">
          {t('nav.skip')}
        </a>
        <header className="bar">
          <img src="/icon.svg" alt={t('app')} width={26} height={26} />
          <nav aria-label={t('nav.main')}>
            {items.map((item) => (
              <NavLink key={item.to} to={item.to}>
                {item.label}
                {item.to === '/automation' && may('task.use') ? (
                  <Suspense fallback={null}>
                    <TaskBadge />
                  </Suspense>
                ) : null}
              </NavLink>
            ))}
          </nav>
          <div className="bar-desk" id="desk-bar" />
          <AccountMenu me={me} onHelp={special.help} onPalette={special.palette} />
        </header>
        {onDuty ? (
          <Suspense fallback={null}>
            <DeskHost />
          </Suspense>
        ) : null}
        <main id="content" tabIndex={-1}>
          <Suspense fallback={<div className="lone" aria-busy="true" />}>
            <Outlet />
          </Suspense>
        </main>
        <Suspense fallback={null}>
          {open === 'palette' ? <Palette onClose={() => setOpen(undefined)} /> : null}
          {open === 'help' ? <HelpOverlay onClose={() => setOpen(undefined)} /> : null}
        </Suspense>
      </div>
    </MeContext>
  );
}
