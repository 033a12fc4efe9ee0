import { DatePicker, Modal, Table, Tag } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Consumer, replay, useConsumers } from '../../api/events';
import { queryClient } from '../../api/query';
import { useCan } from '../../api/session';
import { count, dateTime } from '../../lib/format';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

/** The server's own readers; an installation may have more. */
const CONSUMERS = [
  'flows',
  'loyalty.standing',
  'platform.audit_log',
  'platform.webhooks',
  'promotions',
  'rules',
] as const;

/** More than this waits: somebody should look. */
const LAG_MAX = 1000;

function StateTag({ consumer }: { consumer: Consumer }) {
  const { t } = useTranslation();
  const { failing, lag } = consumer;
  if (failing)
    return (
      <Tag color="error">
        {t('events.consumers.failing', { reason: typeof failing === 'string' ? failing : '' })}
      </Tag>
    );
  return lag > LAG_MAX ? (
    <Tag color="warning">{t('events.consumers.behind')}</Tag>
  ) : (
    <Tag color="success">{t('events.consumers.fine')}</Tag>
  );
}

/** Who reads the log and how far behind; any of them can read again from a moment on. */
export default function ConsumersTab() {
  const { t, i18n } = useTranslation();
  const known = (name: string) => CONSUMERS.find((one) => one === name);
  const named = (name: string) => {
    const own = known(name);
    return own ? t(`events.consumers.names.${own}`) : name;
  };
  const say = useSay();
  const list = useConsumers();
  const [asked, setAsked] = useState<string>();
  const [from, setFrom] = useState<dayjs.Dayjs | null>(dayjs().subtract(1, 'hour'));
  const may = useCan('event_type.write');
  const run = async () => {
    if (!asked || !from) return;
    await replay(asked, from.toISOString()).then(async () => {
      setAsked(undefined);
      say.done(t('events.consumers.replayed'));
      await queryClient.invalidateQueries({ queryKey: ['event-consumers'] });
    }, say.failed);
  };
  return (
    <>
      <PageHead title={t('events.tabs.consumers')} note={t('events.consumers.note')} />
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Consumer>
        rowKey="name"
        size="small"
        className="panel"
        pagination={false}
        loading={list.isPending}
        dataSource={list.data ?? []}
        locale={{ emptyText: t('common.empty') }}
        columns={[
          {
            title: t('events.consumers.name'),
            render: (_, { name }) => (
              <>
                {named(name)}
                {known(name) ? <div className="dim code">{name}</div> : null}
              </>
            ),
          },
          {
            title: t('events.consumers.lag'),
            align: 'right',
            render: (_, row) => count(row.lag, i18n.language),
          },
          {
            title: t('events.consumers.moved'),
            render: (_, row) => dateTime(row.moved_at, i18n.language, { exact: true }),
          },
          { title: t('events.consumers.state'), render: (_, row) => <StateTag consumer={row} /> },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <ReasonButton
                size="small"
                reason={may ? undefined : t('common.noAccess', { operation: 'event_type.write' })}
                aria-label={`${t('events.consumers.replay')}: ${row.name}`}
                onClick={() => setAsked(row.name)}
              >
                {t('events.consumers.replay')}
              </ReasonButton>
            ),
          },
        ]}
      />
      <Modal
        open={asked !== undefined}
        title={`${t('events.consumers.replay')}: ${named(asked ?? '')}`}
        okText={t('events.consumers.replay')}
        cancelText={t('common.cancel')}
        okButtonProps={{ disabled: !from }}
        onCancel={() => setAsked(undefined)}
        onOk={run}
      >
        <p>{t('events.consumers.replayNote')}</p>
        <DatePicker
          showTime
          aria-label={t('events.consumers.replayFrom')}
          value={from}
          onChange={setFrom}
        />
      </Modal>
    </>
  );
}
