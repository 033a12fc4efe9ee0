import type { Fault } from '../../api/automation';
import { read } from '../../lib/pointer';

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

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length);

/** Without those of places that were blank when they were looked at and are filled in by now: nobody knows of them yet. */
export const stillOpen = (faults: Fault[], looked: unknown, now: unknown): Fault[] =>
  looked === now
    ? faults
    : faults.filter(
        ({ pointer }) => !isBlank(read(looked, pointer)) || isBlank(read(now, pointer)),
      );
