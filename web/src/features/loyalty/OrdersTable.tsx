import { Table, Tag, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { cancelOrder, confirmOrder, type Order, orders, refreshLoyalty } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { useBonusTypes, useMasterNames } from './parts';
import { ReasonConfirm } from './ReasonConfirm';

const COLOURS = { placed: 'processing', confirmed: 'success', cancelled: 'default' } as const;

function OrderActions({ order }: { order: Order }) {
  const { t } = useTranslation();
  const say = useSay();
  const serves = useCan('loyalty.serve');
  const partner = useCan('loyalty.partner');
  const refused =
    serves || partner ? undefined : t('common.noAccess', { operation: 'loyalty.serve' });
  if (order.state === 'cancelled') return null;
  const run = (what: Promise<unknown>) =>
    what.then(async () => {
      say.done(t('loyalty.member.done'));
      await refreshLoyalty();
    }, say.failed);
  return (
    <span className="row row-actions">
      {order.state === 'placed' ? (
        <ReasonButton
          size="small"
          type="primary"
          reason={refused}
          onClick={() => void run(confirmOrder(order.id))}
        >
          {t('loyalty.order.confirm')}
        </ReasonButton>
      ) : null}
      <ReasonConfirm
        area="order_cancellation"
        title={t('loyalty.order.cancelSure', { number: order.number })}
        verb={t('loyalty.order.cancel')}
        refused={refused}
        optional
        onConfirm={(reason) => run(cancelOrder(order.id, reason))}
      >
        {t('loyalty.order.cancel')}
      </ReasonConfirm>
    </span>
  );
}

/** Orders of gifts: placed, confirmed, cancelled. */
export function OrdersTable({ query }: { query: Record<string, string> }) {
  const { t, i18n } = useTranslation();
  const bonus = useBonusTypes();
  const reason = useMasterNames('reason');
  const reads = useCan('loyalty.read');
  const cursors = useCursors();
  const list = useList(orders, {
    limit: 50,
    ...query,
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  });
  return (
    <>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Order>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.order.none')} />,
        }}
        columns={[
          { title: t('loyalty.field.number'), dataIndex: 'number' },
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.placed_at, i18n.language),
          },
          {
            title: t('loyalty.field.member'),
            render: (_, row) =>
              reads ? (
                <Link to={`/loyalty/members/${row.account_id}`}>{row.account}</Link>
              ) : (
                row.account
              ),
          },
          {
            title: t('loyalty.field.reward'),
            render: (_, row) =>
              `${localText(row.title, i18n.language) || row.reward}${row.quantity > 1 ? ` × ${row.quantity}` : ''}`,
          },
          {
            title: t('loyalty.field.price'),
            align: 'right',
            render: (_, row) => bonus.amount(row.amount, row.bonus_type),
          },
          {
            title: t('loyalty.field.state'),
            render: (_, row) => (
              <Tooltip
                title={[row.reason ? reason(row.reason) : '', row.note].filter(Boolean).join('. ')}
              >
                <Tag color={COLOURS[row.state]}>{t(`loyalty.order.states.${row.state}`)}</Tag>
              </Tooltip>
            ),
          },
          { key: 'actions', align: 'right', render: (_, row) => <OrderActions order={row} /> },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
    </>
  );
}
