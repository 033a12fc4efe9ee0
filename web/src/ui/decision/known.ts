import type { RuleField } from '../../api/automation';
import type { LocalText } from '../../api/contract';
import type { MasterKind } from '../../api/loyalty';
import { localText } from '../../lib/format';

/** A list of the server whose codes are the values of a field. */
export type KnownSet = MasterKind | 'tier' | 'programme' | 'bonus_type' | 'partner';

/** What an entry of such a list is called. */
export interface Entry {
  code: string;
  title?: LocalText | null;
}

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

/** The fields with the entries of their lists as choices. They stay texts: what is in no list is typed. */
export function withEntries(
  fields: readonly RuleField[],
  event: string | undefined,
  entries: ReadonlyMap<KnownSet, readonly Entry[]>,
  language: string,
): RuleField[] {
  return fields.map((field) => {
    const set = setOf(field, event);
    const found = set && entries.get(set);
    if (!found?.length) return field;
    // Two programmes may have tiers of one code: for a condition it is one value.
    const choices = new Map(
      found.map(({ code, title }) => {
        return [code, { value: code, title: localText(title ?? undefined, language) || code }];
      }),
    );
    return { ...field, choices: [...choices.values()] };
  });
}

/** What was meant by a text that was typed where entries are looked for: an entry, or the text itself. */
export function meant(
  typed: string,
  choices: readonly { value: string; title: string }[],
): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text === '') return undefined;
  const same = choices.find(
    ({ value, title }) => value.toLowerCase() === text || title.toLowerCase() === text,
  );
  if (same) return same.value;
  const near = choices.filter(({ value, title }) =>
    `${title} ${value}`.toLowerCase().includes(text),
  );
  if (near.length === 0) return typed.trim();
  // One is what was looked for; of several nobody knows which.
  return near.length === 1 ? near[0]?.value : undefined;
}
