import { Popconfirm, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Adjustment, adjustments, decide, refreshLoyalty } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useMe } from '../../api/session';
import { dateTime } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { PersonName } from '../../ui/PersonName';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { Change, useBonusTypes, useMasterNames } from './parts';

/** Awards and adjustments above the limit: somebody else decides. */
export default function ApprovalsPage() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const me = useMe();
  const cursors = useCursors();
  const list = useList(
    adjustments,
    { limit: 50, ...(cursors.cursor ? { cursor: cursors.cursor } : {}) },
    true,
    15_000,
  );
  const bonus = useBonusTypes();
  const reason = useMasterNames('reason');
  const run = (id: string, yes: boolean) =>
    decide(id, yes).then(async () => {
      say.done(t(yes ? 'loyalty.approval.approved' : 'loyalty.approval.refused'));
      await refreshLoyalty();
    }, say.failed);
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.approvals')} note={t('loyalty.approval.note')} />
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Adjustment>
        rowKey="id"
        size="small"
        className="panel fits"
        scroll={{ x: true }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.approval.none')} />,
        }}
        columns={[
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.asked_at, i18n.language),
          },
          {
            title: t('loyalty.field.member'),
            render: (_, row) => (
              <Link to={`/loyalty/members/${row.account_id}`}>{row.account}</Link>
            ),
          },
          { title: t('loyalty.field.what'), render: (_, row) => t(`loyalty.area.${row.kind}`) },
          {
            title: t('loyalty.field.amount'),
            align: 'right',
            render: (_, row) => (
              <>
                <Change amount={row.amount} /> {bonus.unit(row.amount, row.bonus_type)}
              </>
            ),
          },
          {
            title: t('loyalty.field.reason'),
            className: 'wraps',
            render: (_, row) => reason(row.reason),
          },
          {
            title: t('loyalty.field.comment'),
            className: 'wraps',
            render: (_, row) => row.comment || '—',
          },
          {
            title: t('loyalty.field.who'),
            render: (_, row) => (row.author_id ? <PersonName id={row.author_id} /> : '—'),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, row) => (
              <span className="row row-actions">
                <ReasonButton
                  size="small"
                  type="primary"
                  reason={row.author_id === me.person.id ? t('loyalty.approval.notOwn') : undefined}
                  onClick={() => void run(row.id, true)}
                >
                  {t('loyalty.approval.approve')}
                </ReasonButton>
                <Popconfirm
                  title={t('loyalty.approval.refuseSure')}
                  okText={t('loyalty.approval.refuse')}
                  cancelText={t('common.close')}
                  okButtonProps={{ danger: true }}
                  onConfirm={() => run(row.id, false)}
                >
                  <ReasonButton size="small" danger>
                    {t('loyalty.approval.refuse')}
                  </ReasonButton>
                </Popconfirm>
              </span>
            ),
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
    </div>
  );
}
