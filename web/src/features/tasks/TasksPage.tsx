import { useQuery } from '@tanstack/react-query';
import { Segmented, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { listTasks } from '../../api/flows';
import type { Task } from '../../api/work-types';
import { dateTime } from '../../lib/format';
import { matches } from '../../lib/search';
import { useTick } from '../../lib/time';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { SearchBox } from '../../ui/SearchBox';
import { Deputies } from './Deputies';
import { TaskDrawer } from './TaskDrawer';
import { EmptyState } from '../../ui/EmptyState';
import './tasks.css';

/** How often the inbox is read again. */
const ASK_EVERY_MS = 5_000;
/** How often the hours that are left are counted anew. */
const COUNT_EVERY_MS = 30_000;
/** A deadline this near is shown as near. */
const SOON_MS = 3_600_000;

function Deadline({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  useTick(COUNT_EVERY_MS);
  if (!task.deadline) return <span className="dim">—</span>;
  const left = Date.parse(task.deadline) - Date.now();
  const late = (task.state === 'open' || task.state === 'taken') && left < 0;
  const soon = (task.state === 'open' || task.state === 'taken') && left < SOON_MS;
  return (
    <span data-late={late ? 'late' : soon ? 'soon' : 'no'} className="task-deadline">
      {dateTime(task.deadline, i18n.language)}
      {late ? ` · ${t('tasks.late')}` : ''}
    </span>
  );
}

type Shown = 'mine' | 'all' | 'done';

/** What waits for me: tasks and approvals of flows, and what I have decided. */
export default function TasksPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { id } = useParams();
  const [shown, setShown] = useState<Shown>('mine');
  const [kind, setKind] = useState<Task['kind'] | 'all'>('all');
  const [query, setQuery] = useState('');
  const [deputies, setDeputies] = useState(false);
  const list = useQuery({
    queryKey: ['/tasks', shown],
    refetchInterval: ASK_EVERY_MS,
    queryFn: ({ signal }) =>
      listTasks(
        {
          mine: shown === 'all' ? undefined : true,
          state: shown === 'done' ? 'done' : 'open',
        },
        signal,
      ),
  });
  const rows = (list.data?.items ?? []).filter(
    (task) =>
      (kind === 'all' || task.kind === kind) &&
      matches(`${task.title} ${task.customer_name ?? ''} ${task.flow ?? ''}`, query),
  );
  return (
    <div className="page">
      <PageHead title={t('automation.tasks')} note={t('tasks.note')}>
        <SearchBox onSearch={setQuery} />
        <button type="button" className="link-button" onClick={() => setDeputies(true)}>
          {t('tasks.deputies')}
        </button>
      </PageHead>
      <div className="row task-filters">
        <Segmented<Shown>
          aria-label={t('tasks.whose')}
          value={shown}
          onChange={setShown}
          options={(['mine', 'all', 'done'] as const).map((value) => ({
            value,
            label: t(`tasks.shown.${value}`),
          }))}
        />
        <Segmented<Task['kind'] | 'all'>
          aria-label={t('flows.kindLabel')}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'all', label: t('common.all') },
            { value: 'task', label: t('tasks.kind.task') },
            { value: 'approval', label: t('tasks.kind.approval') },
          ]}
        />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Task>
        rowKey="id"
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={rows}
        locale={{
          emptyText: <EmptyState text={t(query ? 'common.emptySearch' : 'tasks.empty')} />,
        }}
        columns={[
          {
            title: t('tasks.task'),
            render: (_, task) => <Link to={`/automation/tasks/${task.id}`}>{task.title}</Link>,
          },
          {
            title: t('flows.kindLabel'),
            render: (_, task) => <Tag>{t(`tasks.kind.${task.kind}`)}</Tag>,
          },
          {
            title: t('desk.customer.title'),
            render: (_, task) =>
              task.customer_id ? (
                <Link to={`/customers/${task.customer_id}`}>
                  {task.customer_name ?? t('desk.customer.title')}
                </Link>
              ) : (
                '—'
              ),
          },
          {
            title: t('tasks.flow'),
            render: (_, task) => task.flow || '—',
          },
          {
            title: t('tasks.for'),
            render: (_, task) => task.assignee_name ?? task.role ?? '—',
          },
          { title: t('tasks.deadline'), render: (_, task) => <Deadline task={task} /> },
          {
            title: t('tasks.created'),
            render: (_, task) => dateTime(task.created_at, i18n.language),
          },
        ]}
      />
      {id ? <TaskDrawer id={id} onClose={() => void navigate('/automation/tasks')} /> : null}
      {deputies ? <Deputies onClose={() => setDeputies(false)} /> : null}
    </div>
  );
}
