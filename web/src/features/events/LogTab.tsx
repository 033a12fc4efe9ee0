import { SendOutlined } from '@ant-design/icons';
import { Button, DatePicker, Select, Table } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { type OutsideEvent, useEventLog } from '../../api/events';
import { useEventTypes } from '../../api/rules';
import { useCan } from '../../api/session';
import { dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { DataLine } from './DataWords';
import { EventDrawer } from './EventDrawer';
import { SendDrawer } from './SendDrawer';
import { Whom } from './Whom';

/** Every event that came from outside, newest first; each says which rules looked at it and why. */
export default function LogTab() {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [cursors, setCursors] = useState<string[]>([]);
  const [opened, setOpened] = useState<OutsideEvent>();
  const [sending, setSending] = useState(false);
  const types = useEventTypes().data ?? [];
  const maySend = useCan('event.send');
  const filter = Object.fromEntries(params);
  const cursor = cursors.at(-1);
  const list = useEventLog({ ...filter, limit: 50, cursor }, cursor === undefined);
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
  const title = (kind: string) => {
    const found = types.find((type) => type.name === kind);
    return (found && localText(found.title, i18n.language)) || kind;
  };
  return (
    <>
      <PageHead title={t('automation.events')} note={t('events.log.note')}>
        <Select
          allowClear
          style={{ width: 220 }}
          aria-label={t('events.log.type')}
          placeholder={t('events.log.anyType')}
          showSearch={{ optionFilterProp: 'label' }}
          value={filter.kind ?? null}
          options={types.map(({ name }) => ({ value: name, label: title(name) }))}
          onChange={(kind) => set('kind', kind ?? undefined)}
        />
        <DatePicker.RangePicker
          showTime
          allowEmpty={[true, true]}
          aria-label={`${t('common.from')} ${t('common.to')}`}
          value={[filter.from ? dayjs(filter.from) : null, filter.to ? dayjs(filter.to) : null]}
          onChange={(range: [dayjs.Dayjs | null, dayjs.Dayjs | null] | null) => {
            set('from', range?.[0]?.toISOString());
            set('to', range?.[1]?.toISOString());
          }}
        />
        <ReasonButton
          icon={<SendOutlined aria-hidden />}
          reason={maySend ? undefined : t('common.noAccess', { operation: 'event.send' })}
          onClick={() => setSending(true)}
        >
          {t('events.log.send')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<OutsideEvent>
        rowKey="event_id"
        size="small"
        className="panel"
        scroll={{ x: 900 }}
        loading={list.isPending}
        pagination={false}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: list.isPending ? ' ' : <EmptyState text={t('events.log.none')} /> }}
        columns={[
          {
            title: t('events.log.when'),
            width: 176,
            render: (_, row) => dateTime(row.occurred_at, i18n.language, { exact: true }),
          },
          { title: t('events.log.type'), render: (_, row) => title(row.kind) },
          { title: t('events.log.source'), render: (_, row) => row.payload.source ?? '—' },
          {
            title: t('events.log.subject'),
            render: (_, row) => <Whom payload={row.payload} />,
          },
          {
            title: t('events.log.data'),
            render: (_, row) => (
              <DataLine
                type={types.find(({ name }) => name === row.kind)}
                data={row.payload.data ?? {}}
              />
            ),
          },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <Button size="small" onClick={() => setOpened(row)}>
                {t('rules.decisions.why')}
              </Button>
            ),
          },
        ]}
      />
      <div className="row pager">
        <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
          {t('events.log.newer')}
        </Button>
        <Button
          disabled={!list.data?.next}
          onClick={() => list.data?.next && setCursors([...cursors, list.data.next])}
        >
          {t('events.log.older')}
        </Button>
      </div>
      {opened ? (
        <EventDrawer
          event={opened}
          type={types.find(({ name }) => name === opened.kind)}
          onClose={() => setOpened(undefined)}
        />
      ) : null}
      {sending ? <SendDrawer types={types} onClose={() => setSending(false)} /> : null}
    </>
  );
}
