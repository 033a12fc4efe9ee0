import { useQuery } from '@tanstack/react-query';
import { Button, Segmented, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import {
  type Definition,
  INSTANCE_STATES,
  type Instance,
  type InstanceState,
} from '../../api/flow-types';
import { listInstances } from '../../api/flows';
import { dateTime } from '../../lib/format';
import { ProblemNote } from '../../ui/ProblemNote';
import { InstanceDrawer } from './InstanceDrawer';
import { EmptyState } from '../../ui/EmptyState';
import { InstanceTag } from './InstanceTag';

/** How often the list is asked for again. */
const ASK_EVERY_MS = 3_000;

/** Where each run of this flow stands; those that failed wait for a person. */
export function InstancesTab({ name, definition }: { name: string; definition: Definition }) {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const wanted = INSTANCE_STATES.find((one) => one === params.get('state'));
  const [cursors, setCursors] = useState<string[]>([]);
  const [open, setOpen] = useState<string>();
  const cursor = cursors.at(-1);
  const list = useQuery({
    queryKey: ['/flow-instances', name, wanted, cursor],
    refetchInterval: ASK_EVERY_MS,
    queryFn: ({ signal }) =>
      listInstances({ flow: name, state: wanted, cursor, limit: 100 }, signal),
  });
  return (
    <div className="page">
      <Segmented<InstanceState | 'all'>
        className="kind-filter"
        aria-label={t('floor.state')}
        value={wanted ?? 'all'}
        onChange={(state) => {
          setCursors([]);
          setParams(state === 'all' ? { tab: 'instances' } : { tab: 'instances', state });
        }}
        options={[
          { value: 'all' as const, label: t('common.all') },
          ...INSTANCE_STATES.map((value) => ({ value, label: t(`flows.state.${value}`) })),
        ]}
      />
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Instance>
        rowKey="id"
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: <EmptyState text={t('flows.noInstances')} /> }}
        columns={[
          {
            title: t('flows.startedAt'),
            render: (_, row) => (
              <Button type="link" size="small" className="flush" onClick={() => setOpen(row.id)}>
                {dateTime(row.started_at, i18n.language)}
              </Button>
            ),
          },
          {
            title: t('floor.state'),
            render: (_, row) => <InstanceTag state={row.state} />,
          },
          { title: t('common.version'), dataIndex: 'version' },
          {
            title: t('flows.field.node'),
            render: (_, row) => row.node ?? row.nodes?.join(', ') ?? '',
          },
          {
            title: t('desk.customer.title'),
            render: (_, row) =>
              row.customer_id ? (
                <Link to={`/customers/${row.customer_id}`}>
                  {row.customer_name ?? row.customer_id}
                </Link>
              ) : (
                '—'
              ),
          },
          {
            title: t('flows.dueAt'),
            render: (_, row) => dateTime(row.due_at, i18n.language),
          },
          {
            title: t('flows.reason'),
            render: (_, row) => (row.error ? <span className="fault">{row.error}</span> : ''),
          },
        ]}
      />
      {cursors.length > 0 || list.data?.next ? (
        <div className="row row-end">
          <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            {t('admin.previous')}
          </Button>
          <Button
            disabled={!list.data?.next}
            onClick={() => list.data?.next && setCursors([...cursors, list.data.next])}
          >
            {t('admin.next')}
          </Button>
        </div>
      ) : null}
      {open ? (
        <InstanceDrawer
          id={open}
          nodes={Object.keys(definition.nodes)}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </div>
  );
}
