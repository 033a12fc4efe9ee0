import { describe, expect, it } from 'vitest';
import {
  abandonedPercent,
  type Level,
  level,
  siteOffset,
  sparkPoints,
  targetOf,
  trend,
} from './thresholds';

const waiting = { warn: 5, bad: 10, hysteresis: 1 };
const service = { warn: 80, bad: 70, hysteresis: 2 };

describe('a threshold', () => {
  it('turns amber and red at its limits when more is worse', () => {
    expect([4, 5, 9, 10].map((value) => level(value, waiting, 'good'))).toEqual([
      'good',
      'warn',
      'warn',
      'bad',
    ]);
  });
  it('turns amber and red at its limits when less is worse', () => {
    expect([81, 80, 71, 70].map((value) => level(value, service, 'good'))).toEqual([
      'good',
      'warn',
      'warn',
      'bad',
    ]);
  });
  it('needs a margin to become better, so that nothing flickers', () => {
    const seen: Level[] = [];
    let now: Level = 'good';
    for (const value of [10, 9.5, 8.9, 4.5, 3.9]) {
      now = level(value, waiting, now);
      seen.push(now);
    }
    expect(seen).toEqual(['bad', 'bad', 'warn', 'warn', 'good']);
  });
  it('says nothing about a number that is not there', () => {
    expect(level(undefined, waiting, 'bad')).toBe('none');
  });
});

describe('a series', () => {
  it('shows where it is heading', () => {
    expect(trend([5, 5, 5, 5, 5, 9])).toBe('up');
    expect(trend([5, 5, 5, 5, 5, 5])).toBe('flat');
    expect(trend([50, 50, 50, 50, 50, 40])).toBe('down');
    expect(trend([])).toBe('flat');
  });
  it('fills its box from left to right, low values low', () => {
    expect(sparkPoints([0, 10], 100, 20)).toBe('0.0,20.0 100.0,0.0');
    expect(sparkPoints([3, 3], 100, 20)).toBe('0.0,10.0 100.0,10.0');
    expect(sparkPoints([3], 100, 20)).toBe('');
  });
});

describe('the clock of the site', () => {
  it('is read from its midnight', () => {
    expect(siteOffset('2026-11-21T19:00:00.000Z')).toBe(5 * 60);
    expect(siteOffset('2026-11-22T05:00:00.000Z')).toBe(-5 * 60);
    expect(siteOffset('2026-11-22T00:00:00.000Z')).toBe(0);
    expect(siteOffset('2026-11-21T18:30:00.000Z')).toBe(5 * 60 + 30);
  });
});

describe('the abandoned share', () => {
  it('is unknown before the first caller', () => {
    expect(abandonedPercent(0, 0)).toBeUndefined();
    expect(abandonedPercent(3, 1)).toBe(25);
  });
});

it('a target is shown as a pair only when every queue has it', () => {
  const queue = (target_percent: number, target_seconds: number) => ({
    target_percent,
    target_seconds,
  });
  expect(targetOf([queue(80, 20), queue(80, 20)])).toEqual({
    target: 80,
    seconds: 20,
    shared: true,
  });
  expect(targetOf([queue(80, 20), queue(90, 15)])).toEqual({
    target: 85,
    seconds: 20,
    shared: false,
  });
});
