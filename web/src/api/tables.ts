import { useQuery } from '@tanstack/react-query';
import type { Page } from './contract';
import { send } from './http';
import type { Problem } from './problem';

export const COLUMN_TYPES = ['text', 'number', 'boolean'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface ReferenceColumn {
  key: string;
  title: string;
  type: ColumnType;
}

export type ReferenceRow = Record<string, unknown> & { key: string };

export interface ReferenceTable {
  name: string;
  title: string;
  columns: ReferenceColumn[];
  rows: ReferenceRow[];
  version?: number;
}

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
