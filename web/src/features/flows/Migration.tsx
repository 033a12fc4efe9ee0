import { useQuery } from '@tanstack/react-query';
import { Alert, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MigrationReport, Version } from '../../api/flow-types';
import { flowVersion, migrateFlow } from '../../api/flows';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

/** Moves what runs in one version to another: first told what would happen, then done. */
export function Migration({
  name,
  from,
  versions,
  onClose,
}: {
  name: string;
  from: number;
  versions: Version[];
  onClose(): void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const others = versions.filter((one) => one.version !== from);
  const [to, setTo] = useState(others.find((one) => one.live)?.version ?? others[0]?.version);
  const [nodes, setNodes] = useState<Record<string, string>>({});
  const [report, setReport] = useState<MigrationReport>();
  const refused = useCan('flow.publish')
    ? undefined
    : t('common.noAccess', { operation: 'flow.publish' });
  const both = useQuery({
    queryKey: ['/flows', name, 'migration', from, to],
    enabled: to !== undefined,
    queryFn: () => Promise.all([flowVersion(name, from), flowVersion(name, to ?? from)]),
  });
  const [before, after] = both.data ?? [];
  const there = Object.keys(after?.definition?.nodes ?? {});
  const gone = Object.keys(before?.definition?.nodes ?? {}).filter((key) => !there.includes(key));
  const run = useChange(
    (dry: boolean) => migrateFlow(name, { from, to: to ?? from, nodes, dry_run: dry }),
    ['/flows', '/flow-instances'],
  );
  const go = async (dry: boolean) => {
    const found = await run.mutateAsync(dry).catch(() => undefined);
    if (!found) return;
    setReport(found);
    if (dry) return;
    say.done(t('flows.migrated', { n: found.moved }));
    onClose();
  };
  return (
    <Modal
      open
      title={t('flows.migrateTitle', { n: from })}
      onCancel={onClose}
      footer={[
        <ReasonButton
          key="dry"
          reason={to === undefined ? t('flows.noOther') : undefined}
          loading={run.isPending}
          onClick={() => void go(true)}
        >
          {t('flows.dryRun')}
        </ReasonButton>,
        <ReasonButton
          key="run"
          type="primary"
          reason={refused ?? (report ? undefined : t('flows.dryFirst'))}
          loading={run.isPending}
          onClick={() => void go(false)}
        >
          {t('flows.migrate')}
        </ReasonButton>,
      ]}
    >
      <p>{t('flows.migrateNote')}</p>
      <ProblemNote error={run.error ?? both.error} />
      <label htmlFor="migrate-to">{t('flows.migrateTo')}</label>
      <Select
        id="migrate-to"
        style={{ width: '100%', marginBottom: 12 }}
        value={to ?? null}
        options={others.map(({ version }) => ({
          value: version,
          label: t('flows.versionN', { n: version }),
        }))}
        onChange={(next: number | null) => {
          setTo(next ?? undefined);
          setReport(undefined);
        }}
      />
      {gone.length > 0 ? <p className="dim">{t('flows.migrateNodes')}</p> : null}
      {gone.map((key) => (
        <div className="row pair-row" key={key}>
          <Input value={key} disabled aria-label={t('flows.key')} />→
          <Select
            allowClear
            aria-label={`${t('flows.migrateTo')}: ${key}`}
            style={{ width: '100%' }}
            value={nodes[key] ?? null}
            options={there.map((one) => ({ value: one, label: one }))}
            onChange={(next: string | null | undefined) => {
              const { [key]: _, ...rest } = nodes;
              setNodes(next ? { ...rest, [key]: next } : rest);
              setReport(undefined);
            }}
          />
        </div>
      ))}
      {report ? (
        <Alert
          type={report.refused?.length ? 'warning' : 'info'}
          title={[t('flows.wouldMove', { n: report.moved }), report.missing?.join(', ')]
            .filter(Boolean)
            .join(' · ')}
          description={report.refused
            ?.slice(0, 20)
            .map((one) => (
              <div key={`${one.instance_id}${one.node}${one.reason}`}>
                {[one.node, one.reason].filter(Boolean).join(': ')}
              </div>
            ))}
        />
      ) : null}
    </Modal>
  );
}
