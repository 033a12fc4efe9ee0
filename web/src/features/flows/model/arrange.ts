/** A place for every node that has none, by the direction of the edges. */
import { graphlib, layout } from '@dagrejs/dagre';
import type { Point } from '../../../api/flow-types';
import type { Catalogue } from './catalogue';
import { type Graph, type GraphNode, slotsOf } from './graph';

export const NODE_WIDTH = 220;
/** Head of a node with its counters, and one row for every way out: as editor.css draws them. */
const HEAD_HEIGHT = 80;
const ROW_HEIGHT = 22;
const GAP = { rank: 90, node: 34 };
/** Places are kept on this raster, as the canvas snaps to it. */
export const RASTER = 10;

export const heightOf = (node: GraphNode, catalogue: Catalogue): number =>
  HEAD_HEIGHT + ROW_HEIGHT * slotsOf(node.body, catalogue).length;

export function arranged(graph: Graph, catalogue: Catalogue): Record<string, Point> {
  const drawing = new graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: 'LR', ranksep: GAP.rank, nodesep: GAP.node });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes)
    drawing.setNode(node.key, { width: NODE_WIDTH, height: heightOf(node, catalogue) });
  const there = new Set(graph.nodes.map((node) => node.key));
  for (const { from, pointer, to } of graph.edges)
    if (there.has(from) && there.has(to)) drawing.setEdge(from, to, {}, pointer);
  layout(drawing);
  const snap = (value: number) => Math.round(value / RASTER) * RASTER;
  return Object.fromEntries(
    graph.nodes.map((node) => {
      const { x = 0, y = 0 } = drawing.node(node.key) ?? {};
      const height = heightOf(node, catalogue);
      return [node.key, { x: snap(x - NODE_WIDTH / 2), y: snap(y - height / 2) }];
    }),
  );
}

/** The places that are drawn: the kept ones, and found ones for nodes that have none. */
export function placesOf(graph: Graph, catalogue: Catalogue): Record<string, Point> {
  const kept = graph.places ?? {};
  if (graph.nodes.every((node) => kept[node.key])) return kept;
  return { ...arranged(graph, catalogue), ...kept };
}
