import { skew } from '../api/skew';
import { timer } from '../lib/format';
import { secondsSince, secondsUntil, useTick } from '../lib/time';

/** Counts up from a server time. Hidden from screen readers, which would read every second. */
export function Timer({ since, className }: { since: string; className?: string }) {
  useTick(500);
  return (
    <span className={`digits ${className ?? ''}`} aria-hidden="true">
      {timer(secondsSince(since, skew.now()))}
    </span>
  );
}

/** Counts down to a server time. */
export function Countdown({ until }: { until: string }) {
  useTick(250);
  return (
    <span className="digits" aria-hidden="true">
      {timer(secondsUntil(until, skew.now()))}
    </span>
  );
}
