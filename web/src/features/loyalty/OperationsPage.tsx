import { DatePicker, Select, Table } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type LoyaltyOperation, operations } from '../../api/loyalty';
import { useList } from '../../api/query';
import { people } from '../../api/resources';
import { useCan } from '../../api/session';
import { dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { PersonName } from '../../ui/PersonName';
import { ProblemNote } from '../../ui/ProblemNote';
import { Change, useBonusTypes, useMasterNames, usePoints } from './parts';
import { useKindWord, useRecordWord } from './words';

const KINDS = ['registration', 'service', 'accrual', 'adjustment', 'tier'] as const;
type Data = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** What of an operation says more than its name. */
function Details({ of }: { of: LoyaltyOperation }) {
  const { i18n } = useTranslation();
  const bonus = useBonusTypes();
  const points = usePoints();
  const reason = useMasterNames('reason');
  const record = useRecordWord();
  const word = useKindWord();
  const data = of.data as Data;
  const amount = Number(data.amount);
  // Some do not tell the kind of points; where there is one alone it is that.
  const unit = text(data.bonus_type) || (bonus.list.length === 1 ? bonus.list[0]?.code : '');
  const exchanged =
    typeof data.given === 'number' && typeof data.got === 'number'
      ? `${bonus.amount(data.given, text(data.bonus_type))} → ${points(data.got)} ${text(data.currency)}`
      : '';
  const title = (value: unknown) =>
    typeof value === 'object' && value ? localText(value as Data as never, i18n.language) : '';
  const parts = [
    exchanged,
    text(data.name),
    text(data.user_id),
    text(data.file),
    title(data.tier_title) || title(data.title) || title(data.partner_title),
    data.reason ? word(reason(text(data.reason))) : '',
    data.record ? record(text(data.record)) : '',
  ].filter(Boolean);
  const counts = data.amount !== undefined && Number.isFinite(amount) && amount !== 0;
  if (!counts && parts.length === 0) return '—';
  return (
    <>
      {counts ? (
        <>
          {of.kind.startsWith('loyalty.bonus_') ? <Change amount={amount} /> : points(amount)}{' '}
          {bonus.unit(amount, unit)}
          {parts.length > 0 ? ' · ' : ''}
        </>
      ) : null}
      {parts.join(' · ')}
    </>
  );
}

/** Who did it; a program and the server have no name of a person. */
function Author({ of }: { of: LoyaltyOperation }) {
  const { t } = useTranslation();
  const { author } = of;
  const reads = useCan(people.right);
  if (author.kind === 'person')
    return reads ? <PersonName id={author.id} /> : t('loyalty.operation.person');
  return t(author.kind === 'system' ? 'loyalty.explain.system' : 'loyalty.source.api');
}

/** Every operation between two dates: registrations, services, accruals, adjustments (CIMP-TXN-07). */
export default function OperationsPage() {
  const { t, i18n } = useTranslation();
  const word = useKindWord();
  const cursors = useCursors();
  const [kind, setKind] = useState<string>();
  const [span, setSpan] = useState<[Dayjs, Dayjs]>(() => [
    dayjs().subtract(7, 'day').startOf('day'),
    dayjs().endOf('day'),
  ]);
  const list = useList(operations, {
    limit: 50,
    from: span[0].toISOString(),
    to: span[1].toISOString(),
    ...(kind ? { kind } : {}),
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  });
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.operations')} note={t('loyalty.operation.note')} />
      <div className="row filters wrap">
        <DatePicker.RangePicker
          value={span}
          allowClear={false}
          format="DD.MM.YYYY"
          onChange={(next) => {
            if (!next?.[0] || !next[1]) return;
            cursors.reset();
            setSpan([next[0].startOf('day'), next[1].endOf('day')]);
          }}
        />
        <Select
          allowClear
          style={{ width: 220 }}
          aria-label={t('loyalty.field.kind')}
          placeholder={t('loyalty.field.kind')}
          value={kind}
          onChange={(next: string | undefined) => {
            cursors.reset();
            setKind(next);
          }}
          options={KINDS.map((value) => ({ value, label: t(`loyalty.operation.kinds.${value}`) }))}
        />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<LoyaltyOperation>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.member.noHistory')} />,
        }}
        columns={[
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.at, i18n.language, { exact: true }),
          },
          {
            title: t('loyalty.members.number'),
            render: (_, row) =>
              row.account ? <Link to={`/loyalty/members/${row.account}`}>{row.account}</Link> : '—',
          },
          { title: t('loyalty.field.what'), render: (_, row) => word(row.kind) },
          { title: t('loyalty.operation.details'), render: (_, row) => <Details of={row} /> },
          { title: t('loyalty.field.who'), render: (_, row) => <Author of={row} /> },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
    </div>
  );
}
