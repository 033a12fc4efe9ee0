import { useQuery } from '@tanstack/react-query';
import { Tabs, Tag } from 'antd';
import { lazy, Suspense, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import type { Definition, FlowRow } from '../../api/flow-types';
import { addFlow, nodeTypes, oneFlow, readDraft, saveDraft } from '../../api/flows';
import type { Problem } from '../../api/problem';
import { queryClient } from '../../api/query';
import { useCan } from '../../api/session';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { InstancesTab } from './InstancesTab';
import { PublishButton } from './PublishButton';
import { VersionsTab } from './VersionsTab';
import { useTitle } from '../../lib/title';
import './flows.css';

const Editor = lazy(() => import('./editor/Editor'));

/** The flow, its draft where it has one, and what its nodes can be. */
function useFlow(name: string) {
  const flow = useQuery<FlowRow & { definition?: Definition }, Problem>({
    queryKey: ['/flows', name],
    queryFn: () => oneFlow(name),
  });
  const inDatabase = flow.data?.source === 'database';
  const draft = useQuery({
    queryKey: ['/flows', name, 'draft'],
    enabled: inDatabase,
    // The editor holds the draft once it is open; reading it again would take changes away.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: () => readDraft(name),
  });
  const types = useQuery({
    queryKey: ['/flow-nodes'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: nodeTypes,
  });
  return { flow, draft, types, inDatabase };
}

/** A flow of a file is read here; to be changed it is copied into the database, which then wins over the file. */
function FileNote({ flow, definition }: { flow: FlowRow; definition: Definition }) {
  const { t } = useTranslation();
  const say = useSay();
  const refused = useCan('flow.write')
    ? undefined
    : t('common.noAccess', { operation: 'flow.write' });
  const copy = async () => {
    await addFlow({
      name: flow.name,
      kind: definition.kind,
      title: definition.title ?? flow.title ?? flow.name,
    });
    const draft = await readDraft(flow.name);
    await saveDraft(flow.name, draft.version, definition);
    await queryClient.invalidateQueries({ queryKey: ['/flows'] });
  };
  return (
    <div className="row file-note">
      <span className="dim">{t('flows.fileNote', { file: flow.file ?? flow.name })}</span>
      <ReasonButton size="small" reason={refused} onClick={() => void copy().catch(say.failed)}>
        {t('flows.makeDraft')}
      </ReasonButton>
    </div>
  );
}

/** One flow: drawn, published, run. */
export default function FlowPage() {
  const { t } = useTranslation();
  const { name = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const tab = params.get('tab') ?? 'editor';
  const mayWrite = useCan('flow.write');
  /** Writes what the editor has not kept yet. */
  const flush = useRef(async () => {});
  const { flow, draft, types, inDatabase } = useFlow(name);
  const definition = inDatabase ? draft.data?.definition : flow.data?.definition;
  useTitle(definition?.title || flow.data?.title || name);
  const trouble = flow.error ?? draft.error ?? types.error;
  if (!flow.data || !types.data || !definition) {
    return (
      <div className="page" aria-busy={!trouble}>
        <ProblemNote
          error={trouble}
          onRetry={() => void queryClient.invalidateQueries({ queryKey: ['/flows', name] })}
        />
      </div>
    );
  }
  const row = flow.data;
  const live = row.live_version ?? (row.version || null);
  return (
    <div className="flow-page">
      <header className="flow-head">
        <h1>{definition.title || row.title || row.name}</h1>
        <Tag>{t(`flows.kind.${definition.kind}`)}</Tag>
        {live == null ? (
          <Tag>{t('flows.neverPublished')}</Tag>
        ) : (
          <Tag color="success">
            {inDatabase ? t('flows.live', { version: live }) : t('flows.liveFile')}
          </Tag>
        )}
        <Tabs
          size="small"
          activeKey={tab}
          onChange={(key) => setParams(key === 'editor' ? {} : { tab: key })}
          items={[
            { key: 'editor', label: t('flows.tab.editor') },
            { key: 'versions', label: t('flows.tab.versions'), disabled: !inDatabase },
            { key: 'instances', label: t('flows.tab.instances') },
          ]}
        />
        {inDatabase ? (
          <PublishButton name={name} flush={() => flush.current()} />
        ) : (
          <FileNote flow={row} definition={definition} />
        )}
      </header>
      <div className="flow-body">
        <div className="flow-pane" hidden={tab !== 'editor'}>
          <Suspense fallback={<div className="lone" aria-busy="true" />}>
            <Editor
              key={`${name} ${inDatabase}`}
              name={name}
              types={types.data}
              definition={definition}
              version={inDatabase && mayWrite ? draft.data?.version : undefined}
              live={inDatabase && live != null}
              flush={flush}
            />
          </Suspense>
        </div>
        {tab === 'versions' ? (
          <VersionsTab name={name} types={types.data} flush={() => flush.current()} />
        ) : null}
        {tab === 'instances' ? <InstancesTab name={name} definition={definition} /> : null}
      </div>
    </div>
  );
}
