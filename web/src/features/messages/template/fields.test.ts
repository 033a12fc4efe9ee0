import { describe, expect, it } from 'vitest';
import { askedFields, context, inserted } from './fields';

describe('fields of a template', () => {
  it('asks whoever sends only for what the server cannot know', () => {
    const fields = ['customer.name', 'event.amount', 'time.date'];
    expect(askedFields(fields, true)).toEqual(['event.amount']);
    expect(askedFields(fields, false)).toEqual(['customer.name', 'event.amount']);
  });

  it('sends values where expressions look for them, numbers as numbers', () => {
    expect(
      context({ 'event.amount': '50000.5', 'customer.phone': '+998901234567', 'event.code': '' }),
    ).toEqual({ event: { amount: 50000.5, code: '' }, customer: { phone: '+998901234567' } });
    expect(context({ '__proto__.x': '1', 'a b.c': '1' })).toEqual({});
  });

  it('puts a placeholder where the cursor stands', () => {
    expect(inserted('Dear !', 5, 'customer.name')).toEqual({
      text: 'Dear {{ customer.name }}!',
      cursor: 24,
    });
    expect(inserted('', 99, 'x').text).toBe('{{ x }}');
  });
});
