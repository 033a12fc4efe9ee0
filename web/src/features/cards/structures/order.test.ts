import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moved, renumbered } from './order';

describe('the order of attributes', () => {
  it('keeps every item wherever one is carried', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.nat(20), fc.nat(20), (items, from, to) => {
        expect(moved(items, from, to).toSorted()).toEqual(items.toSorted());
      }),
    );
  });

  it('writes only what changed its place', () => {
    const items = ['a', 'b', 'c'].map((key, position) => ({ key, position }));
    expect(renumbered(moved(items, 2, 1))).toEqual([
      { key: 'c', position: 1 },
      { key: 'b', position: 2 },
    ]);
    expect(renumbered(items)).toEqual([]);
  });
});
