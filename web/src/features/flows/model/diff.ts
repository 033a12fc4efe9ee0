/** What differs between two versions of a flow, node by node and field by field. */
import type { Definition } from '../../../api/flow-types';
import { join } from '../../../lib/pointer';

export interface FieldChange {
  pointer: string;
  before: unknown;
  after: unknown;
}

export type Mark = 'added' | 'removed' | 'changed';

export interface Differences {
  nodes: Record<string, Mark>;
  fields: Record<string, FieldChange[]>;
  /** Changes outside of the nodes, such as the start. */
  head: FieldChange[];
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export function changes(before: unknown, after: unknown, at = ''): FieldChange[] {
  if (Object.is(before, after)) return [];
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ pointer: at, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => changes(before[name], after[name], at + join(name)));
}

export function differences(before: Definition, after: Definition): Differences {
  const nodes: Record<string, Mark> = {};
  const fields: Record<string, FieldChange[]> = {};
  for (const key of new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])) {
    const [a, b] = [before.nodes[key], after.nodes[key]];
    if (!a) nodes[key] = 'added';
    else if (!b) nodes[key] = 'removed';
    else {
      const found = changes(a, b);
      if (found.length === 0) continue;
      nodes[key] = 'changed';
      fields[key] = found;
    }
  }
  const bare = ({ nodes: _, layout: __, version: ___, ...head }: Definition) => head;
  return { nodes, fields, head: changes(bare(before), bare(after)) };
}
