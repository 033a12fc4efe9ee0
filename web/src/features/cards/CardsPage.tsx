import { PlusOutlined } from '@ant-design/icons';
import { Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useList } from '../../api/query';
import { type Card, type CardKind, cards } from '../../api/records';
import { useCan } from '../../api/session';
import { valueText } from '../../lib/attributes';
import { dateTime, localText } from '../../lib/format';
import { CsvButton } from '../../ui/crud/CsvButton';
import { EditDrawer } from '../../ui/crud/EditDrawer';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { Stop } from '../../ui/Stop';
import { useKinds } from './kinds';
import { useCardSpec } from './record/cardSpec';
import { ColumnsButton, useColumns } from './record/columns';
import { useFilterable } from './where/fields';
import { STICKY } from '../../lib/scroller';
import { EmptyState } from '../../ui/EmptyState';
import { putWhere, WhereFilter, whereOf } from './where/WhereFilter';

function List({ kind }: { kind: CardKind }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const cursors = useCursors();
  const where = whereOf(params);
  const q = params.get('q') ?? '';
  const query = {
    kind: kind.key,
    ...(q ? { q } : {}),
    ...(where.text ? { where: where.text } : {}),
  };
  const list = useList(cards, {
    ...query,
    limit: 50,
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  });
  const chosen = useColumns(kind.key);
  const fields = useFilterable(kind.key);
  const spec = useCardSpec(
    kind,
    (made) => void navigate(`/customers/cards/${kind.key}/${made.id}`),
  );
  const may = useCan('card.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'card.write' });
  const words = { yes: t('common.yes'), no: t('common.no') };
  const put = (next: URLSearchParams) => {
    cursors.reset();
    setParams(next, { replace: true });
  };
  const csv = [
    { title: localText(kind.title, i18n.language), text: (row: Card) => row.title },
    ...chosen.shown.map((attribute) => ({
      title: chosen.title(attribute),
      text: (row: Card) => {
        const value = row.attributes[attribute.key];
        return value === undefined
          ? ''
          : valueText({ ...attribute, unit: null }, value, i18n.language, words);
      },
    })),
  ];
  const columns: ColumnsType<Card> = [
    {
      title: localText(kind.title, i18n.language),
      key: 'title',
      className: 'wraps',
      render: (_, row) => (
        <Link to={`/customers/cards/${kind.key}/${row.id}`}>{row.title || '—'}</Link>
      ),
    },
    ...(chosen.columns as ColumnsType<Card>),
    {
      title: t('cards.page.changedAt'),
      render: (_, row) => dateTime(row.updated_at, i18n.language),
    },
  ];
  return (
    <div className="page">
      <PageHead title={localText(kind.plural, i18n.language)}>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined />}
          reason={refused}
          onClick={() => setAdding(true)}
        >
          {t('cards.card.add')}
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
        <CsvButton of={cards} query={query} file={`${kind.key}.csv`} columns={csv} />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Card>
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
            <EmptyState text={t(params.size > 0 ? 'common.emptySearch' : 'cards.card.none')} />
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

/** The cards of one kind. */
export default function CardsPage() {
  const { t } = useTranslation();
  const { kind: key = '' } = useParams();
  const { kinds } = useKinds();
  const kind = kinds.find((one) => one.key === key);
  if (kind) return <List key={kind.key} kind={kind} />;
  return kinds.length > 0 ? <Stop title={t('cards.card.gone')} /> : null;
}
