import type { FileField, FileKindBody, StructureLook } from '../../../api/loyalty';

/** The name of a column that is there and not read: `PASSED_OVER` of crates/loyalty/src/file/structure.rs. */
export const PASSED_OVER = '-';
/** Most columns of a structure: `COLUMNS_MAX` there. */
export const COLUMNS_MAX = 64;

export type Column = StructureLook['columns'][number];
/** Of what a form begins with there may be nothing yet. */
export type Look = Partial<StructureLook>;

export const fieldOf = (fields: readonly FileField[], name: string | undefined) =>
  fields.find((field) => field.name === name);

/** The fields that files of the type must have and that no column has. */
export function missing(fields: readonly FileField[], columns: readonly Partial<Column>[]) {
  const has = new Set(columns.map(({ field }) => field));
  return fields.filter(({ name, required }) => required && !has.has(name));
}

/** A column for the next field that has none: first what must be there; nothing to read is left, then one is passed over. */
export function nextColumn(
  fields: readonly FileField[],
  columns: readonly Partial<Column>[],
): Column {
  const has = new Set(columns.map(({ field }) => field));
  const next = missing(fields, columns)[0] ?? fields.find(({ name }) => !has.has(name));
  return { field: next?.name ?? PASSED_OVER, required: false, format: null };
}

/**
 * The form after another type was chosen: its usual columns, and of the rest what somebody wrote; what was usual for the
 * type before gives way to what is usual now.
 */
export function asKind(now: Look, to: FileKindBody, before: FileKindBody | undefined): Look {
  const own = <Key extends 'prefix' | 'suffix' | 'encoding' | 'date_format' | 'decimal_separator'>(
    key: Key,
  ) => {
    const written = now[key];
    const left = !written || written === before?.usual[key];
    return { [key]: left ? to.usual[key] : written };
  };
  return {
    ...now,
    ...own('prefix'),
    ...own('suffix'),
    ...own('encoding'),
    ...own('date_format'),
    ...own('decimal_separator'),
    kind: to.kind,
    columns: to.usual.columns,
    key: [],
  };
}

/** What is sent: a format only where a date stands, and no key of columns that are gone. */
export function tidy(look: StructureLook, fields: readonly FileField[]): StructureLook {
  const columns = (look.columns ?? []).map(({ field, required, format }) => {
    const known = fieldOf(fields, field);
    return {
      field,
      required: field !== PASSED_OVER && !known?.required && Boolean(required),
      format: known?.shape === 'date' ? format?.trim() || null : null,
    };
  });
  return {
    ...look,
    prefix: look.prefix?.trim() ?? '',
    suffix: look.suffix?.trim() ?? '',
    columns,
    key: (look.key ?? []).filter((name) => columns.some(({ field }) => field === name)),
  };
}
