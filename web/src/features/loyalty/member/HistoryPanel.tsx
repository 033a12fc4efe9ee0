import { Alert, Button, DatePicker, Table, Tag } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  cancelAccrual,
  history,
  type Movement,
  type Profile,
  refreshLoyalty,
} from '../../../api/loyalty';
import { useCan } from '../../../api/session';
import { dateTime } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useSay } from '../../../ui/say';
import { Change, useBonusTypes, useMasterNames, useOne, usePoints } from '../parts';
import { ReasonConfirm } from '../ReasonConfirm';
import { useKindWord, useRecordWord } from '../words';
import { ExplainDrawer, Explained } from './ExplainDrawer';

function TakeBack({ member, row }: { member: Profile; row: Movement }) {
  const { t } = useTranslation();
  const say = useSay();
  const may = useCan('loyalty.serve');
  if (!may || row.amount <= 0 || !['accrue', 'award', 'adjust'].includes(row.kind)) return null;
  return (
    <ReasonConfirm
      area="cancellation"
      title={t('loyalty.member.cancelAccrualSure')}
      verb={t('loyalty.member.cancelAccrual')}
      onConfirm={(reason) =>
        cancelAccrual(member.id, { transaction: row.transaction, reason }).then(async () => {
          say.done(t('loyalty.member.done'));
          await refreshLoyalty();
        }, say.failed)
      }
    >
      {t('loyalty.member.cancelAccrual')}
    </ReasonConfirm>
  );
}

/** What happened in a period: movements of points, events and services (CIMP-TXN-06, CIMP-API-10). */
export function HistoryPanel({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const word = useKindWord();
  const bonus = useBonusTypes();
  const reason = useMasterNames('reason');
  const record = useRecordWord();
  const [opened, setOpened] = useState<readonly string[]>([]);
  const [span, setSpan] = useState<[Dayjs, Dayjs]>(() => [
    dayjs().subtract(90, 'day').startOf('day'),
    dayjs().endOf('day'),
  ]);
  const [shown, setShown] = useState<string>();
  const period = { from: span[0].toISOString(), to: span[1].toISOString() };
  const found = useOne(['loyalty', 'history', member.id, period], () => history(member.id, period));
  const movements = found.data?.movements ?? [];
  const key = (row: Movement) => row.transaction + row.bonus_type;
  return (
    <>
      <div className="row filters wrap">
        <DatePicker.RangePicker
          value={span}
          allowClear={false}
          onChange={(next) =>
            next?.[0] && next[1] && setSpan([next[0].startOf('day'), next[1].endOf('day')])
          }
        />
        <span className="grow" />
        <Button
          disabled={movements.length === 0}
          onClick={() => setOpened(opened.length > 0 ? [] : movements.map(key))}
        >
          {t(opened.length > 0 ? 'loyalty.explain.foldAll' : 'loyalty.explain.showAll')}
        </Button>
      </div>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {found.data?.more ? <Alert type="info" showIcon title={t('loyalty.member.more')} /> : null}
      <h2>{t('loyalty.member.movements')}</h2>
      <Table<Movement>
        rowKey={key}
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={found.isPending}
        dataSource={movements}
        pagination={{ pageSize: 25, hideOnSinglePage: true }}
        locale={{
          emptyText: <EmptyState waiting={found.isPending} text={t('loyalty.member.noHistory')} />,
        }}
        expandable={{
          expandedRowKeys: opened,
          onExpandedRowsChange: (keys) => setOpened(keys as string[]),
          expandedRowRender: (row) => (
            <Explained account={member.id} transaction={row.transaction} onShow={setShown} />
          ),
        }}
        columns={[
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.effective_at, i18n.language, { exact: true }),
          },
          { title: t('loyalty.field.what'), render: (_, row) => word(row.kind) },
          { title: t('loyalty.field.bonusType'), render: (_, row) => bonus.title(row.bonus_type) },
          {
            title: t('loyalty.field.amount'),
            align: 'right',
            render: (_, row) => <Change amount={row.amount} />,
          },
          {
            title: t('loyalty.members.balance'),
            align: 'right',
            render: (_, row) => points(row.balance),
          },
          { title: t('loyalty.field.reason'), render: (_, row) => word(reason(row.reason)) },
          { title: t('loyalty.explain.record'), render: (_, row) => record(row.record) },
          {
            key: 'actions',
            align: 'right',
            fixed: 'end',
            render: (_, row) => (
              <span className="row row-actions">
                <Button size="small" onClick={() => setShown(row.transaction)}>
                  {t('loyalty.member.why')}
                </Button>
                <TakeBack member={member} row={row} />
              </span>
            ),
          },
        ]}
      />
      <h2>{t('loyalty.member.events')}</h2>
      <Table
        rowKey="id"
        size="small"
        className="panel"
        loading={found.isPending}
        dataSource={found.data?.events ?? []}
        pagination={{ pageSize: 25, hideOnSinglePage: true }}
        locale={{
          emptyText: <EmptyState waiting={found.isPending} text={t('loyalty.member.noHistory')} />,
        }}
        columns={[
          {
            title: t('loyalty.field.when'),
            width: 180,
            render: (_, row) => dateTime(row.at, i18n.language),
          },
          { title: t('loyalty.field.what'), render: (_, row) => <Tag>{word(row.kind)}</Tag> },
        ]}
      />
      {shown ? (
        <ExplainDrawer
          account={member.id}
          transaction={shown}
          onShow={setShown}
          onClose={() => setShown(undefined)}
        />
      ) : null}
    </>
  );
}
