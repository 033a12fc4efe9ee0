import { createContext, useContext } from 'react';
import type { EventType, Fault, RuleDocument, RuleField } from '../../../api/automation';
import type { Speech } from '../../../ui/decision/sentence';

/** What every part of the builder works with. Paths are those of the document. */
export interface Builder {
  document: RuleDocument;
  set(path: readonly (string | number)[], value: unknown): void;
  fields: RuleField[];
  /** The linked cards that the part is about, `cards.vehicle`: then fields are those of one card. */
  cards?: string;
  /** To say a part of the rule in words. */
  speech: Speech;
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
