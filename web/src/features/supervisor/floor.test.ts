import { describe, expect, it } from 'vitest';
import type { Floor } from '../../api/frames';
import { alertsOf, operatorRows } from './floor';

const now = Date.parse('2026-11-22T10:00:00.000Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const today = {
  handled: 0,
  missed: 0,
  talk_seconds: 0,
  wrap_up_seconds: 0,
  ready_seconds: 0,
  not_ready_seconds: 0,
};
const floor: Floor = {
  operators: {
    a: { name: 'Anna', login: 'anna', state: 'ready', since: ago(10), queues: ['q'], today },
    b: { name: 'Bek', login: 'bek', state: 'not_responding', since: ago(5), queues: ['q'], today },
    c: {
      name: 'Dilya',
      login: 'dilya',
      state: 'not_ready',
      since: ago(1801),
      queues: ['q'],
      today,
    },
  },
  calls: {
    x: {
      stage: 'queued',
      caller: { vip: false, number: '+998901112233' },
      since: ago(31),
      arrived_at: ago(60),
      queue: { id: 'q', name: 'Support' },
    },
    y: { stage: 'queued', caller: { vip: false }, since: ago(3), arrived_at: ago(9) },
  },
  queues: {},
};

describe('the floor', () => {
  it('alerts on callers beyond the target, on operators who do not answer and on long breaks', () => {
    expect(alertsOf(floor, now).map((alert) => alert.id)).toEqual([
      'waits-x',
      'no-answer-b',
      'not-ready-c',
    ]);
  });
  it('shows operators who need attention first', () => {
    expect(operatorRows(floor).map((row) => row.id)).toEqual(['b', 'a', 'c']);
  });
});
