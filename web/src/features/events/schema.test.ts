import { describe, expect, it } from 'vitest';
import { fieldsOf, schemaOf } from './schema';

describe('the form of an event type', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: {
      amount: { type: 'number', title: 'Amount', description: 'In soums' },
      tier: { type: 'string', enum: ['gold', 'silver'] },
      at: { type: 'string', format: 'date-time' },
    },
    required: ['amount'],
  };
  it('gives back the schema that it was made from', () => {
    const fields = fieldsOf(schema);
    expect(fields?.map((field) => field.type)).toEqual(['number', 'enum', 'date-time']);
    expect(schemaOf(fields ?? [], schema)).toEqual(schema);
  });
  it('leaves alone what it cannot show', () => {
    expect(fieldsOf({ type: 'object', anyOf: [] })).toBeUndefined();
    expect(fieldsOf({ type: 'object', properties: { lines: { type: 'array' } } })).toBeUndefined();
    expect(
      fieldsOf({ type: 'object', properties: { n: { type: 'number', minimum: 1 } } }),
    ).toBeUndefined();
  });
  it('drops a field without a key', () => {
    const fresh = { key: '', title: '', type: 'string' as const, choices: [], required: true };
    expect(schemaOf([fresh], {})).toEqual({ type: 'object', properties: {} });
  });
});
