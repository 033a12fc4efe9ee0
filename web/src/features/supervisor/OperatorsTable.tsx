import { Select, Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Floor } from '../../api/frames';
import { duration, localText, phone } from '../../lib/format';
import { matches } from '../../lib/search';
import { SearchBox } from '../../ui/SearchBox';
import { type ShownState, StatusMark } from '../../ui/StatusMark';
import { Timer } from '../../ui/Timer';
import { type OperatorRow, operatorRows } from './floor';

const STATES: ShownState[] = [
  'ready',
  'ringing',
  'on_contact',
  'held',
  'wrap_up',
  'not_ready',
  'not_responding',
  'disconnected',
];

function columns(t: TFunction, language: string): ColumnsType<OperatorRow> {
  return [
    {
      title: t('floor.operator'),
      key: 'name',
      render: (_, row) => <span title={row.login}>{row.name}</span>,
    },
    {
      title: t('floor.state'),
      key: 'state',
      width: 190,
      render: (_, row) => {
        const detail = row.reason ? localText(row.reason.name, language) : undefined;
        return <StatusMark state={row.shown} {...(detail ? { detail } : {})} />;
      },
    },
    {
      title: t('floor.time'),
      key: 'since',
      width: 86,
      render: (_, row) => <Timer since={row.since} />,
    },
    {
      title: t('floor.contact'),
      key: 'contact',
      render: (_, row) =>
        row.contact ? (
          <Link to={`/contacts/${row.contact.contact_id}`}>
            {row.contact.caller?.name ?? phone(row.contact.caller?.number)}
          </Link>
        ) : (
          <span className="dim">—</span>
        ),
    },
    {
      title: t('floor.handled'),
      key: 'handled',
      width: 92,
      align: 'right',
      render: (_, row) => row.today.handled,
    },
    {
      title: t('floor.missed'),
      key: 'missed',
      width: 92,
      align: 'right',
      render: (_, row) => row.today.missed,
    },
    {
      title: t('floor.averageTalk'),
      key: 'average',
      width: 96,
      align: 'right',
      render: (_, row) =>
        row.today.handled > 0 ? duration(row.today.talk_seconds / row.today.handled) : '—',
    },
  ];
}

/** Everybody of the shift; who needs attention stands first. */
export function OperatorsTable({ floor }: { floor: Floor }) {
  const { t, i18n } = useTranslation();
  const [query, setQuery] = useState('');
  const [state, setState] = useState<ShownState>();
  const [queue, setQueue] = useState<string>();
  const all = useMemo(() => operatorRows(floor), [floor]);
  const shown = all.filter(
    (row) =>
      (!state || row.shown === state) &&
      (!queue || row.queues.includes(queue)) &&
      matches(`${row.name} ${row.login} ${row.unit ?? ''}`, query),
  );
  const table = useMemo(() => columns(t, i18n.language), [t, i18n.language]);
  return (
    <section className="panel floor-operators" aria-label={t('board.operators')}>
      <div className="row filters">
        <h2>
          {t('board.operators')} <span className="dim">{all.length}</span>
        </h2>
        <SearchBox onSearch={setQuery} />
        <Select
          allowClear
          aria-label={t('floor.state')}
          placeholder={t('floor.anyState')}
          style={{ width: 170 }}
          value={state ?? null}
          onChange={(value) => setState(value ?? undefined)}
          options={STATES.map((value) => ({ value, label: <StatusMark state={value} /> }))}
        />
        <Select
          allowClear
          aria-label={t('floor.queue')}
          placeholder={t('floor.anyQueue')}
          style={{ width: 170 }}
          value={queue ?? null}
          onChange={(value) => setQueue(value ?? undefined)}
          options={Object.entries(floor.queues).map(([value, { name }]) => ({
            value,
            label: name,
          }))}
        />
      </div>
      <Table<OperatorRow>
        rowKey="id"
        size="small"
        scroll={{ x: 'max-content' }}
        columns={table}
        dataSource={shown}
        pagination={shown.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
        locale={{ emptyText: all.length === 0 ? t('floor.nobody') : t('common.emptySearch') }}
      />
    </section>
  );
}
