import { describe, expect, it } from 'vitest';
import { matrixRows } from './matrix';
import { below } from './tree';

describe('the operation matrix', () => {
  it('has a row a subject and keeps what is neither read nor write', () => {
    expect(matrixRows(['queue.write', 'queue.read', 'desk.use'])).toEqual([
      { subject: 'desk', read: undefined, write: undefined, other: ['desk.use'] },
      { subject: 'queue', read: 'queue.read', write: 'queue.write', other: [] },
    ]);
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
