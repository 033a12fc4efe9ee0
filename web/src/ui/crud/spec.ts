import type { ColumnsType } from 'antd/es/table';
import type { ReactNode } from 'react';
import type { Query } from '../../api/http';
import type { Resource } from '../../api/query';
import type { ExportColumn } from './exportCsv';

/** What a page of administration is made of; `CrudPage` draws it. */
export interface Spec<T extends object, Input extends object, Made = T> {
  resource: Resource<T, Input, Made>;
  /** The right that shows it, and the right that changes it. */
  read: string;
  write: string;
  title: string;
  note?: string;
  /** What is said while there is none: what belongs here and what it is for. */
  empty?: string;
  columns: ColumnsType<T>;
  /** How wide the form is, where it has more than a field in a row. */
  size?: number;
  /** The fields of the form. */
  fields(item: T | undefined): ReactNode;
  /** What the form begins with. */
  initial(item: T | undefined): Partial<Input>;
  /** What is sent; by default what stands in the form. */
  toInput?(values: Input): Input | Promise<Input>;
  name(item: T): string;
  /** Left out where the server has no such operation. */
  create?: boolean;
  edit?: boolean;
  remove?: boolean;
  /** Where removing is something milder: the word on the button, the question, and what is said afterwards. */
  removing?: { verb: string; sure(item: T): string; done: string };
  /** The word on the button that makes a new one. */
  createVerb?: string;
  /** Why this one cannot be removed. */
  keeps?(item: T): string | undefined;
  /** More buttons in the row. */
  rowActions?(item: T): ReactNode;
  /** Shown after creating, such as a key that is shown once. */
  created?(item: Made): void;
  /** How often the list is read again, for what changes by itself. */
  everyMs?: number;
  /** More questions to the list, by names of the query; drawn beside the search. */
  filters?(query: Query, set: (name: string, value: string | undefined) => void): ReactNode;
  /** The list as a file for a spreadsheet. */
  csv?: { file: string; columns: ExportColumn<T>[] };
  /** Search on the server. */
  search?: boolean;
  /** What is searched and filtered stands in the address: whoever comes back from one of the list finds it so. */
  inAddress?: boolean;
}
