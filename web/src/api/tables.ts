import { useQuery } from '@tanstack/react-query';
import type { Page, Schemas, With } from './contract';
import { send } from './http';
import type { Problem } from './problem';

export const COLUMN_TYPES = ['text', 'number', 'boolean'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** The pages write titles as one text; the server also takes one a language. */
export type ReferenceColumn = With<Schemas['ReferenceColumn'], { title: string; type: ColumnType }>;
export type ReferenceRow = Record<string, unknown> & { key: string };
export type ReferenceTable = With<
  Schemas['ReferenceTable'],
  { title: string; columns: ReferenceColumn[]; rows: ReferenceRow[] }
>;

export const useTables = () =>
  useQuery<ReferenceTable[], Problem>({
    queryKey: ['reference-tables'],
    queryFn: async () => {
      const answer = await send<Page<ReferenceTable> | ReferenceTable[]>('/reference-tables');
      return Array.isArray(answer) ? answer : answer.items;
    },
  });

export const useTable = (name: string | undefined) =>
  useQuery<ReferenceTable, Problem>({
    queryKey: ['reference-tables', name],
    enabled: name !== undefined,
    queryFn: () => send<ReferenceTable>(`/reference-tables/${name}`),
  });

export const createTable = (table: ReferenceTable) =>
  send<ReferenceTable>('/reference-tables', { method: 'POST', body: table });

export const saveTable = ({ version, ...table }: ReferenceTable) =>
  send<ReferenceTable>(`/reference-tables/${table.name}`, {
    method: 'PUT',
    body: table,
    ...(version === undefined ? {} : { version }),
  });

export const removeTable = (name: string) =>
  send<void>(`/reference-tables/${name}`, { method: 'DELETE' });
