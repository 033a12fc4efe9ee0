import type { Cards, Condition, Criteria, Group } from '../../api/automation';
import type { TraceStep } from '../../api/trials';
import { linkedCards } from './cards';
import { askedCards, isCards, isGroup, shown } from './document';

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** Which of two values of one kind comes first; nothing where they cannot be compared. */
function order(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  const [a, b] = [Date.parse(left), Date.parse(right)];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  return left < right ? -1 : Number(left > right);
}

/** Whether a condition holds for a value, as the language means it: a comparison with nothing is false. */
export function holds({ op, value }: Condition, actual: unknown): boolean {
  if (op === 'is_empty') return isNothing(actual) || actual === '';
  if (op === 'is_set') return !isNothing(actual) && actual !== '';
  if (isNothing(actual)) return false;
  const list = Array.isArray(value) ? value : [value];
  const against = (wanted: unknown, fits: (by: number) => boolean) => {
    const by = order(actual, wanted);
    return by !== undefined && fits(by);
  };
  switch (op) {
    case 'eq':
      return actual === value || against(value, (by) => by === 0);
    case 'ne':
      return actual !== value;
    case 'lt':
      return against(value, (by) => by < 0);
    case 'le':
      return against(value, (by) => by <= 0);
    case 'gt':
      return against(value, (by) => by > 0);
    case 'ge':
      return against(value, (by) => by >= 0);
    case 'in':
      return list.includes(actual);
    case 'not_in':
      return !list.includes(actual);
    case 'between':
      return against(list[0], (by) => by >= 0) && against(list[1], (by) => by <= 0);
    case 'contains':
      return typeof actual === 'string' ? actual.includes(String(value)) : listed(actual, value);
    case 'starts_with':
      return typeof actual === 'string' && actual.startsWith(String(value));
  }
}

const listed = (list: unknown, value: unknown): boolean =>
  Array.isArray(list) && list.includes(value);

/** Whether a group holds for one card of a list, `cards.vehicle`; what is not asked of the card is taken from `inputs`. */
function holdsOf(
  group: Group,
  list: string,
  card: Record<string, unknown>,
  inputs: Record<string, unknown>,
): boolean {
  const { mode, negated, items } = shown(group);
  const one = (item: (typeof items)[number]): boolean => {
    if (isGroup(item)) return holdsOf(item, list, card, inputs);
    if (isCards(item)) return false;
    const own = item.field.startsWith(`${list}.`);
    return holds(item, own ? card[item.field.slice(list.length + 1)] : inputs[item.field]);
  };
  return (mode === 'all' ? items.every(one) : items.some(one)) !== negated;
}

function ofCards(asked: Cards, inputs: Record<string, unknown>): TraceStep {
  const { has, list, where } = askedCards(asked);
  const cards = linkedCards(inputs)[list.replace(/^cards\./, '')];
  const any = (cards ?? []).some((card) => holdsOf(where, list, card, inputs));
  return {
    part: 'criteria',
    held: cards ? any === (has === 'some') : null,
    field: list,
    op: has,
    value: where,
    ...(cards ? { actual: cards.map(({ id: _, ...read }) => read) } : {}),
  };
}

function ofGroup(group: Group, inputs: Record<string, unknown>): TraceStep[] {
  return shown(group).items.flatMap((one): TraceStep[] => {
    if (isGroup(one)) return ofGroup(one, inputs);
    if (isCards(one)) return [ofCards(one, inputs)];
    const known = one.field in inputs;
    const actual = inputs[one.field] ?? null;
    return [
      {
        part: 'criteria',
        held: known ? holds(one, actual) : null,
        field: one.field,
        op: one.op,
        value: one.value,
        ...(known ? { actual } : {}),
      },
    ];
  });
}

/** What each condition of the form met, from what the rule read: the reasons of a decision. */
export function explain(criteria: Criteria, inputs: Record<string, unknown>): TraceStep[] {
  if (criteria.kind === 'form') return ofGroup(criteria.group, inputs);
  return Object.entries(inputs).map(([field, actual]) => ({
    part: 'criteria',
    held: null,
    field,
    actual,
  }));
}
