import type { Floor, FloorCall, FloorOperator } from '../../api/frames';
import { secondsSince } from '../../lib/time';
import type { ShownState } from '../../ui/StatusMark';

export type OperatorRow = FloorOperator & { id: string; shown: ShownState };
export type CallRow = FloorCall & { id: string };

export interface Alert {
  id: string;
  kind: 'waits' | 'no_answer' | 'not_ready' | 'nobody';
  name: string;
  since?: string;
}

/** What needs attention first; within a kind of state the longest time first. */
const WEIGHT: Record<ShownState, number> = {
  not_responding: 0,
  held: 1,
  on_contact: 2,
  ringing: 3,
  wrap_up: 4,
  ready: 5,
  syncing: 6,
  not_ready: 7,
  disconnected: 8,
};

/** A break longer than this is shown to the supervisor. */
const LONG_BREAK_SECONDS = 30 * 60;

export function operatorRows(floor: Floor): OperatorRow[] {
  return Object.entries(floor.operators)
    .map(([id, operator]) => ({
      ...operator,
      id,
      shown: operator.contact?.state === 'held' ? ('held' as const) : operator.state,
    }))
    .sort((a, b) => WEIGHT[a.shown] - WEIGHT[b.shown] || a.since.localeCompare(b.since));
}

/** The longest-waiting first. */
export function callRows(floor: Floor): CallRow[] {
  return Object.entries(floor.calls)
    .map(([id, call]) => ({ ...call, id }))
    .sort((a, b) => a.arrived_at.localeCompare(b.arrived_at));
}

/** What a supervisor should look at now. */
export function alertsOf(floor: Floor, now: number): Alert[] {
  const alerts: Alert[] = [];
  for (const [id, call] of Object.entries(floor.calls)) {
    const waiting = call.stage === 'queued' || call.stage === 'offered';
    const limit = call.queue ? (floor.queues[call.queue.id]?.target_seconds ?? 20) : 20;
    if (waiting && secondsSince(call.since, now) > limit) {
      alerts.push({
        id: `waits-${id}`,
        kind: 'waits',
        name: call.caller.name ?? call.caller.number ?? '',
        since: call.since,
      });
    }
  }
  for (const [id, operator] of Object.entries(floor.operators)) {
    const { name, since, state } = operator;
    if (state === 'not_responding')
      alerts.push({ id: `no-answer-${id}`, kind: 'no_answer', name, since });
    if (state === 'not_ready' && secondsSince(since, now) > LONG_BREAK_SECONDS) {
      alerts.push({ id: `not-ready-${id}`, kind: 'not_ready', name, since });
    }
  }
  for (const [id, queue] of Object.entries(floor.queues)) {
    if (queue.waiting > 0 && queue.ready === 0 && queue.talking === 0) {
      alerts.push({ id: `nobody-${id}`, kind: 'nobody', name: queue.name });
    }
  }
  return alerts;
}
