import { createContext, useContext } from 'react';
import type { EventType, RuleDocument } from '../../../api/automation';
import type { Conditions } from '../../../ui/criteria/Conditions';
import type { Speech } from '../../../ui/decision/sentence';

/** What every part of the builder works with. Paths are those of the document. */
export interface Builder extends Conditions {
  document: RuleDocument;
  /** To say a part of the rule in words. */
  speech: Speech;
  types: EventType[];
}

export const BuilderContext = createContext<Builder | undefined>(undefined);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error('the parts of the builder are used inside it');
  return builder;
}
