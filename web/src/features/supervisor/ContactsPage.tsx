import { SoundOutlined } from '@ant-design/icons';
import { Button, DatePicker, Select, Switch, Table, Tag } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import dayjs from 'dayjs';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Contact } from '../../api/contract';
import { useList } from '../../api/query';
import { contacts, operators, queues } from '../../api/resources';
import { useAll } from '../../api/session';
import { dateTime, duration, phone } from '../../lib/format';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { SearchBox } from '../../ui/SearchBox';
import { OUTCOMES, outcomeWord } from './outcome';
import { EmptyState } from '../../ui/EmptyState';
import './supervisor.css';

function columns(t: TFunction, language: string): ColumnsType<Contact> {
  return [
    {
      title: t('contacts.when'),
      key: 'at',
      width: 176,
      render: (_, row) => (
        <Link to={`/contacts/${row.id}`}>{dateTime(row.arrived_at, language)}</Link>
      ),
    },
    {
      title: t('contacts.caller'),
      key: 'caller',
      render: (_, row) => (
        <>
          {row.customer_id && row.customer_name ? (
            <Link to={`/customers/${row.customer_id}`}>{row.customer_name}</Link>
          ) : (
            (row.customer_name ?? phone(row.caller))
          )}
          {row.customer_name ? <div className="dim">{phone(row.caller)}</div> : null}
        </>
      ),
    },
    { title: t('floor.queue'), key: 'queue', render: (_, row) => row.queue_name ?? '—' },
    { title: t('floor.operator'), key: 'operator', render: (_, row) => row.operator_name ?? '—' },
    {
      title: t('contacts.outcome'),
      key: 'outcome',
      render: (_, row) => <Tag>{outcomeWord(row.outcome, t)}</Tag>,
    },
    {
      title: t('contacts.waited'),
      key: 'wait',
      align: 'right',
      render: (_, row) => (row.wait_seconds == null ? '—' : duration(row.wait_seconds)),
    },
    {
      title: t('contacts.talked'),
      key: 'talk',
      align: 'right',
      render: (_, row) => (row.talk_seconds == null ? '—' : duration(row.talk_seconds)),
    },
    {
      title: t('contacts.recording'),
      key: 'recording',
      align: 'center',
      render: (_, row) =>
        row.has_recording ? (
          <Link to={`/contacts/${row.id}`} aria-label={t('contacts.hasRecording')}>
            <SoundOutlined />
          </Link>
        ) : null,
    },
  ];
}

/** The history of contacts. Filters live in the address, so a view can be sent to a colleague. */
export default function ContactsPage() {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [cursors, setCursors] = useState<string[]>([]);
  const queueList = useAll(queues);
  const operatorList = useAll(operators);
  const filter = Object.fromEntries(params);
  const set = (name: string, value: string | undefined) => {
    setCursors([]);
    setParams(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  };
  const cursor = cursors.at(-1);
  const page = useList(contacts, { ...filter, limit: 50, ...(cursor ? { cursor } : {}) });
  return (
    <div className="page">
      <PageHead title={t('nav.contacts')} note={t('contacts.note')} />
      <div className="row filters wrap">
        <SearchBox initial={filter.q ?? ''} onSearch={(q) => set('q', q)} />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 180 }}
          aria-label={t('floor.queue')}
          placeholder={t('floor.anyQueue')}
          value={filter.queue_id ?? null}
          options={queueList.map((queue) => ({ value: queue.id, label: queue.name }))}
          onChange={(value) => set('queue_id', value ?? undefined)}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 180 }}
          aria-label={t('floor.operator')}
          placeholder={t('contacts.anyOperator')}
          value={filter.operator_id ?? null}
          options={operatorList.map((operator) => ({ value: operator.id, label: operator.name }))}
          onChange={(value) => set('operator_id', value ?? undefined)}
        />
        <Select
          allowClear
          style={{ width: 170 }}
          aria-label={t('contacts.outcome')}
          placeholder={t('contacts.anyOutcome')}
          value={filter.outcome ?? null}
          options={OUTCOMES.map((value) => ({ value, label: outcomeWord(value, t) }))}
          onChange={(value) => set('outcome', value ?? undefined)}
        />
        <DatePicker.RangePicker
          allowEmpty={[true, true]}
          aria-label={`${t('common.from')} ${t('common.to')}`}
          value={[filter.from ? dayjs(filter.from) : null, filter.to ? dayjs(filter.to) : null]}
          onChange={(range) => {
            set('from', range?.[0]?.startOf('day').toISOString());
            set('to', range?.[1]?.endOf('day').toISOString());
          }}
        />
        <span className="row">
          <Switch
            aria-label={t('contacts.onlyRecorded')}
            checked={filter.has_recording === 'true'}
            onChange={(on) => set('has_recording', on ? 'true' : undefined)}
          />
          {t('contacts.onlyRecorded')}
        </span>
      </div>
      <ProblemNote error={page.error} onRetry={() => void page.refetch()} />
      <Table<Contact>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 900 }}
        loading={page.isPending}
        columns={columns(t, i18n.language)}
        dataSource={page.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: page.isPending ? (
            ' '
          ) : (
            <EmptyState text={t(params.size > 0 ? 'common.emptySearch' : 'contacts.none')} />
          ),
        }}
      />
      <div className="row pager">
        <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
          {t('contacts.newer')}
        </Button>
        <Button
          disabled={!page.data?.next}
          onClick={() => page.data?.next && setCursors([...cursors, page.data.next])}
        >
          {t('contacts.older')}
        </Button>
      </div>
    </div>
  );
}
