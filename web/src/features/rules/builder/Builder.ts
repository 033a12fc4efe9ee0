import { createContext, useContext } from 'react';
import type { EventType, Fault, RuleDocument, RuleField } from '../../../api/automation';

/** What every part of the builder works with. Paths are those of the document. */
export interface Builder {
  document: RuleDocument;
  set(path: readonly (string | number)[], value: unknown): void;
  fields: RuleField[];
  types: EventType[];
  faults: Fault[];
  mayWrite: boolean;
}

export const BuilderContext = createContext<Builder | undefined>(undefined);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error('the parts of the builder are used inside it');
  return builder;
}
