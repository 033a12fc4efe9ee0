import type { Operator, RuleField } from '../../api/automation';

const ORDERED: Operator[] = ['eq', 'ne', 'ge', 'le', 'gt', 'lt', 'between'];
const PRESENCE: Operator[] = ['is_set', 'is_empty'];

/** The comparisons that make sense for a type of field. */
export function operatorsFor(type: RuleField['type'] | undefined): Operator[] {
  switch (type) {
    case 'number':
      return [...ORDERED, 'in', 'not_in', ...PRESENCE];
    case 'date':
    case 'datetime':
      return ['ge', 'le', 'gt', 'lt', 'between', 'eq', 'ne', ...PRESENCE];
    case 'boolean':
      return ['eq', 'ne', ...PRESENCE];
    case 'list':
    case 'object':
      return ['contains', ...PRESENCE];
    case 'choice':
      return ['eq', 'ne', 'in', 'not_in', ...PRESENCE];
    default:
      return ['eq', 'ne', 'in', 'not_in', 'contains', 'starts_with', ...PRESENCE];
  }
}

export type ValueShape = 'none' | 'one' | 'two' | 'many';

export function shapeOf(op: Operator): ValueShape {
  if (op === 'is_set' || op === 'is_empty') return 'none';
  if (op === 'between') return 'two';
  return op === 'in' || op === 'not_in' ? 'many' : 'one';
}

/** The value carried over to another comparison, as far as it fits. */
export function convert(value: unknown, op: Operator): unknown {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  switch (shapeOf(op)) {
    case 'none':
      return undefined;
    case 'one':
      return list[0];
    case 'two':
      return [list[0] ?? null, list[1] ?? null];
    case 'many':
      return list.filter((one) => one !== null);
  }
}

/** What a fresh condition on the field compares with. */
export function firstValue(type: RuleField['type'] | undefined, op: Operator): unknown {
  if (shapeOf(op) === 'many') return [];
  if (shapeOf(op) === 'two') return [null, null];
  return type === 'boolean' ? true : undefined;
}

/** Whether a field is that of one linked card, which only a condition about cards can name. */
export const isOfCard = (field: RuleField): boolean =>
  field.group === 'cards' && /^cards\.\w+\.\w+$/.test(field.path);

export const fieldTitle = (field: RuleField | undefined, path: string): string =>
  field?.title || path;

export const choiceTitle = (field: RuleField | undefined, value: unknown): string | undefined =>
  field?.choices.find((choice) => choice.value === value)?.title;

const ALL: readonly Operator[] = [
  ...ORDERED,
  'in',
  'not_in',
  'contains',
  'starts_with',
  ...PRESENCE,
];

export const isOperator = (text: string): text is Operator =>
  ALL.some((operator) => operator === text);
