/** What was undone and what can be done again. Typing in one place is one step. */
export interface History<T> {
  past: T[];
  now: T;
  future: T[];
  /** Where the last change was made, and when: the next one there joins it. */
  last?: { place: string; at: number } | undefined;
}

/** Enough for an afternoon of changes, and a bound on what a page holds. */
const STEPS_MAX = 200;
/** A pause in typing that begins a new step. */
const JOIN_MS = 1500;

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [] });

export function change<T>(history: History<T>, now: T, place: string, at: number): History<T> {
  const joins = history.last?.place === place && at - history.last.at < JOIN_MS;
  return {
    past: joins ? history.past : [...history.past, history.now].slice(-STEPS_MAX),
    now,
    future: [],
    last: { place, at },
  };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future };
}
