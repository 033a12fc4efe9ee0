import { Menu, Result } from 'antd';
import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useParams } from 'react-router';
import { useMe } from '../../api/session';
import { can } from '../../lib/can';
import './admin.css';

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

/** Every page of administration with the right that opens it. */
const GROUPS = {
  people: {
    people: ['person.read', page(() => import('./PeoplePage'))],
    units: ['unit.read', page(() => import('./UnitsPage'))],
    groups: ['people_group.read', page(() => import('./GroupsPage'))],
    roles: ['role.read', page(() => import('./RolesPage'))],
    operations: ['role.read', page(() => import('./OperationsPage'))],
    keys: ['api_key.read', page(() => import('./KeysPage'))],
  },
  routing: {
    queues: ['queue.read', page(() => import('./QueuesPage'))],
    operators: ['operator.read', page(() => import('./OperatorsPage'))],
    skills: ['skill.read', page(() => import('./SkillsPage'))],
    reasons: ['classifier.read', page(() => import('./ReasonsPage'))],
    topics: ['classifier.read', page(() => import('./TopicsPage'))],
    results: ['classifier.read', page(() => import('./ResultsPage'))],
  },
  telephony: {
    trunks: ['trunk.read', page(() => import('./TrunksPage'))],
    numbers: ['number.read', page(() => import('./NumbersPage'))],
    prompts: ['prompt.read', page(() => import('./PromptsPage'))],
    flows: ['flow.read', page(() => import('./FlowsPage'))],
  },
  integration: {
    webhooks: ['webhook.read', page(() => import('./WebhooksPage'))],
  },
  data: {
    audit: ['audit.read', page(() => import('./AuditPage'))],
    server: ['log.read', page(() => import('./ServerPage'))],
  },
} as const satisfies Record<string, Record<string, readonly [string, ComponentType]>>;

type Group = keyof typeof GROUPS;
export type AdminKey = { [G in Group]: keyof (typeof GROUPS)[G] }[Group];

const PAGES = Object.values(GROUPS).flatMap((group) => Object.entries(group)) as [
  AdminKey,
  readonly [string, ComponentType],
][];

export default function AdminPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { operations } = useMe();
  const { page: wanted } = useParams();
  const first = PAGES.find(([, [needs]]) => can(operations, needs))?.[0];
  const chosen = PAGES.find(([key]) => key === wanted);
  if (!chosen) {
    if (first && !wanted) return <Navigate to={`/admin/${first}`} replace />;
    return <Result status="404" title={t(first ? 'common.notFound' : 'admin.nothing')} />;
  }
  const [key, [needs, Page]] = chosen;
  const items = (Object.keys(GROUPS) as Group[]).map((group) => ({
    type: 'group' as const,
    key: group,
    label: t(`admin.group.${group}`),
    children: (Object.entries(GROUPS[group]) as [AdminKey, readonly [string, ComponentType]][]).map(
      ([item, [right]]) => ({
        key: item,
        label: t(`admin.page.${item}`),
        disabled: !can(operations, right),
        title: can(operations, right) ? '' : t('common.noAccess', { operation: right }),
      }),
    ),
  }));
  return (
    <div className="admin">
      <nav aria-label={t('nav.admin')}>
        <Menu
          mode="inline"
          selectedKeys={[key]}
          items={items}
          onClick={(event) => void navigate(`/admin/${event.key}`)}
        />
      </nav>
      <div className="page">
        {can(operations, needs) ? (
          <Suspense fallback={<div aria-busy="true" />}>
            <Page />
          </Suspense>
        ) : (
          <Result
            status="403"
            title={t('common.noAccessTitle')}
            subTitle={t('common.noAccessText', { operation: needs })}
          />
        )}
      </div>
    </div>
  );
}
