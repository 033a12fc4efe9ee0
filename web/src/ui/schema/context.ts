import { createContext, useContext } from 'react';
import type { Fault, Schema } from '../../api/flow-types';

export interface Choice {
  value: string;
  label: string;
}

/** What a form made of a schema asks its page for. */
export interface SchemaHelp {
  /** The schema that references are looked up in. */
  root: Schema;
  /** The words for a field. */
  label(name: string): string;
  /** What a special widget offers; nothing when it is not known, and free text is then taken. */
  choices(widget: string, beside: unknown): Choice[] | undefined;
  /** What is wrong, by the pointer of the field. */
  faults: ReadonlyMap<string, Fault[]>;
  /** Descriptions of the schema are English; they are shown where that is the language. */
  describe: boolean;
  readOnly: boolean;
}

export const SchemaContext = createContext<SchemaHelp | undefined>(undefined);

export function useHelp(): SchemaHelp {
  const help = useContext(SchemaContext);
  if (!help) throw new Error('only inside a schema form');
  return help;
}
