import { describe, expect, it } from 'vitest';
import { Problem } from '../../api/problem';
import { isChanged, placed, withoutChanged } from './refusal';

describe('what the server says of a form', () => {
  const fields = [['title'], ['columns'], ['columns', 0, 'field'], ['key']];

  it('stands at its field, or at what the field is a part of', () => {
    const said = [
      { name: ['columns', 0, 'field'], errors: ['unknown'] },
      { name: ['columns', 3], errors: ['too many'] },
      { name: ['key', 0], errors: ['no column'] },
      { name: ['key', 1], errors: ['none'] },
      { name: ['elsewhere'], errors: ['nobody shows it'] },
    ];
    expect(placed(said, fields)).toEqual([
      { name: ['columns', 0, 'field'], errors: ['unknown'] },
      { name: ['columns'], errors: ['too many'] },
      { name: ['key'], errors: ['no column', 'none'] },
    ]);
  });

  it('is over for what was changed, and only for that', () => {
    expect(isChanged(['condition'], { condition: { kind: 'form' } })).toBe(true);
    expect(isChanged(['condition'], { condition: undefined })).toBe(true);
    expect(isChanged(['condition'], { title: 'x' })).toBe(false);
    // biome-ignore lint/suspicious/noSparseArray: so a form tells of the second of its columns
    const second = { columns: [, { field: 'date' }] };
    expect(isChanged(['columns', 1, 'field'], second)).toBe(true);
    expect(isChanged(['columns', 0, 'field'], second)).toBe(false);
    expect(isChanged(['columns', 1, 'format'], second)).toBe(false);
    expect(isChanged(['columns'], second)).toBe(true);
  });

  it('is shorter above the form with each field that is changed, and gone with the last', () => {
    const errors = [
      { pointer: '/condition', detail: 'a value is needed' },
      { pointer: '/level', detail: 'is taken' },
    ];
    const refused = new Problem({ code: 'invalid', title: 'Invalid', errors }, 422);
    const one = withoutChanged(refused, (name) => name[0] === 'condition');
    expect(one?.fields).toEqual([errors[1]]);
    expect(one?.code).toBe('invalid');
    expect(withoutChanged(one, () => true)).toBeUndefined();
    expect(withoutChanged(refused, () => false)).toBe(refused);
    const conflict = new Problem({ code: 'changed' }, 412);
    expect(withoutChanged(conflict, () => true)).toBe(conflict);
  });
});
