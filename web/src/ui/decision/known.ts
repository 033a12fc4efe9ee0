import type { Group, RuleField } from '../../api/automation';
import type { LocalText } from '../../api/contract';
import type { MasterKind } from '../../api/loyalty';
import { localText } from '../../lib/format';
import { conditions, isCards } from './document';

/** A list of the server whose codes are the values of a field. */
export type KnownSet = MasterKind | 'tier' | 'programme' | 'bonus_type' | 'partner';

/** What an entry of such a list is called. */
export interface Entry {
  code: string;
  title?: LocalText | null;
}

/** As much of a list as was read. */
export interface Listed {
  entries: readonly Entry[];
  /** Whether there are more. */
  more: boolean;
}

/** A field whose values may be in a list; of one that is longer than what was read, the rest is found by searching. */
export type KnownField = RuleField & { more?: KnownSet };
export type Choices = RuleField['choices'];

/** What is known of every account. */
const OF_ACCOUNTS: Record<string, KnownSet> = {
  'account.tier': 'tier',
  'account.macroregion': 'macroregion',
  'account.region': 'region',
};
/** What events of the programme speak of by code; other systems have words of their own under the same names. */
const OF_EVENTS: Record<string, KnownSet> = {
  'event.programme': 'programme',
  'event.tier': 'tier',
  'event.bonus_type': 'bonus_type',
  'event.partner': 'partner',
  'event.merchant': 'merchant',
  'event.merchandise': 'merchandise',
  'event.service_line': 'service_line',
  'event.macroregion': 'macroregion',
  'event.region': 'region',
  'event.tariff_plan': 'tariff_plan',
  'event.reason': 'reason',
};

/** The list that the values of this field are in, in a condition on such an event. */
export function setOf({ path, type }: RuleField, event = ''): KnownSet | undefined {
  if (type !== 'text') return undefined;
  return OF_ACCOUNTS[path] ?? (event.startsWith('loyalty.') ? OF_EVENTS[path] : undefined);
}

/** Entries as choices, each code once: two programmes may have tiers of one code, for a condition it is one value. */
export function choicesOf(entries: readonly Entry[], language: string): Choices {
  const choices = new Map(
    entries.map(({ code, title }) => {
      return [code, { value: code, title: localText(title ?? undefined, language) || code }];
    }),
  );
  return [...choices.values()];
}

/** The fields with the entries of their lists as choices. They stay texts: what is in no list is typed. */
export function withEntries(
  fields: readonly RuleField[],
  event: string | undefined,
  lists: ReadonlyMap<KnownSet, Listed>,
  language: string,
): KnownField[] {
  return fields.map((field) => {
    const set = setOf(field, event);
    const found = set && lists.get(set);
    if (!found?.entries.length) return field;
    const choices = choicesOf(found.entries, language);
    return { ...field, choices, ...(found.more ? { more: set } : {}) };
  });
}

/** What is looked for in a list: a part of a name, or a code. */
export interface Wanted {
  set: KnownSet;
  q: string;
}

const isIn = (choices: Readonly<Choices>, code: string) =>
  choices.some(({ value }) => value === code);

/** Of these codes those that were not among what was read of the field's list. */
export function unnamed({ more, choices }: KnownField, codes: readonly unknown[]): Wanted[] {
  return codes
    .filter((code): code is string => typeof code === 'string' && code !== '')
    .flatMap((code) => (more && !isIn(choices, code) ? [{ set: more, q: code }] : []));
}

/** The same of every condition of a form. */
export const unnamedIn = (group: Group, fields: readonly KnownField[]): Wanted[] =>
  conditions(group).flatMap((one) => {
    if (isCards(one)) return [];
    const field = fields.find(({ path }) => path === one.field);
    return field ? unnamed(field, [one.value].flat()) : [];
  });

/** The fields with the entries whose codes were wanted. */
export function named(
  fields: readonly KnownField[],
  wanted: readonly Wanted[],
  found: readonly Readonly<Choices>[],
): KnownField[] {
  return fields.map((field) => {
    const codes = wanted.flatMap(({ set, q }, n) =>
      set === field.more ? (found[n] ?? []).filter(({ value }) => value === q) : [],
    );
    return codes.length > 0 ? { ...field, choices: [...field.choices, ...codes] } : field;
  });
}

/** An entry in a picker; it is found by `search`. */
export interface Option {
  value: string;
  label: string;
  search: string;
}

/** What a picker offers, each code once. What a search found is shown whatever the language it was found by. */
export function offered(
  choices: Readonly<Choices>,
  found: Readonly<Choices> = [],
  typed = '',
): Option[] {
  const option = (search: string) => (one: Choices[number]) => ({
    value: one.value,
    label: one.title || one.value,
    search: `${one.title} ${one.value}${search}`,
  });
  const options = [...choices.map(option('')), ...found.map(option(` ${typed}`))];
  return [...new Map(options.map((one) => [one.value, one])).values()];
}

/** What was meant by a text that was typed where entries are looked for: an entry, or the text itself. */
export function meant(typed: string, options: readonly Option[]): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text === '') return undefined;
  const same = options.find(
    ({ value, label }) => value.toLowerCase() === text || label.toLowerCase() === text,
  );
  if (same) return same.value;
  const near = options.filter(({ search }) => search.toLowerCase().includes(text));
  if (near.length === 0) return typed.trim();
  // One is what was looked for; of several nobody knows which.
  return near.length === 1 ? near[0]?.value : undefined;
}
