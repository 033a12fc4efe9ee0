import { count, localText, phone } from './format';

/** As much of a definition as showing a value needs. */
export interface Shown {
  type: string;
  unit?: string | null;
  choices?: { value: string; title: Partial<Record<string, string>> }[];
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})/;
const EMPTY = '—';

function choiceText(of: Shown, value: unknown, language: string): string {
  const found = of.choices?.find((choice) => choice.value === value);
  return found ? localText(found.title, language) || String(value) : String(value);
}

function decimalText(value: string, language: string): string {
  const [whole = '', part] = value.split('.');
  const mark = (0.5).toLocaleString(language === 'en' ? 'en-GB' : 'ru-RU').charAt(1);
  if (!/^-?\d+$/.test(whole)) return value;
  return count(Number(whole), language) + (part ? mark + part : '');
}

function plainText(of: Shown, value: unknown, language: string): string {
  switch (of.type) {
    case 'choice':
      return choiceText(of, value, language);
    case 'choices':
      return Array.isArray(value)
        ? value.map((one) => choiceText(of, one, language)).join(', ')
        : choiceText(of, value, language);
    case 'number':
    case 'decimal':
      return decimalText(String(value), language);
    case 'phone':
      return phone(String(value));
    case 'date': {
      const [, year, month, day] = DATE.exec(String(value)) ?? [];
      // As every other date on screen: a slash in English, a point in Russian and Uzbek.
      return year ? [day, month, year].join(language === 'en' ? '/' : '.') : String(value);
    }
    case 'datetime': {
      const at = new Date(String(value));
      if (Number.isNaN(at.getTime())) return String(value);
      return at.toLocaleString(language === 'en' ? 'en-GB' : 'ru-RU', {
        dateStyle: 'short',
        timeStyle: 'short',
      });
    }
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}

/** Whether nothing was entered. */
export function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** A value of an attribute as people read it: choices by title, numbers with their unit. */
export function valueText(
  of: Shown,
  value: unknown,
  language: string,
  words: { yes: string; no: string },
): string {
  if (isEmpty(value)) return EMPTY;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  const text = plainText(of, value, language);
  return of.unit ? `${text} ${of.unit}` : text;
}

/** A filter of one attribute; several are joined by all or by any. */
export interface Condition {
  field: string;
  op: Op;
  value?: unknown;
}
export const OPS = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'contains',
  'starts_with',
  'in',
  'is_set',
  'is_empty',
] as const;
export type Op = (typeof OPS)[number];

const TEXT_OPS: Op[] = ['eq', 'ne', 'contains', 'starts_with', 'is_set', 'is_empty'];
const ORDER_OPS: Op[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'is_set', 'is_empty'];
const CHOICE_OPS: Op[] = ['eq', 'ne', 'in', 'is_set', 'is_empty'];

/** Which comparisons make sense for a type. */
export function opsOf(type: string): Op[] {
  if (['number', 'decimal', 'date', 'datetime'].includes(type)) return ORDER_OPS;
  if (type === 'choice') return CHOICE_OPS;
  if (type === 'choices') return ['contains', 'is_set', 'is_empty'];
  if (type === 'boolean') return ['eq', 'is_set', 'is_empty'];
  return TEXT_OPS;
}

/** A text in the expression language, which knows no escapes: another kind of quotes when one is inside. */
function quoted(text: string): string {
  if (!text.includes('"')) return `"${text}"`;
  if (!text.includes("'")) return `'${text}'`;
  return `"${text.replaceAll('"', '')}"`;
}

const isDay = (type: string) => type === 'date' || type === 'datetime';

function literal(value: unknown, type: string): string {
  if (typeof value === 'boolean') return String(value);
  if (isDay(type)) return `d(${quoted(String(value))})`;
  const number = Number(value);
  if ((type === 'number' || type === 'decimal') && String(value).trim() && Number.isFinite(number))
    return String(value).trim();
  return quoted(String(value));
}

const SIGNS: Partial<Record<Op, string>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** One condition in the expression language; nothing while its value is not entered. */
export function conditionText({ field, op, value }: Condition, type: string): string | undefined {
  if (op === 'is_set') return `${field} != null`;
  if (op === 'is_empty') return `${field} == null`;
  if (isEmpty(value)) return undefined;
  if (op === 'in') {
    const list = (Array.isArray(value) ? value : [value]).map((one) => literal(one, type));
    return `${field} in [${list.join(', ')}]`;
  }
  if (op === 'contains') return `contains(${field}, ${literal(value, type)})`;
  if (op === 'starts_with') return `startsWith(${field}, ${literal(value, type)})`;
  return `${isDay(type) ? `d(${field})` : field} ${SIGNS[op]} ${literal(value, type)}`;
}

/** The whole filter as one expression; empty when nothing is filtered. */
export function whereText(
  conditions: Condition[],
  join: 'all' | 'any',
  typeOf: (field: string) => string,
): string {
  return conditions
    .map((condition) => conditionText(condition, typeOf(condition.field)))
    .filter((text) => text !== undefined)
    .join(join === 'all' ? ' and ' : ' or ');
}

const CELL = /[",;\n\r]/;
/** A cell of a CSV file: quoted where it must be, and never a formula for a spreadsheet. */
export function csvCell(value: unknown): string {
  const raw = isEmpty(value) ? '' : String(value);
  const text = /^[=+\-@\t]/.test(raw) && !/^[+-]?[\d.,\s]+$/.test(raw) ? `'${raw}` : raw;
  return CELL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(rows: unknown[][]): string {
  return rows.map((row) => row.map(csvCell).join(',')).join('\r\n');
}
