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

/** What lies on the board: where, and how large. */
export interface Box extends Point {
  width: number;
  height: number;
}

/** The boxes of nodes at their places. */
export const boxesOf = (
  nodes: readonly GraphNode[],
  places: Record<string, Point>,
  catalogue: Catalogue,
): Box[] =>
  nodes.flatMap((node) => {
    const at = places[node.key];
    return at ? [{ ...at, width: NODE_WIDTH, height: heightOf(node, catalogue) }] : [];
  });

/** Whether two boxes lie on each other, or nearer than what keeps them apart. */
const touch = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width + GAP.node &&
  other.x < one.x + one.width + GAP.node &&
  one.y < other.y + other.height + GAP.node &&
  other.y < one.y + one.height + GAP.node;

/**
 * The free place that is nearest to where a box is wanted. It is the wanted one, or it stands at an edge of what lies
 * in the way: straight beside, above or below, or in the corner of two edges.
 */
export function freePlace(wanted: Box, taken: readonly Box[]): Point {
  const before = (edge: number) => Math.floor((edge - GAP.node) / RASTER) * RASTER;
  const behind = (edge: number) => Math.ceil((edge + GAP.node) / RASTER) * RASTER;
  const nearest = (from: number, edges: number[]) =>
    [from, ...new Set(edges)].sort((a, b) => Math.abs(a - from) - Math.abs(b - from));
  const xs = nearest(
    wanted.x,
    taken.flatMap((box) => [behind(box.x + box.width), before(box.x - wanted.width)]),
  );
  const ys = nearest(
    wanted.y,
    taken.flatMap((box) => [behind(box.y + box.height), before(box.y - wanted.height)]),
  );
  let best: Point = { x: wanted.x, y: wanted.y };
  let least = Number.POSITIVE_INFINITY;
  for (const x of xs) {
    const across = (x - wanted.x) ** 2;
    if (across >= least) break;
    for (const y of ys) {
      const away = across + (y - wanted.y) ** 2;
      if (away >= least) break;
      if (taken.some((box) => touch({ ...wanted, x, y }, box))) continue;
      best = { x, y };
      least = away;
    }
  }
  return best;
}

/** The places that are drawn: the kept ones, and found ones for nodes that have none. */
export function placesOf(graph: Graph, catalogue: Catalogue): Record<string, Point> {
  const kept = graph.places ?? {};
  if (graph.nodes.every((node) => kept[node.key])) return kept;
  return { ...arranged(graph, catalogue), ...kept };
}
