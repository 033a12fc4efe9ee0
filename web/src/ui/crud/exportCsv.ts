import type { Query } from '../../api/http';
import type { Resource } from '../../api/query';
import { csv } from '../../lib/attributes';

/** Rows that one export takes: what a spreadsheet opens without trouble, in a hundred requests. */
export const EXPORT_MAX = 50_000;
const PAGE = 500;

export interface ExportColumn<T> {
  title: string;
  text(row: T): unknown;
}

/** Reads every page of a list and writes it as CSV; says whether it was cut. */
export async function exportCsv<T, I, M>(
  of: Resource<T, I, M>,
  query: Query,
  columns: ExportColumn<T>[],
): Promise<{ text: string; rows: number; cut: boolean }> {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await of.list({ ...query, limit: PAGE, ...(cursor ? { cursor } : {}) });
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor && rows.length < EXPORT_MAX);
  const table = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.text(row))),
  ];
  // The mark at the beginning makes spreadsheets read it as UTF-8.
  return { text: `\uFEFF${csv(table)}`, rows: rows.length, cut: Boolean(cursor) };
}
