import { describe, expect, it } from 'vitest';
import { fieldsOf, schemaOf } from './schema';

describe('the form of an event type', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: {
      amount: { type: 'number', title: 'Amount', 'x-unit': 'UZS', minimum: 0 },
      tier: { type: 'string', enum: ['gold', 'silver'], 'x-choices': { gold: { en: 'Gold' } } },
      at: { type: 'string', format: 'date-time' },
      lines: { type: 'array', items: { type: 'string' } },
    },
    required: ['amount'],
  };
  it('gives back the schema that it was made from', () => {
    const fields = fieldsOf(schema);
    expect(fields?.map((field) => field.type)).toEqual(['number', 'enum', 'date-time', 'other']);
    expect(schemaOf(fields ?? [], schema)).toEqual(schema);
  });
  it('forgets what belonged to a type when the type changes', () => {
    const fields = (fieldsOf(schema) ?? []).map((field) =>
      field.key === 'amount' ? { ...field, type: 'string' as const } : field,
    );
    expect(schemaOf(fields, schema).properties?.amount).toEqual({
      type: 'string',
      title: 'Amount',
    });
  });
  it('leaves a schema that says more to the JSON editor', () => {
    expect(fieldsOf({ type: 'object', anyOf: [] })).toBeUndefined();
  });
  it('drops a field without a key', () => {
    const fresh = { key: '', title: '', type: 'string' as const, choices: [], required: true };
    expect(schemaOf([fresh], {})).toEqual({ type: 'object', properties: {} });
  });
});
