import { useEffect, useState } from 'react';

/** Whole seconds between a moment and now; never negative, so that a small skew shows 0. */
export function secondsSince(at: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
}

/** Whole seconds until a moment, rounded up; 0 when it has passed. */
export function secondsUntil(at: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(at) - now) / 1000));
}

/** Redraws the component every `ms` milliseconds. An effect, because only a timer can know. */
export function useTick(ms: number): void {
  const [, set] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => set((count) => count + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
