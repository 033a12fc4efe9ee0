/** What a person can do to a flow; each is a graph in and a graph out. */
import type { NodeType, Point } from '../../../api/flow-types';
import { read } from '../../../lib/pointer';
import { type Box, boxesOf, freePlace, heightOf, NODE_WIDTH } from './arrange';
import { type Catalogue, newBody } from './catalogue';
import { type Graph, type GraphEdge, type GraphNode, slotsOf } from './graph';

/** Space between a node and one that is added behind it. */
const STEP: Point = { x: 300, y: 0 };
const ASIDE: Point = { x: 40, y: 60 };

/** A name that no node has: "say", "say_2", ... */
export function freeKey(taken: ReadonlySet<string>, wish: string): string {
  const base = wish.replace(/_\d+$/, '');
  if (!taken.has(wish)) return wish;
  for (let n = 2; ; n += 1) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`;
}

const keys = (graph: Graph) => new Set(graph.nodes.map((node) => node.key));

export function connect(graph: Graph, edge: GraphEdge): Graph {
  const others = graph.edges.filter((e) => e.from !== edge.from || e.pointer !== edge.pointer);
  return { ...graph, edges: [...others, edge] };
}

export function disconnect(graph: Graph, ids: ReadonlySet<string>): Graph {
  return { ...graph, edges: graph.edges.filter((edge) => !ids.has(edgeId(edge))) };
}

export const edgeId = (edge: { from: string; pointer: string }) => `${edge.from}|${edge.pointer}`;

export function place(graph: Graph, moved: Record<string, Point>): Graph {
  return { ...graph, places: { ...graph.places, ...moved } };
}

export function remove(graph: Graph, gone: ReadonlySet<string>): Graph {
  const places = graph.places
    ? Object.fromEntries(Object.entries(graph.places).filter(([key]) => !gone.has(key)))
    : undefined;
  const nodes = graph.nodes.filter((node) => !gone.has(node.key));
  const start = gone.has(graph.head.start) ? (nodes[0]?.key ?? '') : graph.head.start;
  return {
    head: { ...graph.head, start },
    nodes,
    edges: graph.edges.filter((edge) => !gone.has(edge.from) && !gone.has(edge.to)),
    places,
  };
}

/** A new node of a type, on nothing else; behind `after` it is connected by the first way out that is free. */
export function add(
  graph: Graph,
  type: NodeType,
  catalogue: Catalogue,
  at: { place?: Point; after?: string; places: Record<string, Point> },
): { graph: Graph; key: string } {
  const key = freeKey(keys(graph), type.type);
  const from = at.after === undefined ? undefined : graph.nodes.find((n) => n.key === at.after);
  const beside = from ? at.places[from.key] : Object.values(at.places).at(-1);
  const away = from ? STEP : ASIDE;
  const wish = at.place ??
    (beside && { x: beside.x + away.x, y: beside.y + away.y }) ?? { x: 0, y: 0 };
  const node: GraphNode = { key, body: newBody(type) };
  const size = { width: NODE_WIDTH, height: heightOf(node, catalogue) };
  const spot = freePlace({ ...wish, ...size }, boxesOf(graph.nodes, at.places, catalogue));
  const first = graph.nodes.length === 0;
  let next: Graph = {
    ...graph,
    head: first ? { ...graph.head, start: key } : graph.head,
    nodes: [...graph.nodes, node],
    places: { ...at.places, ...graph.places, [key]: spot },
  };
  const free =
    from &&
    slotsOf(from.body, catalogue).find(
      (slot) => !graph.edges.some((e) => e.from === from.key && e.pointer === slot.pointer),
    );
  if (from && free) next = connect(next, { from: from.key, pointer: free.pointer, to: key });
  return { graph: next, key };
}

export function rename(graph: Graph, from: string, to: string): Graph {
  // Two nodes of one name would be one when it is read again: the name that is taken stays with its node.
  if (graph.nodes.some((node) => node.key === to)) return graph;
  const named = (key: string) => (key === from ? to : key);
  return {
    head: { ...graph.head, start: named(graph.head.start) },
    nodes: graph.nodes.map((node) => ({ ...node, key: named(node.key) })),
    edges: graph.edges.map((e) => ({ ...e, from: named(e.from), to: named(e.to) })),
    places:
      graph.places &&
      Object.fromEntries(Object.entries(graph.places).map(([key, at]) => [named(key), at])),
  };
}

export interface Clipping {
  nodes: GraphNode[];
  edges: GraphEdge[];
  places: Record<string, Point>;
}

export function copy(
  graph: Graph,
  chosen: ReadonlySet<string>,
  places: Record<string, Point>,
): Clipping {
  return {
    nodes: graph.nodes.filter((node) => chosen.has(node.key)),
    edges: graph.edges.filter((edge) => chosen.has(edge.from) && chosen.has(edge.to)),
    places: Object.fromEntries(Object.entries(places).filter(([key]) => chosen.has(key))),
  };
}

/** How far what was copied is moved aside, taken as one box. */
function aside(clip: readonly Box[], graph: Graph, catalogue: Catalogue): Point {
  if (clip.length === 0) return ASIDE;
  const x = Math.min(...clip.map((box) => box.x));
  const y = Math.min(...clip.map((box) => box.y));
  const width = Math.max(...clip.map((box) => box.x + box.width)) - x;
  const height = Math.max(...clip.map((box) => box.y + box.height)) - y;
  const wish = { x: x + ASIDE.x, y: y + ASIDE.y, width, height };
  const spot = freePlace(wish, boxesOf(graph.nodes, graph.places ?? {}, catalogue));
  return { x: spot.x - x, y: spot.y - y };
}

/** What was copied under fresh names, laid as it was beside its origin, on nothing else. */
export function paste(
  graph: Graph,
  clip: Clipping,
  catalogue: Catalogue,
): { graph: Graph; added: string[] } {
  const taken = keys(graph);
  const named = new Map<string, string>();
  for (const { key } of clip.nodes) {
    const fresh = freeKey(taken, key);
    taken.add(fresh);
    named.set(key, fresh);
  }
  const of = (key: string) => named.get(key) ?? key;
  const shift = aside(boxesOf(clip.nodes, clip.places, catalogue), graph, catalogue);
  const places = Object.fromEntries(
    Object.entries(clip.places).map(([key, at]) => [
      of(key),
      { x: at.x + shift.x, y: at.y + shift.y },
    ]),
  );
  return {
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...clip.nodes.map((node) => ({ ...node, key: of(node.key) }))],
      edges: [
        ...graph.edges,
        ...clip.edges.map((edge) => ({ ...edge, from: of(edge.from), to: of(edge.to) })),
      ],
      places: { ...graph.places, ...places },
    },
    added: [...named.values()],
  };
}

/** Text that may have come from the clipboard as a clipping of a flow. */
export function readClipping(text: string): Clipping | undefined {
  try {
    const clip: unknown = JSON.parse(text);
    const nodes = read(clip, '/nodes');
    const edges = read(clip, '/edges');
    if (!Array.isArray(nodes) || !Array.isArray(edges)) return undefined;
    if (!nodes.every((node) => typeof read(node, '/body/type') === 'string')) return undefined;
    return clip as Clipping;
  } catch {
    return undefined;
  }
}
