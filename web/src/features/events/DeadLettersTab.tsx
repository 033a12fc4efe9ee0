import { Button, Popconfirm, Select, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DeadLetter, settleDeadLetter, useDeadLetters } from '../../api/events';
import { queryClient } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

const STATES = ['open', 'retrying', 'done', 'dropped'] as const;

/** What came and could not be used: why, and a way to try it again or to let it go. */
export default function DeadLettersTab() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const [state, setState] = useState<(typeof STATES)[number]>('open');
  const [cursors, setCursors] = useState<string[]>([]);
  const list = useDeadLetters({ state, limit: 50, cursor: cursors.at(-1) });
  const may = useCan('event_type.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'event_type.write' });
  const settle = (id: string, how: 'retry' | 'drop') =>
    settleDeadLetter(id, how)
      .then(
        () => say.done(t(how === 'retry' ? 'events.dead.retried' : 'events.dead.dropped')),
        say.failed,
      )
      .then(() => queryClient.invalidateQueries({ queryKey: ['dead-letters'] }));
  const word = (found: string) => {
    const known = STATES.find((one) => one === found);
    return known ? t(`events.dead.states.${known}`) : found;
  };
  return (
    <>
      <PageHead title={t('events.tabs.dead-letters')} note={t('events.dead.note')}>
        <Select
          style={{ width: 180 }}
          aria-label={t('events.dead.state')}
          value={state}
          options={STATES.map((value) => ({ value, label: word(value) }))}
          onChange={(next) => {
            setCursors([]);
            setState(next);
          }}
        />
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<DeadLetter>
        rowKey="id"
        size="small"
        className="panel"
        pagination={false}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: <EmptyState text={t('events.dead.none')} /> }}
        expandable={{
          expandedRowRender: (row) => (
            <>
              {row.detail ? (
                <p className="fault">
                  {typeof row.detail === 'string' ? row.detail : JSON.stringify(row.detail)}
                </p>
              ) : null}
              <b>{t('events.dead.payload')}</b>
              <pre className="json">
                {typeof row.payload === 'string'
                  ? row.payload
                  : JSON.stringify(row.payload, null, 2)}
              </pre>
            </>
          ),
        }}
        columns={[
          {
            title: t('events.dead.when'),
            width: 176,
            render: (_, row) => dateTime(row.created_at, i18n.language, { exact: true }),
          },
          { title: t('events.dead.origin'), dataIndex: 'origin' },
          {
            title: t('events.dead.reason'),
            render: (_, row) => <span className="fault">{row.reason}</span>,
          },
          { title: t('events.dead.attempts'), align: 'right', dataIndex: 'attempts' },
          { title: t('events.dead.state'), render: (_, row) => <Tag>{word(row.state)}</Tag> },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) =>
              row.state === 'open' ? (
                <span className="row" style={{ justifyContent: 'flex-end' }}>
                  <ReasonButton
                    size="small"
                    reason={refused}
                    onClick={() => void settle(row.id, 'retry')}
                  >
                    {t('events.dead.retry')}
                  </ReasonButton>
                  <Popconfirm
                    title={t('events.dead.dropSure')}
                    okText={t('events.dead.drop')}
                    cancelText={t('common.cancel')}
                    disabled={!may}
                    onConfirm={() => settle(row.id, 'drop')}
                  >
                    <ReasonButton size="small" danger reason={refused}>
                      {t('events.dead.drop')}
                    </ReasonButton>
                  </Popconfirm>
                </span>
              ) : null,
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
    </>
  );
}
