import type {
  ColumnType,
  ReferenceColumn,
  ReferenceRow,
  ReferenceTable,
} from '../../../api/tables';

/** A reference table as texts, as a sheet shows it: the key first, then the columns in their order. */
export interface Sheet {
  columns: ReferenceColumn[];
  /** Every row: its key and one text a column. */
  rows: string[][];
}

const asText = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value);

export const sheetOf = ({ columns, rows }: ReferenceTable): Sheet => ({
  columns,
  rows: rows.map((row) => [row.key, ...columns.map((column) => asText(row[column.key]))]),
});

const YES = ['true', '1', 'yes', 'да', 'ha', '+'];

/** The value that a text means in a column; a number that cannot be read stays a text for the server to refuse. */
export function meant(text: string, type: ColumnType): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (type === 'boolean') return YES.includes(trimmed.toLowerCase());
  if (type !== 'number') return trimmed;
  const number = Number(trimmed.replaceAll(/[\s\u00a0]/g, '').replace(',', '.'));
  return Number.isFinite(number) ? number : trimmed;
}

/** The rows as the server keeps them; rows without any text are left out. */
export const rowsOf = ({ columns, rows }: Sheet): ReferenceRow[] =>
  rows
    .filter((row) => row.some((cell) => cell.trim() !== ''))
    .map(([key = '', ...cells]) => ({
      key: key.trim(),
      ...Object.fromEntries(
        columns.map((column, at) => [column.key, meant(cells[at] ?? '', column.type)]),
      ),
    }));

/** Rows of a spreadsheet laid over the sheet from one cell on; it grows downwards as needed. */
export function lay(sheet: Sheet, row: number, column: number, pasted: string[][]): Sheet {
  const width = sheet.columns.length + 1;
  const rows = [...sheet.rows];
  pasted.forEach((cells, down) => {
    const line = [...(rows[row + down] ?? Array<string>(width).fill(''))];
    cells.forEach((cell, across) => {
      if (column + across < width) line[column + across] = cell.trim();
    });
    rows[row + down] = line;
  });
  return { ...sheet, rows };
}

export type SheetFault = { kind: 'twice'; key: string } | { kind: 'empty'; row: number };

/** The first thing that keeps the sheet from being saved. */
export function sheetFault({ rows }: Sheet): SheetFault | undefined {
  const seen = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (row.every((cell) => cell.trim() === '')) continue;
    const key = (row[0] ?? '').trim();
    if (!key) return { kind: 'empty', row: index + 1 };
    if (seen.has(key)) return { kind: 'twice', key };
    seen.add(key);
  }
  return undefined;
}
