import { Table } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useTemplateChoices } from '../../../api/choices';
import { type Message, messages } from '../../../api/messages';
import { useList } from '../../../api/query';
import { contacts } from '../../../api/resources';
import { useCan } from '../../../api/session';
import { dateTime, duration } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { StateTag } from '../../../ui/MessageState';
import { ProblemNote } from '../../../ui/ProblemNote';

const SHOWN = 30;

/** Calls and other contacts with a customer, newest first. */
export function ContactsPanel({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation();
  const allowed = useCan(contacts.right);
  const list = useList(contacts, { customer_id: customer, limit: SHOWN }, allowed);
  if (!allowed) return <EmptyState text={t('common.noAccess', { operation: contacts.right })} />;
  if (list.error) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={false}
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      locale={{ emptyText: t('desk.customer.noHistory') }}
      columns={[
        {
          title: t('contacts.when'),
          render: (_, row) => (
            <Link to={`/contacts/${row.id}`}>{dateTime(row.arrived_at, i18n.language)}</Link>
          ),
        },
        { title: t('floor.queue'), render: (_, row) => row.queue_name ?? '—' },
        { title: t('floor.operator'), render: (_, row) => row.operator_name ?? '—' },
        {
          title: t('contacts.talked'),
          align: 'right',
          render: (_, row) => (row.talk_seconds == null ? '—' : duration(row.talk_seconds)),
        },
      ]}
    />
  );
}

/** Messages to a customer and what became of them. */
export function MessagesPanel({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation();
  const allowed = useCan(messages.right);
  const list = useList(messages, { customer_id: customer, limit: SHOWN }, allowed);
  const templates = useTemplateChoices(i18n.language);
  if (!allowed) return <EmptyState text={t('common.noAccess', { operation: messages.right })} />;
  if (list.error) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Table<Message>
      rowKey="id"
      size="small"
      pagination={false}
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      locale={{ emptyText: t('messages.list.none') }}
      columns={[
        {
          title: t('messages.list.when'),
          render: (_, row) => (
            <Link to={`/automation/messages/${row.id}`}>
              {dateTime(row.created_at, i18n.language)}
            </Link>
          ),
        },
        {
          title: t('messages.channel'),
          render: (_, row) => (row.channel ? t(`messages.channels.${row.channel}`) : '—'),
        },
        {
          title: t('messages.template'),
          render: (_, row) =>
            templates.find(({ value }) => value === row.template)?.label ?? row.template,
        },
        {
          title: t('messages.state'),
          render: (_, row) => <StateTag state={row.state} />,
        },
      ]}
    />
  );
}
