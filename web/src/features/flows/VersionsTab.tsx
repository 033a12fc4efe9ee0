import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Select, Table, Tag } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeType, Version } from '../../api/flow-types';
import { flowVersion, flowVersions, readDraft, rollBackFlow } from '../../api/flows';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime } from '../../lib/format';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { Migration } from './Migration';

const Compare = lazy(() => import('./Compare'));

/** A published version, or what is drawn now. */
type Side = number | 'draft';

function Sides({ name, types, versions, flush }: Props & { versions: Version[] }) {
  const { t } = useTranslation();
  const live = versions.find((one) => one.live)?.version ?? versions[0]?.version;
  const [sides, setSides] = useState<[Side, Side]>([live ?? 'draft', 'draft']);
  const pair = useQuery({
    queryKey: ['/flows', name, 'compare', ...sides],
    gcTime: 0,
    queryFn: () =>
      Promise.all(
        sides.map(async (side) => {
          if (side !== 'draft') return (await flowVersion(name, side)).definition;
          await flush();
          return (await readDraft(name)).definition;
        }),
      ),
  });
  const options = [
    { value: 'draft' as Side, label: t('flows.draft') },
    ...versions.map(({ version }) => ({
      value: version as Side,
      label: t('flows.versionN', { n: version }),
    })),
  ];
  const pick = (n: 0 | 1) => (
    <Select<Side>
      aria-label={t(n === 0 ? 'flows.before' : 'flows.after')}
      style={{ width: 180 }}
      value={sides[n]}
      options={options}
      onChange={(side) => setSides(n === 0 ? [side, sides[1]] : [sides[0], side])}
    />
  );
  const [before, after] = pair.data ?? [];
  return (
    <section aria-label={t('flows.compare')}>
      <div className="row compare-pick">
        <h2>{t('flows.compare')}</h2>
        {pick(0)} → {pick(1)}
      </div>
      <ProblemNote error={pair.error} onRetry={() => void pair.refetch()} />
      {before && after ? (
        <Suspense fallback={<div aria-busy="true" />}>
          <Compare types={types} before={before} after={after} />
        </Suspense>
      ) : null}
    </section>
  );
}

interface Props {
  name: string;
  types: NodeType[];
  flush(): Promise<void>;
}

/** What was published when and by whom, what differs, and the way back. */
export function VersionsTab(props: Props) {
  const { name } = props;
  const { t, i18n } = useTranslation();
  const say = useSay();
  const [migrating, setMigrating] = useState<number>();
  const list = useQuery({
    queryKey: ['/flows', name, 'versions'],
    queryFn: () => flowVersions(name),
  });
  const back = useChange((version: number) => rollBackFlow(name, version), ['/flows']);
  const refused = useCan('flow.publish')
    ? undefined
    : t('common.noAccess', { operation: 'flow.publish' });
  const versions = list.data?.items ?? [];
  return (
    <div className="page">
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Version>
        rowKey="version"
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={versions}
        locale={{ emptyText: t('flows.neverPublished') }}
        columns={[
          {
            title: t('common.version'),
            render: (_, row) => (
              <span className="row">
                {row.version}
                {row.live ? <Tag color="success">{t('flows.isLive')}</Tag> : null}
              </span>
            ),
          },
          {
            title: t('flows.publishedAt'),
            render: (_, row) => dateTime(row.published_at, i18n.language),
          },
          { title: t('flows.publishedBy'), render: (_, row) => row.published_by ?? '—' },
          { title: t('flows.versionNote'), render: (_, row) => row.note ?? '' },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <span className="row row-end">
                <Button size="small" onClick={() => setMigrating(row.version)}>
                  {t('flows.migrate')}
                </Button>
                <Popconfirm
                  title={t('flows.rollBackSure', { n: row.version })}
                  okText={t('flows.rollBack')}
                  cancelText={t('common.cancel')}
                  disabled={Boolean(refused) || row.live === true}
                  onConfirm={() =>
                    back
                      .mutateAsync(row.version)
                      .then(() => say.done(t('flows.rolledBack')), say.failed)
                  }
                >
                  <ReasonButton
                    size="small"
                    reason={refused ?? (row.live ? t('flows.isLive') : undefined)}
                  >
                    {t('flows.rollBack')}
                  </ReasonButton>
                </Popconfirm>
              </span>
            ),
          },
        ]}
      />
      {list.data ? <Sides {...props} versions={versions} /> : null}
      {migrating === undefined ? null : (
        <Migration
          name={name}
          from={migrating}
          versions={versions}
          onClose={() => setMigrating(undefined)}
        />
      )}
    </div>
  );
}
