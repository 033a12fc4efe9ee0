import type {
  Cards,
  Condition,
  Criteria,
  Criterion,
  Group,
  Reaction,
  ReactionKind,
  RuleDocument,
} from '../../api/automation';

export type Path = readonly (string | number)[];

export const emptyDocument = (event = ''): RuleDocument => ({
  event,
  criteria: emptyCriteria('form'),
  hours: null,
  valid_from: null,
  valid_to: null,
  limit: null,
  reactions: [],
  on_error: 'continue',
  goal: null,
  interest: null,
  tests: [],
});

export function emptyCriteria(kind: Criteria['kind']): Criteria {
  if (kind === 'form') return { kind, group: { all: [] } };
  if (kind === 'expression') return { kind, text: '' };
  return {
    kind,
    table: {
      hitPolicy: 'first',
      inputs: [{ id: 'in1', name: '', field: '' }],
      outputs: [{ id: 'out1', name: 'reaction', field: 'reaction' }],
      // The last row, which asks nothing, says what holds otherwise.
      rules: [{ _id: 'row1', in1: '', out1: '' }],
    },
  };
}

/** A copy of `whole` in which `path` holds `value`; `undefined` takes the field away. */
export function setAt<T>(whole: T, path: Path, value: unknown): T {
  const [head, ...rest] = path;
  if (head === undefined) return value as T;
  if (Array.isArray(whole)) {
    const copy: unknown[] = [...whole];
    copy[Number(head)] = setAt(copy[Number(head)], rest, value);
    return copy as T;
  }
  const copy = { ...(whole as Record<string, unknown>) };
  const next = setAt(copy[head], rest, value);
  if (next === undefined) delete copy[head];
  else copy[head] = next;
  return copy as T;
}

export const pointerOf = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export const isGroup = (one: Criterion): one is Group =>
  'all' in one || 'any' in one || 'not' in one;

export const isCards = (one: Criterion): one is Cards => 'some' in one || 'none' in one;

/** Which cards are asked for: whether there are some or none, of which list, and of which of them. */
export interface AskedCards {
  has: 'some' | 'none';
  list: string;
  where: Group;
}

export const askedCards = (cards: Cards): AskedCards => ({
  ...('some' in cards ? { has: 'some', list: cards.some } : { has: 'none', list: cards.none }),
  where: cards.where ?? { all: [] },
});

export const storedCards = ({ has, list, where }: AskedCards): Cards =>
  has === 'some' ? { some: list, where } : { none: list, where };

/** A group as it is shown: which of its items must hold, and whether it is turned around. */
export interface ShownGroup {
  mode: 'all' | 'any';
  negated: boolean;
  items: Criterion[];
  /** Where the items stand, from the group on. */
  at: Path;
}

export function shown(group: Group): ShownGroup {
  if ('not' in group) {
    const inner = shown(group.not);
    return { ...inner, negated: !inner.negated, at: ['not', ...inner.at] };
  }
  return 'any' in group
    ? { mode: 'any', negated: false, items: group.any, at: ['any'] }
    : { mode: 'all', negated: false, items: group.all, at: ['all'] };
}

export function stored({ mode, negated, items }: Omit<ShownGroup, 'at'>): Group {
  const plain: Group = mode === 'any' ? { any: items } : { all: items };
  return negated ? { not: plain } : plain;
}

/** Every condition of a form, wherever it is nested. */
export function conditions(group: Group): (Condition | Cards)[] {
  return shown(group).items.flatMap((one) => (isGroup(one) ? conditions(one) : [one]));
}

/** Whether criteria ask nothing yet. */
export function isBlank(criteria: Criteria): boolean {
  if (criteria.kind === 'form') return conditions(criteria.group).length === 0;
  if (criteria.kind === 'expression') return criteria.text.trim() === '';
  return criteria.table.rules.every((row) =>
    Object.entries(row).every(([key, cell]) => key.startsWith('_') || !cell),
  );
}

/** `base`, or `base_2`, `base_3`... when it is taken: keys are letters, digits and `_`. */
export function freeKey(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.includes(`${base}_${n}`)) return `${base}_${n}`;
}

const NAMES: Record<ReactionKind, string> = {
  message: 'message',
  emit: 'event',
  set_attribute: 'attribute',
  start_flow: 'flow',
  call: 'call',
  task: 'task',
  accrue: 'points',
};

export function newReaction(kind: ReactionKind, others: readonly Reaction[]): Reaction {
  const key = freeKey(
    NAMES[kind],
    others.map((one) => one.key),
  );
  const common = { key, after_seconds: 0, unless: null };
  switch (kind) {
    case 'message':
      return { ...common, kind, channel: 'preferred', template: '', class: 'marketing' };
    case 'emit':
      return { ...common, kind, event: '', data: {} };
    case 'set_attribute':
      return { ...common, kind, attribute: '', value: '' };
    case 'start_flow':
      return { ...common, kind, flow: '', variables: {} };
    case 'call':
      return { ...common, kind, connector: '', operation: '', input: {} };
    case 'task':
      return { ...common, kind, title: '', role: '', deadline_seconds: null };
    case 'accrue':
      return { ...common, kind, bonus_type: '', amount: '', validity_days: null, reason: null };
  }
}

/** The list with one item moved by `step`; as it was at its ends. */
export function moved<T>(list: readonly T[], index: number, step: number): T[] {
  const copy = [...list];
  const [item] = copy.splice(index, 1);
  if (item !== undefined) copy.splice(Math.max(0, Math.min(copy.length, index + step)), 0, item);
  return copy;
}

/** Names of the event's fields that the rule reads, wherever they stand. */
export function fieldsRead({ criteria, reactions }: RuleDocument): string[] {
  const found = JSON.stringify([criteria, reactions]).matchAll(/event\.([a-z0-9_]+)/g);
  return [...new Set([...found].map(([, name = '']) => name))];
}
