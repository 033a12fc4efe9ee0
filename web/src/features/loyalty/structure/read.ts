import type { FileField, StructureLook } from '../../../api/loyalty';
import { type Column, fieldOf, PASSED_OVER } from './columns';
import { readDate } from './dates';

/**
 * A line of a file as the server would read it, for trying a structure before it is saved. The rules are those of
 * crates/loyalty/src/file/line.rs and value.rs; the server has the last word.
 */
export interface Cell {
  column: Column | undefined;
  field: FileField | undefined;
  /** What stands in the line; nothing when it has too few columns. */
  text: string | undefined;
  read?: string;
  fault?: { code: FaultCode; say?: Record<string, string> };
}
export type FaultCode =
  | 'required'
  | 'date'
  | 'amount'
  | 'whole'
  | 'flag'
  | 'email'
  | 'phone'
  | 'code'
  | 'text'
  | 'word';
type Written = { read: string } | { fault: NonNullable<Cell['fault']> };

const SEPARATOR = '|';
const [TEXT_MAX, CODE_MAX, EMAIL_MAX] = [500, 64, 254];
const YES = ['1', 'Y', 'y', 'true'];
const NO = ['0', 'N', 'n', 'false'];

/** The text of a cell as a value of the field. */
export function readValue(
  text: string,
  shape: FileField['shape'],
  format: string,
  mark: string,
): Written {
  const fault = (code: FaultCode, say: Record<string, string> = {}): Written => ({
    fault: { code, say },
  });
  const when = (right: boolean, code: FaultCode, read = text) =>
    right ? { read } : fault(code, { mark, format });
  if (typeof shape === 'object') {
    const word = shape.word.find((one) => one.toLowerCase() === text.toLowerCase());
    return word ? { read: word } : fault('word', { words: shape.word.join(', ') });
  }
  switch (shape) {
    case 'date': {
      const day = readDate(text, format);
      return day ? { read: day } : fault('date', { format });
    }
    case 'amount': {
      const comma = mark === ',';
      const number = comma ? /^\d{1,15}(,\d{1,6})?$/ : /^\d{1,15}(\.\d{1,6})?$/;
      return when(number.test(text), 'amount', text.replace(',', '.'));
    }
    case 'whole':
      return when(/^\d{1,15}$/.test(text), 'whole');
    case 'flag':
      return when([...YES, ...NO].includes(text), 'flag', YES.includes(text) ? '1' : '0');
    case 'email':
      return when(/^[^\s@]+@[^\s@]*\.[^\s@]*$/.test(text) && text.length <= EMAIL_MAX, 'email');
    case 'phone':
      return when(/^\+?\d{5,15}$/.test(text), 'phone');
    case 'code':
      return when(!/\s/.test(text) && text.length <= CODE_MAX, 'code');
    default:
      return when(text.length <= TEXT_MAX, 'text');
  }
}

/** A line cut into its columns, each as it is read. */
export function cutLine(line: string, look: StructureLook, fields: readonly FileField[]): Cell[] {
  const texts = line.split(SEPARATOR).map((text) => text.trim());
  const length = Math.max(texts.length, look.columns.length);
  return Array.from({ length }, (_, n) => {
    const [column, text] = [look.columns[n], texts[n]];
    const field = fieldOf(fields, column?.field);
    const cell = { column, field, text };
    if (!field || text === undefined) return cell;
    const must = field.required || column?.required;
    if (text === '') return must ? { ...cell, fault: { code: 'required' } } : cell;
    const format = column?.format || look.date_format;
    return { ...cell, ...readValue(text, field.shape, format, look.decimal_separator) };
  });
}

/** Whether the server would take the line. */
export const isRead = (cells: readonly Cell[]) =>
  cells.every(({ column, text, fault }) => column && text !== undefined && !fault);

/** Whether a first line names the columns as the structure does; columns that are passed over may have any name. */
export function isHeader(line: string, columns: readonly Column[]): boolean {
  const given = line.split(SEPARATOR).map((text) => text.trim().toLowerCase());
  return (
    given.length === columns.length &&
    columns.every(
      ({ field }, n) => field === PASSED_OVER || given[n] === (field ?? '').toLowerCase(),
    )
  );
}

const NAMES = { ascii: 'utf-8', utf8: 'utf-8', cp1251: 'windows-1251' } as const;

/** The text of a file's beginning; nothing when it is not in this encoding. */
export function decoded(
  bytes: Uint8Array,
  encoding: StructureLook['encoding'],
): string | undefined {
  if (encoding === 'ascii' && bytes.some((byte) => byte > 0x7f)) return undefined;
  try {
    // A letter may be cut at the end of what was taken of the file: the rest of it may come.
    const decoder = new TextDecoder(NAMES[encoding], { fatal: true });
    const text = decoder.decode(bytes, { stream: true });
    return text.includes('\0') || text.includes('\u0098') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Lines of a sample that say something. */
export const linesOf = (text: string): string[] =>
  text.split(/\r?\n/).filter((line) => line.trim() !== '');
