/** How good a number is. Three colours with meaning, each with a shape. */
export type Level = 'good' | 'warn' | 'bad' | 'none';

export const LEVEL_SHAPE: Record<Level, string> = { good: '✓', warn: '!', bad: '‼', none: '' };

export interface Threshold {
  /** From here on it is amber. */
  warn: number;
  /** From here on it is red; below `warn` when less is worse. */
  bad: number;
  /** How far back inside a number must come before it counts as better. */
  hysteresis: number;
}

/** A number that swings around a threshold does not make the tile flicker: getting better needs a margin. */
export function level(value: number | undefined, threshold: Threshold, before: Level): Level {
  if (value === undefined) return 'none';
  const { warn, bad, hysteresis } = threshold;
  const sign = bad >= warn ? 1 : -1;
  const beyond = (limit: number, margin: number) => sign * value >= sign * limit - margin;
  const wasBad = before === 'bad';
  const wasWarn = before === 'warn' || wasBad;
  if (beyond(bad, wasBad ? hysteresis : 0)) return 'bad';
  if (beyond(warn, wasWarn ? hysteresis : 0)) return 'warn';
  return 'good';
}

/** Where a series is heading: its last value against the mean of the five before. */
export function trend(series: readonly number[]): 'up' | 'down' | 'flat' {
  const last = series.at(-1);
  const earlier = series.slice(-6, -1);
  if (last === undefined || earlier.length === 0) return 'flat';
  const mean = earlier.reduce((sum, value) => sum + value, 0) / earlier.length;
  const step = Math.max(1, Math.abs(mean) * 0.05);
  if (last > mean + step) return 'up';
  return last < mean - step ? 'down' : 'flat';
}

/** Points of a spark line in a box of the given size; a flat series runs along its middle. */
export function sparkPoints(series: readonly number[], width: number, height: number): string {
  if (series.length < 2) return '';
  const low = Math.min(...series);
  const high = Math.max(...series);
  const span = high - low || 1;
  return series
    .map((value, index) => {
      const x = (index / (series.length - 1)) * width;
      const y = high === low ? height / 2 : height - ((value - low) / span) * height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

/**
 * Minutes that the site is ahead of UTC. The day of the counters starts at the site's midnight, so the
 * moment of that midnight in UTC tells the zone, without a login and without a setting on the television.
 */
export function siteOffset(dayStartedAt: string): number {
  const at = new Date(dayStartedAt);
  const minutes = at.getUTCHours() * 60 + at.getUTCMinutes();
  return minutes > 10 * 60 ? 24 * 60 - minutes : 0 - minutes;
}

/** Share of callers who gave up, of those who were offered or gave up, in per cent. */
export function abandonedPercent(answered: number, abandoned: number): number | undefined {
  const all = answered + abandoned;
  return all === 0 ? undefined : (abandoned / all) * 100;
}

/** What all queues promise together: their own target when it is one, else the mean of the percents. */
export function targetOf(queues: { target_percent: number; target_seconds: number }[]): {
  target: number;
  seconds: number;
  shared: boolean;
} {
  const [first] = queues;
  if (!first) return { target: 80, seconds: 20, shared: true };
  const shared = queues.every(
    (queue) =>
      queue.target_percent === first.target_percent &&
      queue.target_seconds === first.target_seconds,
  );
  const percents = queues.reduce((sum, queue) => sum + queue.target_percent, 0);
  return {
    target: Math.round(percents / queues.length),
    seconds: Math.max(...queues.map((queue) => queue.target_seconds)),
    shared,
  };
}
