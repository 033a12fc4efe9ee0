import { useQuery } from '@tanstack/react-query';
import { Drawer, Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../api/contract';
import type { Problem } from '../../api/problem';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { type Delivery, deliveriesOf, retryDelivery, type Webhook } from '../../api/webhooks';
import { dateTime } from '../../lib/format';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

const REFRESH_MS = 3_000;
const STATES = ['pending', 'delivered', 'failed'] as const;
const COLOURS = { pending: 'processing', delivered: 'success', failed: 'error' };

function State({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const known = STATES.find((one) => one === delivery.state);
  if (!known) return <Tag>{delivery.state}</Tag>;
  return <Tag color={COLOURS[known]}>{t(`hooks.states.${known}`)}</Tag>;
}

/** Every delivery of a webhook, what the other side answered, and the way to try again. */
export function Deliveries({ hook, onClose }: { hook: Webhook; onClose(): void }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const cursors = useCursors();
  const may = useCan('webhook.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'webhook.write' });
  const key = `deliveries/${hook.id}`;
  const list = useQuery<Page<Delivery>, Problem>({
    queryKey: [key, cursors.cursor],
    queryFn: () => deliveriesOf(hook.id, cursors.cursor),
    refetchInterval: REFRESH_MS,
  });
  const retry = useChange((id: string) => retryDelivery(hook.id, id), [key]);
  return (
    <Drawer open size={900} onClose={onClose} title={`${t('hooks.deliveries')}: ${hook.name}`}>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Delivery>
        rowKey="id"
        size="small"
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('hooks.none') }}
        columns={[
          {
            title: t('contacts.when'),
            render: (_, row) => dateTime(row.created_at, i18n.language, { exact: true }),
          },
          { title: t('hooks.event'), render: (_, row) => <code>{row.kind}</code> },
          { title: t('hooks.state'), render: (_, row) => <State delivery={row} /> },
          {
            title: t('hooks.answer'),
            render: (_, row) =>
              [row.last_status, row.last_error].filter(Boolean).join(' · ') || '—',
          },
          { title: t('hooks.attempts'), dataIndex: 'attempts', align: 'right' },
          {
            title: t('hooks.next'),
            render: (_, row) =>
              row.state === 'pending' ? dateTime(row.due_at, i18n.language, { exact: true }) : '—',
          },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <ReasonButton
                size="small"
                reason={refused}
                onClick={() =>
                  void retry
                    .mutateAsync(row.id)
                    .then(() => say.done(t('hooks.retried')), say.failed)
                }
              >
                {t('hooks.retry')}
              </ReasonButton>
            ),
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
    </Drawer>
  );
}
