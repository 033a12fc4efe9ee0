import { useQuery } from '@tanstack/react-query';
import { ReactFlowProvider } from '@xyflow/react';
import { Alert, Button, Segmented } from 'antd';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Definition, NodeType } from '../../../api/flow-types';
import { flowCounters, readDraft } from '../../../api/flows';
import { ProblemNote } from '../../../ui/ProblemNote';
import { catalogueOf } from '../model/catalogue';
import { Canvas } from './Canvas';
import { PalettePane } from './PalettePane';
import { PropertiesPane } from './PropertiesPane';
import { EditorContext, makeEditor, useEditorStore } from './store';
import { Toolbar } from './Toolbar';
import { TrialPane } from './TrialPane';
import { useEditorKeys } from './useEditorKeys';
import { type Saving, useChecked, useSaved } from './useServer';
import './editor.css';

/** How often the counters on the nodes are asked for. */
const COUNT_EVERY_MS = 2_000;

interface Props {
  name: string;
  types: NodeType[];
  definition: Definition;
  /** The version of the draft; a flow that only stands in a file has none and cannot be changed. */
  version: number | undefined;
  live: boolean;
  /** Set here to what writes everything that is not kept yet. */
  flush: RefObject<() => Promise<void>>;
}

function Conflict({ name, saving }: { name: string; saving: Saving }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const { problem } = saving;
  if (!problem) return null;
  if (problem.status !== 412) return <ProblemNote error={problem} onRetry={() => saving.again()} />;
  const resolve = async (mine: boolean) => {
    const theirs = await readDraft(name);
    if (!mine) store.getState().replace(theirs.definition);
    saving.again(theirs.version);
  };
  return (
    <Alert
      type="warning"
      showIcon
      title={t('flows.conflict')}
      action={
        <span className="row">
          <Button size="small" onClick={() => void resolve(false)}>
            {t('flows.takeTheirs')}
          </Button>
          <Button size="small" danger onClick={() => void resolve(true)}>
            {t('flows.keepMine')}
          </Button>
        </span>
      }
    />
  );
}

function Saved({
  name,
  first,
  live,
  flush,
}: Pick<Props, 'name' | 'live' | 'flush'> & {
  first: { definition: Definition; version: number };
}) {
  const saving = useSaved(name, first);
  // An effect: the page outside of the editor asks for it.
  useEffect(() => {
    flush.current = saving.flush;
  });
  return <Board name={name} saving={saving} live={live} />;
}

function Board({ name, saving, live }: { name: string; saving?: Saving; live: boolean }) {
  const { t } = useTranslation();
  const area = useRef<HTMLDivElement>(null);
  const { readOnly } = useEditorStore();
  const [side, setSide] = useState<'properties' | 'trial'>('properties');
  useChecked();
  useEditorKeys(area);
  const counters = useQuery({
    queryKey: ['/flows', name, 'counters'],
    enabled: live,
    refetchInterval: COUNT_EVERY_MS,
    retry: false,
    queryFn: ({ signal }) => flowCounters(name, signal),
  });
  return (
    <div className="flow-editor" ref={area} data-readonly={readOnly}>
      <Toolbar saving={saving} onTry={() => setSide('trial')} />
      <div className="flow-note">{saving ? <Conflict name={name} saving={saving} /> : null}</div>
      {readOnly ? null : <PalettePane />}
      <Canvas counters={counters.data} />
      <div className="flow-side">
        <Segmented
          block
          value={side}
          onChange={setSide}
          aria-label={t('flows.side')}
          options={[
            { value: 'properties' as const, label: t('flows.properties') },
            { value: 'trial' as const, label: t('flows.try') },
          ]}
        />
        {side === 'properties' ? <PropertiesPane /> : <TrialPane />}
      </div>
    </div>
  );
}

/** The drawing board of one flow, whatever its kind. */
export default function Editor({ name, types, definition, version, live, flush }: Props) {
  const [store] = useState(() =>
    makeEditor(definition, catalogueOf(types, definition.kind), version === undefined),
  );
  return (
    <ReactFlowProvider>
      <EditorContext value={store}>
        {version === undefined ? (
          <Board name={name} live={live} />
        ) : (
          <Saved name={name} first={{ definition, version }} live={live} flush={flush} />
        )}
      </EditorContext>
    </ReactFlowProvider>
  );
}
