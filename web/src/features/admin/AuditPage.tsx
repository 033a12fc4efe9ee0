import { Button, DatePicker, Select, Table, Tag } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AuditEvent } from '../../api/contract';
import type { Query } from '../../api/http';
import { useList } from '../../api/query';
import { auditEvents, people } from '../../api/resources';
import { useAll } from '../../api/session';
import type { pagesEn } from '../../i18n/en-pages';
import { dateTime } from '../../lib/format';
import { STICKY } from '../../lib/scroller';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { AuditDetail } from './AuditDetail';
import { aboutText, kindText, pageOf } from './audit';

const JOURNALS = ['activity', 'security', 'change', 'failure', 'outside'] as const;

type AuditArea = keyof (typeof pagesEn)['eventKinds'];

/** Who did what and when, out of the event log. */
export default function AuditPage() {
  const { t, i18n } = useTranslation();
  const [filter, setFilter] = useState<Query>({});
  const [cursors, setCursors] = useState<string[]>([]);
  const persons = useAll(people);
  const set = (patch: Query) => {
    setCursors([]);
    setFilter({ ...filter, ...patch });
  };
  const list = useList(auditEvents, { ...filter, limit: 100, cursor: cursors.at(-1) });
  const kindOptions = Object.entries(t('eventKinds', { returnObjects: true }))
    .map(([area, kinds]) => ({
      label: t(`admin.audit.areas.${area as AuditArea}`),
      options: Object.entries(kinds)
        .map(([kind, label]) => ({ value: `${area}.${kind}`, label }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const who = ({ author }: AuditEvent) => {
    const id = author.kind === 'person' ? author.id : undefined;
    const person = persons.find((one) => one.person_id === id);
    return person?.name ?? t(`admin.audit.authors.${author.kind}`);
  };
  return (
    <>
      <PageHead title={t('admin.page.audit')} note={t('admin.audit.note')} />
      <div className="row wrap filters audit-filters">
        <Select
          allowClear
          style={{ width: 170 }}
          aria-label={t('admin.audit.journal')}
          placeholder={t('admin.audit.anyJournal')}
          options={JOURNALS.map((value) => ({ value, label: t(`admin.audit.journals.${value}`) }))}
          onChange={(value) => set({ journal: value })}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 200 }}
          aria-label={t('admin.audit.author')}
          placeholder={t('admin.audit.anyone')}
          options={persons.map((person) => ({ value: person.person_id, label: person.name }))}
          onChange={(value) => set({ author: value })}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 280 }}
          aria-label={t('admin.audit.kind')}
          placeholder={t('admin.audit.anyKind')}
          options={kindOptions}
          onChange={(kind) => set({ kind: kind && `${kind}.` })}
        />
        {filter.subject ? (
          <Tag closable onClose={() => set({ subject: undefined })}>
            {t('admin.audit.onlySubject')}
          </Tag>
        ) : null}
        <DatePicker.RangePicker
          showTime
          allowEmpty={[true, true]}
          onChange={(range: [Dayjs | null, Dayjs | null] | null) =>
            set({ from: range?.[0]?.toISOString(), to: range?.[1]?.toISOString() })
          }
        />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<AuditEvent>
        rowKey="event_id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        sticky={STICKY}
        loading={list.isPending}
        pagination={false}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: t('common.emptySearch') }}
        expandable={{
          expandedRowRender: (event) => <AuditDetail event={event} />,
        }}
        columns={[
          {
            title: t('contacts.when'),
            width: 180,
            render: (_, event) => dateTime(event.occurred_at, i18n.language, { exact: true }),
          },
          {
            title: t('admin.audit.journal'),
            width: 130,
            render: (_, event) => <Tag>{t(`admin.audit.journals.${event.journal}`)}</Tag>,
          },
          { title: t('admin.audit.kind'), render: (_, event) => kindText(event.kind) },
          { title: t('admin.audit.author'), render: (_, event) => who(event) },
          {
            title: t('admin.audit.about'),
            className: 'audit-about',
            render: (_, event) => {
              const about = aboutText(event, i18n.language);
              const to = pageOf(event);
              return to ? <Link to={to}>{about ?? t('admin.audit.open')}</Link> : (about ?? '—');
            },
          },
          {
            key: 'story',
            align: 'right',
            render: (_, event) => (
              <Button size="small" type="link" onClick={() => set({ subject: event.subject })}>
                {t('admin.audit.story')}
              </Button>
            ),
          },
        ]}
      />
      <div className="row pager">
        <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
          {t('contacts.newer')}
        </Button>
        <Button
          disabled={!list.data?.next}
          onClick={() => list.data?.next && setCursors([...cursors, list.data.next])}
        >
          {t('contacts.older')}
        </Button>
      </div>
    </>
  );
}
