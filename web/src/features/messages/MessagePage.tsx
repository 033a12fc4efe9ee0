import { StopOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Descriptions, Popconfirm, Table } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import {
  cancelMessage,
  links,
  type MessageDetail,
  messageDetail,
  messages,
} from '../../api/messages';
import type { Problem } from '../../api/problem';
import { useChange } from '../../api/query';
import { useAll, useCan } from '../../api/session';
import { dateTime, phone } from '../../lib/format';
import { CustomerName } from '../../ui/CustomerName';
import { Reason, StateTag } from '../../ui/MessageState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

const REFRESH_MS = 2_000;
/** States after which nothing more happens. */
const DONE = ['delivered', 'failed', 'undelivered', 'refused', 'cancelled', 'expired'];

const OUTCOMES = ['sent', 'retry', 'failed', 'unknown'] as const;
function outcomeText(outcome: string | null | undefined, t: TFunction): string {
  const known = OUTCOMES.find((one) => one === outcome);
  return known ? t(`messages.outcomes.${known}`) : (outcome ?? '…');
}

function Facts({ message }: { message: MessageDetail }) {
  const { t, i18n } = useTranslation();
  const item = (key: string, label: string, children: React.ReactNode) => ({
    key,
    label,
    children,
  });
  return (
    <Descriptions
      size="small"
      column={1}
      items={[
        item('state', t('messages.state'), <StateTag state={message.state} />),
        ...(message.reason
          ? [item('reason', t('messages.detail.reason'), <Reason of={message} />)]
          : []),
        item(
          'customer',
          t('messages.list.customer'),
          message.customer_id ? <CustomerName id={message.customer_id} /> : '—',
        ),
        item('to', t('messages.list.to'), phone(message.address)),
        item(
          'channel',
          t('messages.channel'),
          message.channel ? t(`messages.channels.${message.channel}`) : '—',
        ),
        item('template', t('messages.template'), message.template),
        item('class', t('messages.class'), t(`messages.classes.${message.class}`)),
        item(
          'created',
          t('messages.detail.created'),
          dateTime(message.created_at, i18n.language, { exact: true }),
        ),
        item(
          'changed',
          t('messages.detail.changed'),
          dateTime(message.updated_at, i18n.language, { exact: true }),
        ),
      ]}
    />
  );
}

/** One message: its words, every attempt to send it, every receipt. */
export default function MessagePage() {
  const { t, i18n } = useTranslation();
  const { id = '' } = useParams();
  const say = useSay();
  const may = useCan('message.send');
  const found = useQuery<MessageDetail, Problem>({
    queryKey: [messages.path, id],
    queryFn: () => messageDetail(id),
    refetchInterval: ({ state }) => (DONE.includes(state.data?.state ?? '') ? false : REFRESH_MS),
  });
  const linkList = useAll(links);
  const cancel = useChange(() => cancelMessage(id), [messages.path]);
  const message = found.data;
  const trouble = <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!message) return <div aria-busy={found.isPending}>{trouble}</div>;
  const at = (value: string) => dateTime(value, i18n.language, { exact: true });
  const refused = !may
    ? t('common.noAccess', { operation: 'message.send' })
    : message.state === 'queued'
      ? undefined
      : t('messages.detail.tooLate');
  return (
    <>
      <PageHead title={t('messages.detail.title')}>
        <Link to="/automation/messages">{t('messages.detail.back')}</Link>
        <Popconfirm
          title={t('messages.detail.cancelSure')}
          okText={t('messages.detail.cancel')}
          cancelText={t('common.close')}
          disabled={Boolean(refused)}
          onConfirm={() =>
            cancel
              .mutateAsync(undefined)
              .then(() => say.done(t('messages.detail.cancelled')), say.failed)
          }
        >
          <ReasonButton danger icon={<StopOutlined />} reason={refused}>
            {t('messages.detail.cancel')}
          </ReasonButton>
        </Popconfirm>
      </PageHead>
      {trouble}
      <div className="message">
        <section className="panel">
          <Facts message={message} />
        </section>
        <div>
          <section className="panel" aria-label={t('messages.detail.text')}>
            {message.subject ? <h2>{message.subject}</h2> : null}
            <p className="bubble">{message.text || '—'}</p>
          </section>
          <section className="panel" aria-label={t('messages.detail.attempts')}>
            <h2>{t('messages.detail.attempts')}</h2>
            <Table
              rowKey="attempt"
              size="small"
              pagination={false}
              dataSource={message.tries}
              locale={{ emptyText: t('messages.detail.noAttempts') }}
              columns={[
                { title: t('messages.detail.at'), render: (_, row) => at(row.started_at) },
                {
                  title: t('messages.detail.link'),
                  render: (_, row) => linkList.find((one) => one.id === row.link_id)?.name ?? '—',
                },
                {
                  title: t('messages.detail.outcome'),
                  render: (_, row) => outcomeText(row.outcome, t),
                },
                {
                  title: t('messages.detail.detail'),
                  render: (_, row) => [row.code, row.detail].filter(Boolean).join(' · '),
                },
              ]}
            />
          </section>
          <section className="panel" aria-label={t('messages.detail.receipts')}>
            <h2>{t('messages.detail.receipts')}</h2>
            <Table
              rowKey={(row) => row.received_at + row.state}
              size="small"
              pagination={false}
              dataSource={message.receipts}
              locale={{ emptyText: t('messages.detail.noReceipts') }}
              columns={[
                { title: t('messages.detail.at'), render: (_, row) => at(row.received_at) },
                {
                  title: t('messages.state'),
                  render: (_, row) => <StateTag state={row.state} />,
                },
                {
                  title: t('messages.detail.detail'),
                  render: (_, row) => row.raw || row.code,
                },
              ]}
            />
          </section>
        </div>
      </div>
    </>
  );
}
