import { createContext, useContext } from 'react';
import type { Fault } from '../../api/automation';
import type { KnownField } from '../decision/known';

/** What every part of a form of conditions works with. Paths are those of the document that the criteria stand in. */
export interface Conditions {
  set(path: readonly (string | number)[], value: unknown): void;
  fields: KnownField[];
  /** The linked cards that the part is about, `cards.vehicle`: then fields are those of one card. */
  cards?: string;
  faults: Fault[];
  mayWrite: boolean;
  /** Said in place of the fields while there are none. */
  waits: string;
}

export const ConditionsContext = createContext<Conditions | undefined>(undefined);

export function useConditions(): Conditions {
  const conditions = useContext(ConditionsContext);
  if (!conditions) throw new Error('the parts of a form of conditions are used inside it');
  return conditions;
}
