import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFrame, resumePoint, type Topics } from './apply';
import type { ServerFrame } from './frames';
import { mergePatch } from './merge';
import { Skew } from './skew';

const at = '2026-11-22T10:00:00.000Z';
const snapshot = (seq: number, data: unknown): ServerFrame => ({
  type: 'snapshot',
  topic: 'board',
  epoch: 'e1',
  seq,
  at,
  data,
});
const delta = (seq: number, patch: unknown): ServerFrame => ({
  type: 'delta',
  topic: 'board',
  seq,
  at,
  patch,
});

function all(frames: ServerFrame[], from: Topics = {}) {
  let topics = from;
  const gaps: string[] = [];
  for (const frame of frames) {
    const applied = applyFrame(topics, frame);
    topics = applied.topics;
    if (applied.gap) gaps.push(applied.gap);
  }
  return { topics, gaps };
}

describe('a merge patch (RFC 7396)', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: 1 }, { a: 1 }, { e: 1, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
  it('leaves what it is given alone and keeps unchanged branches the same object', () => {
    const before = { queues: { a: { n: 1 }, b: { n: 2 } } };
    const after = mergePatch(before, { queues: { a: { n: 5 } } }) as typeof before;
    expect(before.queues.a.n).toBe(1);
    expect(after.queues.b).toBe(before.queues.b);
  });
  it('applied twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});

describe('a topic', () => {
  it('is a snapshot and the deltas that follow it', () => {
    const { topics, gaps } = all([
      snapshot(3, { waiting: 1 }),
      delta(4, { waiting: 2 }),
      delta(5, { longest: 'x' }),
    ]);
    expect(topics.board?.data).toEqual({ waiting: 2, longest: 'x' });
    expect(resumePoint(topics, 'board')).toEqual({ epoch: 'e1', seq: 5 });
    expect(gaps).toEqual([]);
  });
  it('with a delta missing asks for everything again and keeps what it had', () => {
    const { topics, gaps } = all([snapshot(3, { waiting: 1 }), delta(5, { waiting: 9 })]);
    expect(gaps).toEqual(['board']);
    expect(topics.board?.data).toEqual({ waiting: 1 });
  });
  it('without a snapshot asks for one', () => {
    expect(all([delta(1, {})]).gaps).toEqual(['board']);
  });
  it('ignores what it has already, as a resume may repeat', () => {
    const { topics, gaps } = all([
      snapshot(3, { n: 3 }),
      delta(2, { n: 2 }),
      delta(3, { n: 0 }),
      delta(4, { n: 4 }),
    ]);
    expect(topics.board?.data).toEqual({ n: 4 });
    expect(gaps).toEqual([]);
  });
  it('begins anew with a new snapshot, also of another epoch', () => {
    const first = all([snapshot(300, { n: 1 })]).topics;
    const { topics } = all(
      [{ ...snapshot(1, { n: 7 }), epoch: 'e2' } as ServerFrame, delta(2, { n: 8 })],
      first,
    );
    expect(topics.board).toMatchObject({ epoch: 'e2', seq: 2, data: { n: 8 } });
  });
});

describe('server time', () => {
  it('follows the sample with the least delay in it', () => {
    let local = Date.parse(at) + 5_000;
    const skew = new Skew(() => local);
    skew.sample(at);
    local += 1_300;
    skew.sample('2026-11-22T10:00:01.000Z');
    // The second came 300 ms late; the first difference, 5 s, still counts.
    expect(skew.now()).toBe(local - 5_000);
  });
});
