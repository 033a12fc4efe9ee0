import { SendOutlined } from '@ant-design/icons';
import { Select, Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { CHANNELS, CLASSES, type Message, messages, STATES } from '../../api/messages';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime, phone } from '../../lib/format';
import { CustomerName } from '../../ui/CustomerName';
import { Reason, StateTag } from '../../ui/MessageState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { EmptyState } from '../../ui/EmptyState';
import { SendDrawer } from './SendDrawer';

/** Messages in motion are looked at again this often. */
const REFRESH_MS = 3_000;

const FILTERS = ['q', 'state', 'channel', 'class', 'customer_id'] as const;

function useColumns(): ColumnsType<Message> {
  const { t, i18n } = useTranslation();
  return [
    {
      title: t('messages.list.when'),
      width: 176,
      render: (_, row) => (
        <Link to={`/automation/messages/${row.id}`}>{dateTime(row.created_at, i18n.language)}</Link>
      ),
    },
    {
      title: t('messages.list.to'),
      render: (_, row) => (
        <>
          {row.customer_id ? <CustomerName id={row.customer_id} /> : null}
          <div className={row.customer_id ? 'dim' : ''}>{phone(row.address)}</div>
        </>
      ),
    },
    {
      title: t('messages.channel'),
      render: (_, row) => (row.channel ? t(`messages.channels.${row.channel}`) : '—'),
    },
    { title: t('messages.template'), dataIndex: 'template' },
    { title: t('messages.class'), render: (_, row) => t(`messages.classes.${row.class}`) },
    {
      title: t('messages.state'),
      render: (_, row) => (
        <>
          <StateTag state={row.state} />{' '}
          {row.reason ? (
            <span className="dim">
              <Reason of={row} />
            </span>
          ) : null}
        </>
      ),
    },
  ];
}

/** Every message and what became of it. Filters live in the address. */
export default function MessagesPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const cursors = useCursors();
  const may = useCan('message.send');
  const filter = Object.fromEntries(
    FILTERS.map((name) => [name, params.get(name) ?? undefined]),
  ) as Record<(typeof FILTERS)[number], string | undefined>;
  const set = (name: string, value: string | undefined) => {
    cursors.reset();
    setParams(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  };
  const list = useList(
    messages,
    { ...filter, limit: 50, ...(cursors.cursor ? { cursor: cursors.cursor } : {}) },
    true,
    REFRESH_MS,
  );
  const columns = useColumns();
  const sending = params.get('send');
  return (
    <>
      <PageHead title={t('messages.sent')} note={t('messages.list.note')}>
        <ReasonButton
          type="primary"
          icon={<SendOutlined />}
          reason={may ? undefined : t('common.noAccess', { operation: 'message.send' })}
          onClick={() => set('send', 'new')}
        >
          {t('messages.send.one')}
        </ReasonButton>
      </PageHead>
      <div className="row filters wrap">
        <SearchBox initial={filter.q ?? ''} onSearch={(q) => set('q', q)} />
        <Select
          allowClear
          style={{ width: 200 }}
          aria-label={t('messages.state')}
          placeholder={t('messages.list.anyState')}
          value={filter.state ?? null}
          options={STATES.map((value) => ({ value, label: t(`messages.states.${value}`) }))}
          onChange={(value) => set('state', value ?? undefined)}
        />
        <Select
          allowClear
          style={{ width: 150 }}
          aria-label={t('messages.channel')}
          placeholder={t('messages.list.anyChannel')}
          value={filter.channel ?? null}
          options={CHANNELS.map((value) => ({ value, label: t(`messages.channels.${value}`) }))}
          onChange={(value) => set('channel', value ?? undefined)}
        />
        <Select
          allowClear
          style={{ width: 160 }}
          aria-label={t('messages.class')}
          placeholder={t('messages.list.anyClass')}
          value={filter.class ?? null}
          options={CLASSES.map((value) => ({ value, label: t(`messages.classes.${value}`) }))}
          onChange={(value) => set('class', value ?? undefined)}
        />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Message>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 900 }}
        loading={list.isPending}
        columns={columns}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: list.isPending ? (
            ' '
          ) : (
            <EmptyState text={t(params.size > 0 ? 'common.emptySearch' : 'messages.list.none')} />
          ),
        }}
      />
      <Pager cursors={cursors} next={list.data?.next} />
      {sending && may ? (
        <SendDrawer
          customer={sending === 'new' ? undefined : sending}
          onClose={() => set('send', undefined)}
        />
      ) : null}
    </>
  );
}
