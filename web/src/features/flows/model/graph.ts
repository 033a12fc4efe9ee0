/** A definition as a graph: nodes without what leads on, and the edges that do. Both ways, nothing lost. */
import type { Definition, FlowHead, NodeBody, Point } from '../../../api/flow-types';
import { expand, parts, read, write } from '../../../lib/pointer';
import type { Catalogue } from './catalogue';

/** A way out of a node: the field, and whether it is one of a list that can be empty yet stay. */
export interface Slot {
  pointer: string;
  /** An entry of a list or map: it stays when nothing is connected, with an empty name. */
  listed: boolean;
}

export interface GraphNode {
  key: string;
  /** The fields, with empty text where an edge begins. */
  body: NodeBody;
}

export interface GraphEdge {
  from: string;
  /** The field of `from` that names `to`. */
  pointer: string;
  to: string;
}

export interface Graph {
  /** Everything of the definition but its nodes and their places. */
  head: FlowHead;
  nodes: GraphNode[];
  edges: GraphEdge[];
  places: Record<string, Point> | undefined;
}

/** The ways out of a node, whether connected or not. */
export function slotsOf(body: NodeBody, catalogue: Catalogue): Slot[] {
  const seen = new Set<string>();
  return catalogue.outputs(body.type).flatMap((pattern) =>
    expand(body, pattern)
      .filter((pointer) => !seen.has(pointer) && seen.add(pointer))
      .map((pointer) => ({ pointer, listed: parts(pattern).at(-1) === '*' })),
  );
}

export function toGraph(definition: Definition, catalogue: Catalogue): Graph {
  const { nodes, layout, ...head } = definition;
  const edges: GraphEdge[] = [];
  const bare = Object.entries(nodes).map(([key, body]) => {
    let left: unknown = body;
    for (const { pointer } of slotsOf(body, catalogue)) {
      const to = read(body, pointer);
      if (typeof to !== 'string' || to === '') continue;
      edges.push({ from: key, pointer, to });
      left = write(left, pointer, '');
    }
    return { key, body: left as NodeBody };
  });
  return { head, nodes: bare, edges, places: layout };
}

export function toDefinition(graph: Graph, catalogue: Catalogue): Definition {
  const leaving = new Map<string, Map<string, string>>();
  for (const { from, pointer, to } of graph.edges) {
    const of = leaving.get(from) ?? new Map<string, string>();
    leaving.set(from, of.set(pointer, to));
  }
  const nodes = graph.nodes.map(({ key, body }) => {
    let whole: unknown = body;
    for (const { pointer, listed } of slotsOf(body, catalogue)) {
      const to = leaving.get(key)?.get(pointer);
      if (to !== undefined) whole = write(whole, pointer, to);
      else if (!listed && read(body, pointer) === '') whole = write(whole, pointer, undefined);
    }
    return [key, whole as NodeBody] as const;
  });
  return {
    ...graph.head,
    nodes: Object.fromEntries(nodes),
    ...(graph.places ? { layout: graph.places } : {}),
  };
}

/** The last words of a way out: "next", "cases 1", "1". */
export function slotName(pointer: string): string {
  const names = parts(pointer);
  const shown = names.length > 1 && names.at(-1) === 'next' ? names.slice(0, -1) : names;
  const [list, item] = shown.slice(-2);
  if (item === undefined) return list ?? pointer;
  return list === 'options' ? item : `${list} ${/^\d+$/.test(item) ? Number(item) + 1 : item}`;
}
