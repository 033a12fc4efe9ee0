import { PlusOutlined } from '@ant-design/icons';
import { Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useList } from '../../api/query';
import { type FullCustomer, people } from '../../api/records';
import { useCan } from '../../api/session';
import { valueText } from '../../lib/attributes';
import { day, phone } from '../../lib/format';
import { CsvButton } from '../../ui/crud/CsvButton';
import { EditDrawer } from '../../ui/crud/EditDrawer';
import type { ExportColumn } from '../../ui/crud/exportCsv';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { CUSTOMER } from './kinds';
import { useCustomerSpec } from './record/CustomerFields';
import { ColumnsButton, useColumns } from './record/columns';
import { useFilterable } from './where/fields';
import { STICKY } from '../../lib/scroller';
import { putWhere, WhereFilter, whereOf } from './where/WhereFilter';

/** What a customer is recognised by; of telephone numbers, by which people are called, or of the others. */
const identifiers = (row: FullCustomer, phones: boolean) =>
  (row.identifiers ?? [])
    .filter(({ kind }) => (kind === 'phone') === phones)
    .map(({ value }) => (phones ? phone(value) : value))
    .join(', ');
const allIdentifiers = (row: FullCustomer) =>
  [identifiers(row, true), identifiers(row, false)].filter(Boolean).join(', ');

function useCsvColumns(chosen: ReturnType<typeof useColumns>): ExportColumn<FullCustomer>[] {
  const { t, i18n } = useTranslation();
  const words = { yes: t('common.yes'), no: t('common.no') };
  return [
    { title: t('cards.customers.name'), text: (row) => row.name },
    { title: t('desk.customer.kind'), text: (row) => t(`desk.customer.${row.kind}`) },
    { title: 'VIP', text: (row) => (row.vip ? words.yes : words.no) },
    { title: t('nav.language'), text: (row) => row.language ?? '' },
    { title: t('admin.customers.identifiers'), text: allIdentifiers },
    ...chosen.shown.map((attribute) => ({
      title: chosen.title(attribute),
      text: (row: FullCustomer) => {
        const value = row.attributes?.[attribute.key];
        return value === undefined
          ? ''
          : valueText({ ...attribute, unit: null }, value, i18n.language, words);
      },
    })),
  ];
}

/** Everybody the company serves, found by words, by fields or by an expression. */
export default function CustomersPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const cursors = useCursors();
  const where = whereOf(params);
  const q = params.get('q') ?? '';
  const query = { ...(q ? { q } : {}), ...(where.text ? { where: where.text } : {}) };
  const list = useList(people, {
    ...query,
    limit: 50,
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  });
  const chosen = useColumns(CUSTOMER);
  const fields = useFilterable(CUSTOMER);
  const spec = useCustomerSpec((made) => void navigate(`/customers/${made.id}`));
  const csv = useCsvColumns(chosen);
  const may = useCan('customer.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'customer.write' });
  const put = (next: URLSearchParams) => {
    cursors.reset();
    setParams(next, { replace: true });
  };
  const columns: ColumnsType<FullCustomer> = [
    {
      title: t('cards.customers.name'),
      key: 'name',
      className: 'wraps',
      render: (_, row) => (
        <>
          <Link to={`/customers/${row.id}`}>{`${row.vip ? '★ ' : ''}${row.name}`}</Link>
          <div className="dim">
            {[t(`desk.customer.${row.kind}`), row.language ? t(`locale.${row.language}`) : '']
              .filter(Boolean)
              .join(' · ')}
          </div>
        </>
      ),
    },
    {
      title: t('admin.customers.identifiers'),
      render: (_, row) => (
        <div title={allIdentifiers(row)}>
          <div className="one-line">{identifiers(row, true)}</div>
          <div className="one-line dim">{identifiers(row, false)}</div>
        </div>
      ),
    },
    ...(chosen.columns as ColumnsType<FullCustomer>),
    { title: t('cards.page.since'), render: (_, row) => day(row.created_at, i18n.language) },
  ];
  return (
    <div className="page">
      <PageHead title={t('nav.customers')} note={t('cards.customers.note')}>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined />}
          reason={refused}
          onClick={() => setAdding(true)}
        >
          {t('cards.customers.add')}
        </ReasonButton>
      </PageHead>
      <div className="row filters wrap">
        <SearchBox
          initial={q}
          onSearch={(text) => {
            const next = new URLSearchParams(params);
            if (text) next.set('q', text);
            else next.delete('q');
            put(next);
          }}
        />
        <WhereFilter
          fields={fields}
          where={where}
          onChange={(next) => put(putWhere(params, next))}
        />
        <span className="grow" />
        <ColumnsButton of={chosen} />
        <CsvButton of={people} query={query} file="customers.csv" columns={csv} />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<FullCustomer>
        rowKey="id"
        size="small"
        className="panel fits"
        scroll={{ x: true }}
        sticky={STICKY}
        loading={list.isPending}
        columns={columns}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: list.isPending ? (
            ' '
          ) : (
            <EmptyState text={t(params.size > 0 ? 'common.emptySearch' : 'cards.customers.none')} />
          ),
        }}
      />
      <Pager cursors={cursors} next={list.data?.next} />
      {adding ? (
        <EditDrawer
          spec={spec}
          item={undefined}
          refused={refused}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </div>
  );
}
