import type { JsonSchema } from '../../api/automation';

export const FIELD_TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'date',
  'date-time',
  'enum',
  'other',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** One field of an event as the form shows it. Of an `other` one the form shows only that it is there. */
export interface SchemaField {
  key: string;
  title: string;
  type: FieldType;
  choices: string[];
  required: boolean;
}

/** What a schema of events says as a whole; more than this makes it one for the JSON editor. */
const KNOWN_ABOVE = ['type', 'properties', 'required', 'additionalProperties', '$schema', 'title'];
/** Words of a field that make more of it than one value. */
const STRUCTURE = ['items', 'properties', 'anyOf', 'oneOf', 'allOf', 'not', '$ref', 'if', 'const'];
/** What the form itself writes of a field; the other words stay as they are while the type does. */
const WRITTEN = ['type', 'title', 'format', 'enum'];

function typeOf(schema: JsonSchema): FieldType {
  if (STRUCTURE.some((word) => word in schema)) return 'other';
  if (schema.enum) return schema.enum.every((one) => typeof one === 'string') ? 'enum' : 'other';
  if (schema.type === 'string') {
    if (schema.format === 'date' || schema.format === 'date-time') return schema.format;
    return schema.format === undefined ? 'string' : 'other';
  }
  return (
    (['number', 'integer', 'boolean'] as const).find((type) => type === schema.type) ?? 'other'
  );
}

/** The fields of a schema; nothing when it says more than the form can show. */
export function fieldsOf(schema: JsonSchema): SchemaField[] | undefined {
  if (Object.keys(schema).some((word) => !KNOWN_ABOVE.includes(word))) return undefined;
  return Object.entries(schema.properties ?? {}).map(([key, field]) => ({
    key,
    title: field.title ?? '',
    type: typeOf(field),
    choices: (field.enum ?? []).map(String),
    required: schema.required?.includes(key) ?? false,
  }));
}

function written({ title, type, choices }: SchemaField): JsonSchema {
  const named = title ? { title } : {};
  if (type === 'enum') return { type: 'string', ...named, enum: choices };
  if (type === 'date' || type === 'date-time') return { type: 'string', format: type, ...named };
  return { type: type === 'other' ? 'object' : type, ...named };
}

function fieldSchema(field: SchemaField, before: JsonSchema | undefined): JsonSchema {
  if (!before || typeOf(before) !== field.type) return written(field);
  if (field.type === 'other') return before;
  const kept = Object.entries(before).filter(([word]) => !WRITTEN.includes(word));
  return { ...written(field), ...Object.fromEntries(kept) };
}

/** The schema that the fields make; what it said besides them stays. */
export function schemaOf(fields: readonly SchemaField[], before: JsonSchema): JsonSchema {
  const named = fields.filter((field) => field.key !== '');
  const required = named.filter((field) => field.required).map((field) => field.key);
  const { required: _, ...rest } = before;
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(
      named.map((field) => [field.key, fieldSchema(field, before.properties?.[field.key])]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}
