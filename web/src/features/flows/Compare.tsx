import { Background, Controls, MarkerType, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Definition, NodeType } from '../../api/flow-types';
import { useTheme } from '../../lib/theme';
import { EmptyState } from '../../ui/EmptyState';
import { type CardNode, NodeCard } from './editor/NodeCard';
import { useFlowWords } from './editor/words';
import { NODE_WIDTH, placesOf } from './model/arrange';
import { type Catalogue, catalogueOf } from './model/catalogue';
import { type Differences, differences, type FieldChange } from './model/diff';
import { edgeId } from './model/edit';
import { slotsOf, toGraph } from './model/graph';
import '@xyflow/react/dist/style.css';
import './editor/editor.css';

const NODE_TYPES = { card: NodeCard };

function Half({
  definition,
  catalogue,
  found,
  label,
}: {
  definition: Definition;
  catalogue: Catalogue;
  found: Differences;
  label: string;
}) {
  const theme = useTheme((state) => state.shown);
  const drawn = useMemo(() => {
    const graph = toGraph(definition, catalogue);
    const places = placesOf(graph, catalogue);
    const nodes: CardNode[] = graph.nodes.map(({ key, body }) => ({
      id: key,
      type: 'card',
      position: places[key] ?? { x: 0, y: 0 },
      width: NODE_WIDTH,
      data: {
        body,
        group: catalogue.types.get(body.type)?.group ?? '',
        slots: slotsOf(body, catalogue),
        start: definition.start === key,
        faults: [],
        walk: 'no',
        counts: undefined,
        mark: found.nodes[key],
      },
    }));
    const edges = graph.edges.map((edge) => ({
      id: edgeId(edge),
      source: edge.from,
      sourceHandle: edge.pointer,
      target: edge.to,
      markerEnd: { type: MarkerType.ArrowClosed },
    }));
    return { nodes, edges };
  }, [definition, catalogue, found]);
  return (
    <section className="compare-half panel" aria-label={label}>
      <ReactFlowProvider>
        <ReactFlow<CardNode>
          defaultNodes={drawn.nodes}
          defaultEdges={drawn.edges}
          nodeTypes={NODE_TYPES}
          colorMode={theme}
          fitView
          minZoom={0.05}
          nodesDraggable={false}
          nodesConnectable={false}
          deleteKeyCode={null}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={20} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </ReactFlowProvider>
    </section>
  );
}

const shown = (value: unknown) => (value === undefined ? '—' : JSON.stringify(value));

function Changes({ changes }: { changes: FieldChange[] }) {
  return (
    <ul className="change-list">
      {changes.map(({ pointer, before, after }) => (
        <li key={pointer}>
          <code>{pointer}</code>
          <del>{shown(before)}</del>
          <ins>{shown(after)}</ins>
        </li>
      ))}
    </ul>
  );
}

/** Two versions side by side: what came is green, what went is red, what changed is yellow and told field by field. */
export default function Compare({
  types,
  before,
  after,
}: {
  types: NodeType[];
  before: Definition;
  after: Definition;
}) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const catalogue = useMemo(() => catalogueOf(types, after.kind), [types, after.kind]);
  const found = useMemo(() => differences(before, after), [before, after]);
  const marked = Object.entries(found.nodes);
  const id = (one: Definition) => JSON.stringify(one).length;
  return (
    <>
      <div className="compare">
        <Half
          key={`before ${id(before)}`}
          definition={before}
          catalogue={catalogue}
          found={found}
          label={t('flows.before')}
        />
        <Half
          key={`after ${id(after)}`}
          definition={after}
          catalogue={catalogue}
          found={found}
          label={t('flows.after')}
        />
      </div>
      {marked.length === 0 && found.head.length === 0 ? (
        <EmptyState text={t('flows.same')} />
      ) : (
        <div className="panel block changes">
          {found.head.length > 0 ? (
            <>
              <h3>{t('flows.settings')}</h3>
              <Changes changes={found.head} />
            </>
          ) : null}
          {marked.map(([key, mark]) => (
            <div key={key}>
              <h3 data-mark={mark}>
                {key}{' '}
                <span className="dim">
                  {words.type((after.nodes[key] ?? before.nodes[key])?.type ?? '')}
                </span>{' '}
                <span className="node-mark">{t(`flows.mark.${mark}`)}</span>
              </h3>
              <Changes changes={found.fields[key] ?? []} />
            </div>
          ))}
        </div>
      )}
    </>
  );
}
