import { PlusOutlined, ReloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Segmented, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { FLOW_KINDS, type FlowKind, type FlowRow } from '../../api/flow-types';
import { listFlows } from '../../api/flows';
import { send } from '../../api/http';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { count } from '../../lib/format';
import { matches } from '../../lib/search';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { useSay } from '../../ui/say';
import { NewFlow } from './NewFlow';
import { EmptyState } from '../../ui/EmptyState';
import './flows.css';

/** How often the numbers of running instances are asked for again. */
const ASK_EVERY_MS = 5_000;

function State({ row }: { row: FlowRow }) {
  const { t } = useTranslation();
  if (row.error) return <span className="fault">✕ {row.error}</span>;
  const live = row.live_version ?? (row.version || null);
  return (
    <span className="row">
      {live == null ? (
        <Tag>{t('flows.neverPublished')}</Tag>
      ) : (
        <Tag color="success">
          {row.source === 'database' ? t('flows.live', { version: live }) : t('flows.liveFile')}
        </Tag>
      )}
      {row.draft_version == null ? null : <Tag color="warning">{t('flows.hasDraft')}</Tag>}
    </span>
  );
}

/** Every flow there is: calls, campaigns, scripts and processes in one list. */
export default function FlowsPage() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const [kind, setKind] = useState<FlowKind | 'all'>('all');
  const [adding, setAdding] = useState(false);
  const list = useQuery({
    queryKey: ['/flows', 'list'],
    queryFn: ({ signal }) => listFlows(signal),
    refetchInterval: ASK_EVERY_MS,
  });
  const reload = useChange(() => send('/flows/reload', { method: 'POST' }), ['/flows']);
  const refused = useCan('flow.write')
    ? undefined
    : t('common.noAccess', { operation: 'flow.write' });
  const rows = (list.data?.items ?? []).filter(
    (row) =>
      (kind === 'all' || (row.kind ?? 'ivr') === kind) &&
      matches(`${row.title ?? ''} ${row.name}`, query),
  );
  const number = (value: number | null | undefined) =>
    value == null ? '—' : count(value, i18n.language);
  return (
    <div className="page">
      <PageHead title={t('automation.flows')} note={t('flows.note')}>
        <SearchBox onSearch={setQuery} />
        <ReasonButton
          icon={<ReloadOutlined aria-hidden />}
          reason={refused}
          loading={reload.isPending}
          onClick={() =>
            void reload
              .mutateAsync(undefined)
              .then(() => say.done(t('admin.flows.reloaded')), say.failed)
          }
        >
          {t('admin.flows.reload')}
        </ReasonButton>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          reason={refused}
          onClick={() => setAdding(true)}
        >
          {t('common.create')}
        </ReasonButton>
      </PageHead>
      <Segmented
        className="kind-filter"
        value={kind}
        onChange={(value) => setKind(value)}
        aria-label={t('flows.kindLabel')}
        options={[
          { value: 'all' as const, label: t('common.all') },
          ...FLOW_KINDS.map((value) => ({ value, label: t(`flows.kind.${value}`) })),
        ]}
      />
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<FlowRow>
        rowKey={(row) => `${row.source ?? 'file'}/${row.name}`}
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={rows}
        locale={{
          emptyText: <EmptyState text={t(query ? 'common.emptySearch' : 'flows.empty')} />,
        }}
        columns={[
          {
            title: t('common.name'),
            render: (_, row) => (
              <>
                <Link to={`/automation/flows/${encodeURIComponent(row.name)}`}>
                  {row.title || row.name}
                </Link>
                {row.title && row.title !== row.name ? <div className="dim">{row.name}</div> : null}
              </>
            ),
          },
          { title: t('flows.kindLabel'), render: (_, row) => t(`flows.kind.${row.kind ?? 'ivr'}`) },
          {
            title: t('flows.source'),
            render: (_, row) =>
              row.source === 'database' ? t('flows.inDatabase') : row.file || t('flows.inFile'),
          },
          { title: t('floor.state'), render: (_, row) => <State row={row} /> },
          {
            title: t('flows.running'),
            align: 'right',
            render: (_, row) => number(row.running),
          },
          {
            title: t('flows.failed'),
            align: 'right',
            render: (_, row) =>
              row.failed ? (
                <Link
                  className="fault"
                  to={`/automation/flows/${encodeURIComponent(row.name)}?tab=instances&state=failed`}
                >
                  {number(row.failed)}
                </Link>
              ) : (
                number(row.failed)
              ),
          },
        ]}
      />
      {adding ? (
        <NewFlow
          onClose={() => setAdding(false)}
          onMade={(name) => void navigate(`/automation/flows/${encodeURIComponent(name)}`)}
        />
      ) : null}
    </div>
  );
}
