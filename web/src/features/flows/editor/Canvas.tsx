import {
  applyEdgeChanges,
  applyNodeChanges,
  Background,
  Controls,
  type Edge,
  type EdgeChange,
  MarkerType,
  MiniMap,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  useReactFlow,
} from '@xyflow/react';
import { type DragEvent, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Counters } from '../../../api/flow-types';
import { useTheme } from '../../../lib/theme';
import { NODE_WIDTH, placesOf, RASTER } from '../model/arrange';
import { connect, disconnect, edgeId, place, remove } from '../model/edit';
import { slotsOf, toGraph } from '../model/graph';
import { type CardNode, NodeCard } from './NodeCard';
import { useDefinition, useEditor, useEditorStore } from './store';
import '@xyflow/react/dist/style.css';

const NODE_TYPES = { card: NodeCard };
/** After this time a change of the flow has been drawn. */
const NEXT_PICTURE_MS = 50;
/** The kind of data that a dragged entry of the palette carries. */
export const DRAGGED = 'application/x-trunkline-node';

/** The flow as cards and lines. */
function useDrawn(counters: Counters | undefined): { nodes: CardNode[]; edges: Edge[] } {
  const { catalogue } = useEditorStore();
  const definition = useDefinition();
  const chosen = useEditor((editor) => editor.chosen);
  const faults = useEditor((editor) => editor.faults);
  const walked = useEditor((editor) => editor.walked);
  return useMemo(() => {
    const graph = toGraph(definition, catalogue);
    const places = placesOf(graph, catalogue);
    const here = walked.at(-1);
    const through = new Set(walked);
    const pairs = new Set(walked.slice(1).map((to, n) => `${walked[n]}>${to}`));
    return {
      nodes: graph.nodes.map(({ key, body }) => ({
        id: key,
        type: 'card',
        position: places[key] ?? { x: 0, y: 0 },
        width: NODE_WIDTH,
        selected: chosen.has(key),
        ariaLabel: key,
        data: {
          body,
          group: catalogue.types.get(body.type)?.group ?? '',
          slots: slotsOf(body, catalogue),
          start: definition.start === key,
          faults: faults.filter((fault) => fault.node === key),
          walk: key === here ? 'here' : through.has(key) ? 'walked' : 'no',
          counts: counters?.nodes[key],
          mark: undefined,
        },
      })),
      edges: graph.edges
        .filter((edge) => edge.to in definition.nodes)
        .map((edge) => ({
          id: edgeId(edge),
          source: edge.from,
          sourceHandle: edge.pointer,
          target: edge.to,
          className: pairs.has(`${edge.from}>${edge.to}`) ? 'walked' : '',
          markerEnd: { type: MarkerType.ArrowClosed },
        })),
    };
  }, [definition, catalogue, chosen, faults, walked, counters]);
}

/** Keeps what React Flow measured of a node while the flow itself changes. */
function useMerged<T extends { id: string }>(wanted: T[]) {
  const [kept, setKept] = useState<T[]>(wanted);
  // An effect: what was measured and what is wanted come from different places.
  useEffect(
    () =>
      setKept((old) => {
        const before = new Map(old.map((one) => [one.id, one]));
        return wanted.map((one) => ({ ...before.get(one.id), ...one }));
      }),
    [wanted],
  );
  return [kept, setKept] as const;
}

export function Canvas({ counters }: { counters: Counters | undefined }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const { catalogue, readOnly } = store;
  const theme = useTheme((state) => state.shown);
  const view = useReactFlow();
  const seek = useEditor((editor) => editor.seek);
  const drawn = useDrawn(counters);
  const [nodes, setNodes] = useMerged(drawn.nodes);
  const [edges, setEdges] = useMerged(drawn.edges);
  // An effect: the canvas is outside of React, and draws what changed only with the next picture.
  useEffect(() => {
    if (!seek) return;
    const { key } = seek;
    const timer = setTimeout(
      () =>
        void view.fitView({
          ...(key === undefined ? { padding: 0.1 } : { nodes: [{ id: key }] }),
          maxZoom: 1,
          duration: 250,
        }),
      NEXT_PICTURE_MS,
    );
    return () => clearTimeout(timer);
  }, [seek, view]);

  const nodesChanged = (changes: NodeChange<CardNode>[]) => {
    const { choose, chosen, edit } = store.getState();
    const picks = changes.filter((change) => change.type === 'select');
    if (picks.length > 0) {
      const next = new Set(chosen);
      for (const pick of picks) pick.selected ? next.add(pick.id) : next.delete(pick.id);
      choose(next);
    }
    const dropped = changes.filter(
      (change) => change.type === 'position' && change.dragging === false && change.position,
    );
    if (dropped.length > 0 && !readOnly) {
      const moved = Object.fromEntries(
        dropped.flatMap((one) => (one.type === 'position' ? [[one.id, one.position]] : [])),
      ) as Record<string, { x: number; y: number }>;
      edit((graph) => place({ ...graph, places: placesOf(graph, catalogue) }, moved), 'move');
    }
    const own = changes.filter((change) => change.type !== 'select' && change.type !== 'remove');
    setNodes((old) => applyNodeChanges(own, old));
  };
  const edgesChanged = (changes: EdgeChange[]) =>
    setEdges((old) =>
      applyEdgeChanges(
        changes.filter((change) => change.type !== 'remove'),
        old,
      ),
    );
  const drop = (event: DragEvent) => {
    const type = catalogue.types.get(event.dataTransfer.getData(DRAGGED));
    if (!type || readOnly) return;
    event.preventDefault();
    const at = view.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const snap = (value: number) => Math.round(value / RASTER) * RASTER;
    store.getState().add(type, { x: snap(at.x), y: snap(at.y) });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the pointer; the palette adds by keyboard too
    <div
      className="flow-canvas"
      onDrop={drop}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
      }}
    >
      <ReactFlow<CardNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={theme}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
        minZoom={0.1}
        snapToGrid
        snapGrid={[RASTER, RASTER]}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        deleteKeyCode={readOnly ? null : ['Delete', 'Backspace']}
        multiSelectionKeyCode={['Control', 'Meta']}
        selectionMode={SelectionMode.Partial}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'controls.ariaLabel': t('flows.view'),
          'controls.zoomIn.ariaLabel': t('flows.zoomIn'),
          'controls.zoomOut.ariaLabel': t('flows.zoomOut'),
          'controls.fitView.ariaLabel': t('flows.fitView'),
          'controls.interactive.ariaLabel': t('flows.view'),
          'minimap.ariaLabel': t('flows.minimap'),
          'node.a11yDescription.default': t('flows.nodeKeys'),
          'node.a11yDescription.keyboardDisabled': t('flows.nodeKeys'),
          'edge.a11yDescription.default': t('flows.edgeKeys'),
        }}
        onNodesChange={nodesChanged}
        onEdgesChange={edgesChanged}
        onConnect={({ source, sourceHandle, target }) => {
          if (sourceHandle)
            store
              .getState()
              .edit((graph) => connect(graph, { from: source, pointer: sourceHandle, to: target }));
        }}
        onDelete={({ nodes: goneNodes, edges: goneEdges }) =>
          store.getState().edit((graph) => {
            const cut = disconnect(graph, new Set(goneEdges.map((edge) => edge.id)));
            return remove(cut, new Set(goneNodes.map((node) => node.id)));
          })
        }
      >
        <Background gap={RASTER * 2} />
        <Controls showInteractive={false} />
        <MiniMap pannable zoomable />
      </ReactFlow>
    </div>
  );
}
