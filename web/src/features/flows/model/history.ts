/** What was done and can be taken back. Typing into one field is one step. */

export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last step touched, and when. */
  tag: string | undefined;
  at: number;
}

/** Steps that are kept; a definition is small, yet not for nothing. */
export const STEPS_MAX = 200;
/** Steps with the same tag within this time are one. */
export const MERGE_MS = 1_500;

export const begun = <T>(now: T): History<T> => ({
  past: [],
  now,
  future: [],
  tag: undefined,
  at: 0,
});

export function done<T>(
  history: History<T>,
  next: T,
  tag: string | undefined,
  at: number,
): History<T> {
  if (next === history.now) return history;
  const same = tag !== undefined && tag === history.tag && at - history.at < MERGE_MS;
  const past = same ? history.past : [...history.past, history.now].slice(-STEPS_MAX);
  return { past, now: next, future: [], tag, at };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
    tag: undefined,
    at: 0,
  };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future, tag: undefined, at: 0 };
}
