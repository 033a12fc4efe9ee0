import type { TableColumn, TableContent } from '../../../api/automation';
import { freeKey, moved } from '../../../ui/decision/document';

type Side = 'inputs' | 'outputs';

const ids = ({ inputs, outputs, rules }: TableContent): string[] => [
  ...inputs.map((column) => column.id),
  ...outputs.map((column) => column.id),
  ...rules.map((row) => row._id ?? ''),
];

export const columnsOf = ({ inputs, outputs }: TableContent): TableColumn[] => [
  ...inputs,
  ...outputs,
];

const blank = (content: TableContent, id: string): Record<string, string> => ({
  _id: id,
  ...Object.fromEntries(columnsOf(content).map((column) => [column.id, ''])),
});

/** A fresh row before the last one: the last row of a table is the one that asks nothing. */
export function addRow(content: TableContent): TableContent {
  const row = blank(content, freeKey('row', ids(content)));
  const at = Math.max(0, content.rules.length - 1);
  return { ...content, rules: [...content.rules.slice(0, at), row, ...content.rules.slice(at)] };
}

export const removeRow = (content: TableContent, index: number): TableContent => ({
  ...content,
  rules: content.rules.filter((_, at) => at !== index),
});

export const moveRow = (content: TableContent, index: number, step: number): TableContent => ({
  ...content,
  rules: moved(content.rules, index, step),
});

export function addColumn(content: TableContent, side: Side): TableContent {
  const id = freeKey(side === 'inputs' ? 'in' : 'out', ids(content));
  const column = { id, name: '', field: '' };
  return {
    ...content,
    [side]: [...content[side], column],
    rules: content.rules.map((row) => ({ ...row, [id]: '' })),
  };
}

export function changeColumn(
  content: TableContent,
  side: Side,
  id: string,
  change: Partial<TableColumn>,
): TableContent {
  return {
    ...content,
    [side]: content[side].map((column) => (column.id === id ? { ...column, ...change } : column)),
  };
}

export function removeColumn(content: TableContent, side: Side, id: string): TableContent {
  return {
    ...content,
    [side]: content[side].filter((column) => column.id !== id),
    rules: content.rules.map(({ [id]: _, ...row }) => row as Record<string, string>),
  };
}

export const setCell = (
  content: TableContent,
  index: number,
  id: string,
  text: string,
): TableContent => ({
  ...content,
  rules: content.rules.map((row, at) => (at === index ? { ...row, [id]: text } : row)),
});

/** Rows of a spreadsheet laid over the table from one cell on; the table grows downwards as needed. */
export function paste(
  content: TableContent,
  index: number,
  id: string,
  rows: readonly (readonly string[])[],
): TableContent {
  const columns = columnsOf(content);
  const first = columns.findIndex((column) => column.id === id);
  const rules = [...content.rules];
  rows.forEach((cells, down) => {
    const at = index + down;
    const row = {
      ...(rules[at] ?? blank(content, freeKey('row', [...ids(content), ...keysOf(rules)]))),
    };
    cells.forEach((cell, across) => {
      const column = columns[first + across];
      if (column) row[column.id] = cell.trim();
    });
    rules[at] = row;
  });
  return { ...content, rules };
}

const keysOf = (rules: readonly Record<string, string>[]) => rules.map((row) => row._id ?? '');

/** The table with these rows instead of its own. */
export function withRows(content: TableContent, rows: readonly (readonly string[])[]) {
  const [first] = columnsOf(content);
  const emptied = { ...content, rules: [] };
  return first ? paste(emptied, 0, first.id, rows) : emptied;
}
