import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionText, csv, csvCell, opsOf, valueText, whereText } from './attributes';

const words = { yes: 'Yes', no: 'No' };
const tier = { type: 'choice', choices: [{ value: 'gold', title: { en: 'Gold', ru: 'Золотой' } }] };

describe('a value of an attribute', () => {
  it.each([
    [tier, 'gold', 'ru', 'Золотой'],
    [tier, 'gone', 'ru', 'gone'],
    [{ ...tier, type: 'choices' }, ['gold', 'x'], 'en', 'Gold, x'],
    [{ type: 'decimal', unit: 'UZS' }, '1234567.50', 'en', '1,234,567.50 UZS'],
    [{ type: 'number' }, 0, 'en', '0'],
    [{ type: 'boolean' }, false, 'en', 'No'],
    [{ type: 'date' }, '1990-02-28', 'ru', '28.02.1990'],
    [{ type: 'date' }, '1990-02-28', 'en', '28/02/1990'],
    [{ type: 'phone' }, '+998901234567', 'en', '+998 90 123 45 67'],
    [{ type: 'text' }, '', 'en', '—'],
    [{ type: 'text' }, null, 'en', '—'],
    [{ type: 'date' }, 'soon', 'en', 'soon'],
  ])('%j %j in %s reads %s', (of, value, language, text) => {
    expect(valueText(of, value, language, words)).toBe(text);
  });
});

describe('a filter', () => {
  it('is one expression', () => {
    const types: Record<string, string> = { arpu: 'decimal', tier: 'choice' };
    expect(
      whereText(
        [
          { field: 'arpu', op: 'ge', value: '50000' },
          { field: 'tier', op: 'in', value: ['gold', 'silver'] },
          { field: 'name', op: 'contains' },
        ],
        'all',
        (field) => types[field] ?? 'text',
      ),
    ).toBe('arpu >= 50000 and tier in ["gold", "silver"]');
  });

  it('never lets a value out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        const text = conditionText({ field: 'name', op: 'eq', value }, 'text') ?? '';
        const quote = text.charAt('name == '.length);
        const inside = text.slice('name == "'.length, -1);
        expect(['"', "'"]).toContain(quote);
        expect(text.endsWith(quote)).toBe(true);
        expect(inside).not.toContain(quote);
      }),
    );
  });

  it('compares days as days', () => {
    const day = { field: 'customer.birthday', op: 'ge', value: '1990-02-28' } as const;
    expect(conditionText(day, 'date')).toBe('d(customer.birthday) >= d("1990-02-28")');
  });

  it('offers only what the type can be asked', () => {
    expect(opsOf('boolean')).not.toContain('lt');
    expect(opsOf('decimal')).toContain('ge');
  });
});

describe('a CSV file', () => {
  it('quotes what must be quoted and disarms formulas', () => {
    expect(
      csv([
        ['a', 'b,c'],
        ['"x"', null],
      ]),
    ).toBe('a,"b,c"\r\n"""x""",');
    expect(csvCell('=HYPERLINK("x")')).toMatch(/^"'=/);
    expect(csvCell('+998901234567')).toBe('+998901234567');
    expect(csvCell(-5)).toBe('-5');
  });
});
