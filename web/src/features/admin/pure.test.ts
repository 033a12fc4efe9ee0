import { describe, expect, it } from 'vitest';
import { toggled } from './matrix';
import { below } from './tree';

describe('the operations of a role', () => {
  it('stay in one order with one more or one less', () => {
    expect(toggled(['queue.read', 'desk.use'], 'board.read', true)).toEqual([
      'board.read',
      'desk.use',
      'queue.read',
    ]);
    expect(toggled(['queue.read', 'desk.use'], 'desk.use', false)).toEqual(['queue.read']);
  });
});

describe('the choice of a parent', () => {
  const branches = [
    { id: 'a', name: 'Company', parent: null },
    { id: 'b', name: 'Support', parent: 'a' },
    { id: 'c', name: 'Night shift', parent: 'b' },
    { id: 'd', name: 'Orphan', parent: 'gone' },
  ];
  it('is a tree by name, orphans at the top', () => {
    expect(below(branches).map((node) => node.title)).toEqual(['Company', 'Orphan']);
  });
  it('never offers the branch itself or what hangs below it', () => {
    expect(JSON.stringify(below(branches, 'b'))).not.toMatch(/Support|Night shift/);
  });
});
