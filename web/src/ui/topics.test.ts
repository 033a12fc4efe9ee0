import { describe, expect, it } from 'vitest';
import { topicTree } from './topics';

describe('the topics of the wrap-up', () => {
  it('are a tree of which only the leaves can be chosen', () => {
    const name = (text: string) => ({ en: text, ru: text, uz: text });
    const tree = topicTree(
      [
        { id: 'b', version: 1, name: name('Billing') },
        { id: 'b1', version: 1, name: name('Invoice'), parent_id: 'b' },
        { id: 'a', version: 1, name: name('Access'), parent_id: 'gone' },
      ],
      'en',
    );
    expect(tree.map((node) => [node.title, node.selectable])).toEqual([
      ['Access', true],
      ['Billing', false],
    ]);
    expect(tree[1]?.children[0]?.value).toBe('b1');
  });
});
