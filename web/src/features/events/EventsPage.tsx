import { Result, Tabs } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import './events.css';

const PAGES = {
  log: lazy(() => import('./LogTab')),
  types: lazy(() => import('./TypesTab')),
  consumers: lazy(() => import('./ConsumersTab')),
  'dead-letters': lazy(() => import('./DeadLettersTab')),
} as const;
type Key = keyof typeof PAGES;
const KEYS = Object.keys(PAGES) as Key[];

/** What comes from outside systems: the log, what may come, who reads it, and what was not understood. */
export default function EventsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = 'log' } = useParams();
  const key = KEYS.find((one) => one === tab);
  if (!key) return <Result status="404" title={t('common.notFound')} />;
  const Page = PAGES[key];
  return (
    <div className="page">
      <Tabs
        activeKey={key}
        items={KEYS.map((one) => ({ key: one, label: t(`events.tabs.${one}`) }))}
        onChange={(next) => void navigate(`/automation/events/${next}`, { replace: true })}
      />
      <Suspense fallback={<div aria-busy="true" />}>
        <Page />
      </Suspense>
    </div>
  );
}
