import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Group } from '../../../api/automation';
import {
  emptyDocument,
  freeKey,
  moved,
  pointerOf,
  setAt,
  shown,
  stored,
} from '../../../ui/decision/document';
import { explain, holds } from '../../../ui/decision/explain';
import { convert, operatorsFor } from '../../../ui/decision/fields';
import { afterPeriod, period, split, weekdays } from '../../../ui/decision/period';
import { parseRows, writeRows } from './csv';
import { differences } from './diff';
import { begin, change, redo, undo } from './history';
import { lay, meant, rowsOf, sheetFault, sheetOf } from './sheet';
import { addRow, paste, removeColumn, withRows } from './table';
import { passes } from './tests';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('a document', () => {
  it('is changed at one place and nowhere else', () => {
    const before = emptyDocument('purchase');
    const after = setAt(before, ['criteria', 'group', 'all', 0], {
      field: 'event.amount',
      op: 'ge',
    });
    expect(after.criteria).toEqual({
      kind: 'form',
      group: { all: [{ field: 'event.amount', op: 'ge' }] },
    });
    expect(before.criteria).toEqual({ kind: 'form', group: { all: [] } });
    expect(after.reactions).toBe(before.reactions);
  });
  it('names its places as the server does', () => {
    expect(pointerOf(['criteria', 'group', 'all', 0, 'a/b~c'])).toBe(
      '/criteria/group/all/0/a~1b~0c',
    );
  });
  it('keeps a group through showing it, however often it is turned around', () => {
    const leaf = fc.record({ field: fc.string(), op: fc.constant('eq' as const) });
    const group = fc.letrec<{ group: Group }>((tie) => ({
      group: fc.oneof(
        { maxDepth: 3 },
        fc.record({ all: fc.array(leaf, { maxLength: 3 }) }),
        fc.record({ any: fc.array(leaf, { maxLength: 3 }) }),
        fc.record({ not: tie('group') }),
      ),
    })).group;
    fc.assert(
      fc.property(group, (one) => {
        const again = shown(stored(shown(one)));
        const { at: _, ...first } = shown(one);
        const { at: __, ...second } = again;
        expect(second).toEqual(first);
      }),
    );
  });
  it('gives fresh keys and moves within its ends', () => {
    expect(freeKey('message', ['message', 'message_2'])).toBe('message_3');
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  });
});

describe('undo', () => {
  it('takes back what was typed in one place at once, and other places one by one', () => {
    let history = begin('');
    history = change(history, 'h', 'name', 0);
    history = change(history, 'hi', 'name', 500);
    history = change(history, 'hi!', 'other', 600);
    expect(undo(history).now).toBe('hi');
    expect(undo(undo(history)).now).toBe('');
    expect(redo(undo(history)).now).toBe('hi!');
    expect(undo(begin('x')).now).toBe('x');
  });
});

describe('comparisons', () => {
  it('fit the type of the field, and a value is carried over', () => {
    expect(operatorsFor('number')).toContain('between');
    expect(operatorsFor('text')).not.toContain('lt');
    expect(convert(5, 'in')).toEqual([5]);
    expect(convert([5, 7], 'eq')).toBe(5);
    expect(convert(5, 'between')).toEqual([5, null]);
    expect(convert(5, 'is_set')).toBeUndefined();
  });
});

describe('a period', () => {
  it('is said in the largest unit that fits', () => {
    expect(split(604_800)).toEqual({ n: 7, unit: 'day' });
    expect(split(90)).toEqual({ n: 90, unit: 'second' });
    expect(plain(afterPeriod(604_800, 'en'))).toBe('after 7 days');
    expect(plain(afterPeriod(604_800, 'ru'))).toBe('через 7 дней');
    expect(afterPeriod(604_800, 'uz')).toBe('7 kundan keyin');
    expect(plain(period(60, 'ru'))).toBe('1 минуту');
    expect(weekdays([1, 2, 3, 4, 5, 7], 'en')).toBe('Mon–Fri, Sun');
    expect(weekdays([6, 7], 'ru')).toBe('сб, вс');
  });
});

describe('rows of a spreadsheet', () => {
  it('come from tabs, commas and semicolons, with quotes and line breaks', () => {
    expect(parseRows('a\tb\r\n1\t"2\n3"\r\n')).toEqual([
      ['a', 'b'],
      ['1', '2\n3'],
    ]);
    expect(parseRows('a;b\n"x;""y""";z')).toEqual([
      ['a', 'b'],
      ['x;"y"', 'z'],
    ]);
  });
  it('are read as they were written', () => {
    const cell = fc.string().filter((text) => !text.includes('\r') && !text.includes('\uFEFF'));
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }).chain((n) =>
          fc.array(fc.array(cell, { minLength: n, maxLength: n }), {
            minLength: 1,
            maxLength: 5,
          }),
        ),
        (rows) => {
          // The first line decides on the separator, so it has no other sign of that kind.
          const safe = rows.map((row) => row.map((one) => one.replaceAll(/[\t,;\n]/g, ' ')));
          expect(parseRows(writeRows(safe))).toEqual(safe);
        },
      ),
    );
  });
});

describe('a decision table', () => {
  const content = {
    hitPolicy: 'first' as const,
    inputs: [
      { id: 'a', name: 'Amount', field: 'event.amount' },
      { id: 'b', name: 'Tier', field: 'customer.tier' },
    ],
    outputs: [{ id: 'r', name: 'reaction', field: 'reaction' }],
    rules: [{ _id: '1', a: '', b: '', r: 'small' }],
  };
  it('grows under a paste and keeps to its columns', () => {
    const pasted = paste(content, 0, 'b', [
      ['"gold"', '"big"', 'too far'],
      ['"silver"', '"small"'],
    ]);
    expect(pasted.rules).toEqual([
      { _id: '1', a: '', b: '"gold"', r: '"big"' },
      { _id: 'row', a: '', b: '"silver"', r: '"small"' },
    ]);
    expect(withRows(content, [['1', '2', '3']]).rules).toHaveLength(1);
  });
  it('gets fresh rows before its last one, which asks nothing', () => {
    expect(addRow(content).rules.map((row) => row._id)).toEqual(['row', '1']);
    expect(removeColumn(content, 'inputs', 'a').rules[0]).toEqual({ _id: '1', b: '', r: 'small' });
  });
});

describe('a reference table', () => {
  const table = {
    name: 'cities',
    title: 'Cities',
    columns: [
      { key: 'name', title: 'Name', type: 'text' as const },
      { key: 'people', title: 'People', type: 'number' as const },
    ],
    rows: [{ key: '1726', name: 'Tashkent', people: 2_500_000 }],
  };
  it('is the same through its sheet', () => {
    expect(rowsOf(sheetOf(table))).toEqual(table.rows);
  });
  it('takes pasted rows, leaves blank ones out and says what is wrong', () => {
    const sheet = lay(sheetOf(table), 1, 0, [
      ['1718', 'Samarkand', '550 000'],
      ['', '', ''],
    ]);
    expect(rowsOf(sheet)).toHaveLength(2);
    expect(rowsOf(sheet)[1]).toEqual({ key: '1718', name: 'Samarkand', people: 550_000 });
    expect(sheetFault(lay(sheet, 2, 0, [['1718']]))).toEqual({ kind: 'twice', key: '1718' });
    expect(sheetFault(lay(sheet, 2, 1, [['X']]))).toEqual({ kind: 'empty', row: 3 });
    expect(meant('да', 'boolean')).toBe(true);
    expect(meant('x', 'number')).toBe('x');
  });
});

describe('a test', () => {
  const test = { name: 't', event: {}, expect: { matched: true, reactions: ['b', 'a'] } };
  it('passes by outcome and by reactions in any order', () => {
    expect(passes(test, { matched: true, reactions: [{ key: 'a' }, { key: 'b' }] })).toBe(true);
    expect(passes(test, { matched: true, reactions: [{ key: 'a' }] })).toBe(false);
    expect(passes(test, { matched: false, reactions: [] })).toBe(false);
  });
});

describe('differences', () => {
  it('are the places that differ; nothing and null are the same', () => {
    expect(differences({ a: 1, b: null, c: [1] }, { a: 2, c: [1, 3] })).toEqual([
      { pointer: '/a', before: 1, after: 2 },
      { pointer: '/c/1', after: 3 },
    ]);
  });
});

/** TEL-13: the trace says why a rule did or did not fire. */
describe('the reasons of a decision', () => {
  it('say of each condition what it met', () => {
    const group: Group = {
      all: [
        { field: 'event.amount', op: 'ge', value: 100_000 },
        { any: [{ field: 'customer.tier', op: 'in', value: ['gold'] }] },
        { field: 'ref.cities', op: 'is_set' },
      ],
    };
    const inputs = { 'event.amount': 50_000, 'customer.tier': 'gold' };
    expect(explain({ kind: 'form', group }, inputs).map((step) => step.held)).toEqual([
      false,
      true,
      null,
    ]);
  });
  it('take a comparison with nothing as false', () => {
    for (const op of ['eq', 'ne', 'lt', 'ge', 'in', 'not_in', 'contains'] as const)
      expect([op, holds({ field: 'x', op, value: 1 }, null)]).toEqual([op, false]);
    expect(holds({ field: 'x', op: 'is_empty' }, null)).toBe(true);
    expect(holds({ field: 'x', op: 'between', value: [1, 3] }, 3)).toBe(true);
    expect(holds({ field: 'x', op: 'lt', value: '2026-03-01' }, '2026-02-01')).toBe(true);
  });
});
