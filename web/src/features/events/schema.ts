import type { JsonSchema } from '../../api/automation';

export const FIELD_TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'date',
  'date-time',
  'enum',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** One field of an event as the form shows it. */
export interface SchemaField {
  key: string;
  title: string;
  type: FieldType;
  choices: string[];
  required: boolean;
}

/** What the form shows of a field; other words of JSON Schema make the schema one for the JSON editor. */
const KNOWN = ['type', 'title', 'x-title', 'x-unit', 'description', 'format', 'enum'];
/** What the form does not show and leaves as it was. */
const KEPT = ['description', 'x-title', 'x-unit'] as const;
const KNOWN_ABOVE = ['type', 'properties', 'required', 'additionalProperties', '$schema', 'title'];

function typeOf(schema: JsonSchema): FieldType | undefined {
  if (schema.enum) return schema.enum.every((one) => typeof one === 'string') ? 'enum' : undefined;
  if (schema.type === 'string') {
    if (schema.format === 'date' || schema.format === 'date-time') return schema.format;
    return schema.format === undefined ? 'string' : undefined;
  }
  return FIELD_TYPES.find((type) => type === schema.type);
}

/** The fields of a schema; nothing when it says more than the form can show. */
export function fieldsOf(schema: JsonSchema): SchemaField[] | undefined {
  if (Object.keys(schema).some((word) => !KNOWN_ABOVE.includes(word))) return undefined;
  const fields: SchemaField[] = [];
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const type = typeOf(field);
    if (!type || Object.keys(field).some((word) => !KNOWN.includes(word))) return undefined;
    fields.push({
      key,
      title: field.title ?? '',
      type,
      choices: (field.enum ?? []).map(String),
      required: schema.required?.includes(key) ?? false,
    });
  }
  return fields;
}

function fieldSchema({ title, type, choices }: SchemaField, before: JsonSchema | undefined) {
  const words = {
    ...(title ? { title } : {}),
    ...Object.fromEntries(
      KEPT.flatMap((word) => (before?.[word] === undefined ? [] : [[word, before[word]]])),
    ),
  };
  if (type === 'enum') return { type: 'string', ...words, enum: choices };
  if (type === 'date' || type === 'date-time') return { type: 'string', format: type, ...words };
  return { type, ...words };
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
