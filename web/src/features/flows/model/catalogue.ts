/** What the editor knows of the node types: which fields lead on, and what a new node begins with. */
import type { FlowKind, NodeBody, NodeType, Schema } from '../../../api/flow-types';
import { join } from '../../../lib/pointer';
import { namesNode, requiredFields, resolve } from '../../../lib/schema';

/** Fields that lead on in a type that the server did not describe. */
const USUAL_OUTPUTS = ['/next', '/otherwise', '/on_error', '/cases/*/next', '/options/*'];

export interface Catalogue {
  types: ReadonlyMap<string, NodeType>;
  /** Patterns of the fields that name the next node, in the order in which they are drawn. */
  outputs(type: string): readonly string[];
}

/** How deep a schema is looked into; deeper ones are circles. */
const DEPTH_MAX = 6;

function found(schema: Schema, root: Schema, at: string, depth: number): string[] {
  if (depth > DEPTH_MAX) return [];
  const here = resolve(schema, root);
  if (namesNode(here)) return [at];
  const below = Object.entries(here.properties ?? {}).flatMap(([name, one]) =>
    found(one, root, at + join(name), depth + 1),
  );
  const each = [here.items, here.additionalProperties].flatMap((one) =>
    typeof one === 'object' ? found(one, root, `${at}/*`, depth + 1) : [],
  );
  return [...below, ...each];
}

/** Ways out that are for when something fails stand last. */
const LAST = ['/on_error', '/failed', '/overdue', '/timeout'];
const rank = (pattern: string) => LAST.indexOf(pattern) + (pattern.includes('*') ? -1 : 0);

export function catalogueOf(types: readonly NodeType[], kind?: FlowKind): Catalogue {
  const here = kind ? types.filter((type) => type.kinds.includes(kind)) : types;
  const byName = new Map(here.map((type) => [type.type, type]));
  const outputs = new Map(
    here.map((type) => {
      const said = Array.isArray(type.outputs) ? type.outputs.map((one) => one.pointer) : [];
      const read = found(type.schema, type.schema, '', 0);
      const all = [...new Set([...said, ...read])];
      return [type.type, all.sort((a, b) => rank(a) - rank(b))];
    }),
  );
  return { types: byName, outputs: (type) => outputs.get(type) ?? USUAL_OUTPUTS };
}

export function newBody(type: NodeType): NodeBody {
  return { ...requiredFields(type.schema, type.schema), type: type.type };
}
