import { useQuery } from '@tanstack/react-query';
import { Alert, Descriptions, Drawer, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Instance } from '../../api/flow-types';
import { instanceAct, oneInstance } from '../../api/flows';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime } from '../../lib/format';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { InstanceTag } from './InstanceTag';

/** How often an open run is read again. */
const ASK_EVERY_MS = 2_000;

function Acts({ instance, nodes }: { instance: Instance; nodes: string[] }) {
  const { t } = useTranslation();
  const say = useSay();
  const [to, setTo] = useState<string>();
  const act = useChange(
    ({ what, body }: { what: 'retry' | 'cancel' | 'move'; body?: object }) =>
      instanceAct(instance.id, what, body),
    ['/flow-instances', '/flows'],
  );
  const over = instance.state === 'done' || instance.state === 'cancelled';
  const refused = useCan('flow.write')
    ? over
      ? t('flows.isOver')
      : undefined
    : t('common.noAccess', { operation: 'flow.write' });
  const run = (what: 'retry' | 'cancel' | 'move', body?: object) =>
    act
      .mutateAsync({ what, ...(body ? { body } : {}) })
      .then(() => say.done(t('flows.acted')), say.failed);
  return (
    <div className="row wrap">
      <ReasonButton
        type="primary"
        reason={refused ?? (instance.state === 'failed' ? undefined : t('flows.notFailed'))}
        onClick={() => void run('retry')}
      >
        {t('flows.retry')}
      </ReasonButton>
      <Popconfirm
        title={t('flows.cancelSure')}
        okText={t('flows.cancelRun')}
        cancelText={t('common.cancel')}
        disabled={Boolean(refused)}
        onConfirm={() => run('cancel')}
      >
        <ReasonButton danger reason={refused}>
          {t('flows.cancelRun')}
        </ReasonButton>
      </Popconfirm>
      <Select
        aria-label={t('flows.moveTo')}
        placeholder={t('flows.moveTo')}
        style={{ width: 180 }}
        showSearch
        value={to ?? null}
        options={nodes.map((key) => ({ value: key, label: key }))}
        onChange={(next: string | null) => setTo(next ?? undefined)}
      />
      <ReasonButton
        reason={refused ?? (to ? undefined : t('flows.moveTo'))}
        onClick={() => void run('move', { node: to })}
      >
        {t('flows.move')}
      </ReasonButton>
    </div>
  );
}

/** What a run knows, by name; only what is more than a text stands as JSON. */
function Variables({ of }: { of: Record<string, unknown> }) {
  const items = Object.entries(of).map(([key, value]) => ({
    key,
    label: <span className="code">{key}</span>,
    children:
      value === null ? (
        '—'
      ) : typeof value === 'object' ? (
        <code>{JSON.stringify(value)}</code>
      ) : (
        String(value)
      ),
  }));
  return items.length > 0 ? <Descriptions size="small" column={1} items={items} /> : <p>—</p>;
}

/** One run: the way it went, what it knows, what it waits for, and what a person can do when it failed. */
export function InstanceDrawer({
  id,
  nodes,
  onClose,
}: {
  id: string;
  nodes: string[];
  onClose(): void;
}) {
  const { t, i18n } = useTranslation();
  const one = useQuery({
    queryKey: ['/flow-instances', 'one', id],
    refetchInterval: ASK_EVERY_MS,
    queryFn: () => oneInstance(id),
  });
  const instance = one.data;
  return (
    <Drawer open size={640} onClose={onClose} title={t('flows.instance')}>
      <ProblemNote error={one.error} onRetry={() => void one.refetch()} />
      {instance ? (
        <>
          <Acts instance={instance} nodes={nodes} />
          {instance.error ? (
            <Alert type="error" style={{ margin: '12px 0' }} title={instance.error} />
          ) : null}
          <Descriptions
            size="small"
            column={1}
            style={{ margin: '12px 0' }}
            items={[
              {
                key: 'state',
                label: t('floor.state'),
                children: <InstanceTag state={instance.state} />,
              },
              {
                key: 'customer',
                label: t('desk.customer.title'),
                children: instance.customer_id ? (
                  <Link to={`/customers/${instance.customer_id}`}>
                    {instance.customer_name ?? instance.customer_id}
                  </Link>
                ) : (
                  '—'
                ),
              },
              { key: 'version', label: t('common.version'), children: instance.version },
              {
                key: 'started',
                label: t('flows.startedAt'),
                children: dateTime(instance.started_at, i18n.language, { exact: true }),
              },
              {
                key: 'due',
                label: t('flows.dueAt'),
                children: dateTime(instance.due_at, i18n.language, { exact: true }),
              },
            ]}
          />
          <h3>{t('flows.pathTaken')}</h3>
          <ol className="path-list">
            {(instance.path ?? []).map((visit, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a node can be passed twice
              <li key={n}>
                <span className="digits dim">
                  {dateTime(visit.at, i18n.language, { exact: true })}
                </span>{' '}
                <strong>{visit.node}</strong>
              </li>
            ))}
          </ol>
          <h3>{t('flows.field.variables')}</h3>
          <Variables of={instance.variables ?? {}} />
          {instance.waiting_for ? (
            <details>
              <summary>{t('flows.waitsFor')}, JSON</summary>
              <pre className="code json-box">{JSON.stringify(instance.waiting_for, null, 2)}</pre>
            </details>
          ) : null}
        </>
      ) : null}
    </Drawer>
  );
}
