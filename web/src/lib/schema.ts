/** What forms and the flow editor read out of a JSON Schema. */
import type { Schema } from '../api/flow-types';

/** The schema with references, "this or null" and lone wrappers followed. */
export function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace(/^#\/(\$defs|definitions)\//, '');
  const found = schema.$ref === '#' ? root : name === undefined ? undefined : root.$defs?.[name];
  if (found) {
    const { $ref: _, ...own } = schema;
    return resolve({ ...found, ...own }, root);
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options) {
    const [only, more] = options.filter((one) => one.type !== 'null');
    if (!only || more) return schema;
    const { anyOf: _, oneOf: __, ...own } = schema;
    return { ...resolve(only, root), ...own };
  }
  const [all, rest] = schema.allOf ?? [];
  if (all && !rest) {
    const { allOf: _, ...own } = schema;
    return { ...resolve(all, root), ...own };
  }
  return schema;
}

/** Whether a field of this schema holds the name of a node. */
export function namesNode(schema: Schema): boolean {
  return schema.format === 'node' || schema['x-widget'] === 'node';
}

/** The values of a choice, with what is said of each. */
export function valuesOf(schema: Schema): { value: string; hint?: string }[] | undefined {
  if (schema.enum) {
    return schema.enum.filter((one) => one !== null).map((one) => ({ value: String(one) }));
  }
  const options = schema.oneOf ?? schema.anyOf;
  if (!options?.length) return undefined;
  const found: { value: string; hint?: string }[] = [];
  for (const option of options) {
    if (option.type === 'null') continue;
    const values = option.enum ?? (option.const === undefined ? undefined : [option.const]);
    if (!values) return undefined;
    for (const value of values)
      found.push({
        value: String(value),
        ...(option.description ? { hint: option.description } : {}),
      });
  }
  return found;
}

export function typeOf(schema: Schema): string | undefined {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const type = types.find((one) => one !== 'null');
  if (type) return type;
  if (schema.properties || typeof schema.additionalProperties === 'object') return 'object';
  return schema.items ? 'array' : undefined;
}

/** How deep a value is made up; deeper ones are circles. */
const DEPTH_MAX = 6;

/** The least value that a schema takes, so that something new has its fields in place. */
export function beginning(schema: Schema, root: Schema, depth = 0): unknown {
  const here = resolve(schema, root);
  if (here.default !== undefined && here.default !== null) return here.default;
  if (here.const !== undefined) return here.const;
  const values = valuesOf(here);
  if (values) return values[0]?.value;
  if (depth > DEPTH_MAX) return null;
  // The plainest shape first: one that holds others of its kind has fewer fields of its own.
  const variants = (here.oneOf ?? here.anyOf ?? []).map((one) => resolve(one, root));
  const [first] = variants.sort((a, b) => (b.required?.length ?? 0) - (a.required?.length ?? 0));
  if (first) return beginning(first, root, depth + 1);
  const type = typeOf(here);
  if (type === 'string') return '';
  if (type === 'integer' || type === 'number') return here.minimum ?? 0;
  if (type === 'boolean') return false;
  if (type === 'array')
    return here.minItems && here.items ? [beginning(here.items, root, depth + 1)] : [];
  if (type === 'object') return requiredFields(here, root, depth + 1);
  return null;
}

/** The required fields of an object with what they begin with; fields that name nodes are left to the edges. */
export function requiredFields(schema: Schema, root: Schema, depth = 0): Record<string, unknown> {
  const required = new Set(schema.required ?? []);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([name, one]) => required.has(name) && !namesNode(resolve(one, root)))
      .map(([name, one]) => [name, beginning(one, root, depth)]),
  );
}
