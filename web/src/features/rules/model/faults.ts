import type { Fault } from '../../../api/automation';

const WEIGHT = { error: 0, warning: 1, hint: 2 } as const;

export const byWeight = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);

export const errorsOf = (faults: readonly Fault[]): number =>
  faults.filter((fault) => fault.severity === 'error').length;

/** The faults of exactly this place. */
export const faultsAt = (faults: readonly Fault[], pointer: string): Fault[] =>
  faults.filter((fault) => fault.pointer === pointer);

/** The faults of this place and of all that is inside it. */
export const faultsIn = (faults: readonly Fault[], pointer: string): Fault[] =>
  faults.filter((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));

export function exampleText(example: unknown): string | undefined {
  if (example === null || example === undefined) return undefined;
  return typeof example === 'string' ? example : JSON.stringify(example);
}
