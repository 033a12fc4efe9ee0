import { describe, expect, it } from 'vitest';
import type { Group, RuleField } from '../../api/automation';
import { meant, named, offered, setOf, unnamedIn, withEntries } from './known';

const field = (path: string, type: RuleField['type'] = 'text'): RuleField =>
  ({ path, type, title: path, choices: [], group: 'event' }) as unknown as RuleField;
const REGIONS = [
  { code: 'north', title: { ru: 'Север', en: 'North' } },
  { code: 'center', title: { ru: 'Центр', en: 'Centre' } },
  { code: 'X-1', title: null },
];

/** CIMP-TIER-02, CIMP-MST-06 */
describe('values that are in a list of the programme', () => {
  it('are those of accounts in every condition, and of events of the programme alone', () => {
    expect(setOf(field('account.region'))).toBe('region');
    expect(setOf(field('account.tier'), 'purchase')).toBe('tier');
    expect(setOf(field('event.merchant'), 'loyalty.purchase')).toBe('merchant');
    expect(setOf(field('event.merchant'), 'purchase')).toBeUndefined();
    expect(setOf(field('customer.region'), 'loyalty.purchase')).toBeUndefined();
    expect(setOf(field('event.tier', 'choice'), 'loyalty.tier_changed')).toBeUndefined();
  });

  it('are offered by title in the person’s language, each code once', () => {
    const macroregions = { entries: [...REGIONS, ...REGIONS], more: false };
    const entries = new Map([['macroregion' as const, macroregions]]);
    const [of, other] = withEntries(
      [field('account.macroregion'), field('account.number')],
      undefined,
      entries,
      'ru',
    );
    expect(of?.type).toBe('text');
    expect(of?.choices).toEqual([
      { value: 'north', title: 'Север' },
      { value: 'center', title: 'Центр' },
      { value: 'X-1', title: 'X-1' },
    ]);
    expect(of?.more).toBeUndefined();
    expect(other?.choices).toEqual([]);
  });

  it('are searched for where the list is longer than what was read of it', () => {
    const lists = new Map([['region' as const, { entries: REGIONS, more: true }]]);
    const [of] = withEntries([field('account.region')], undefined, lists, 'en');
    expect(of?.more).toBe('region');
    const found = [{ value: 'X-1', title: 'Khorezm' }];
    const options = offered(of?.choices ?? [], found, 'хорезм');
    expect(options.map(({ value, label }) => [value, label])).toEqual([
      ['north', 'North'],
      ['center', 'Centre'],
      ['X-1', 'Khorezm'],
    ]);
    // Found by its Russian name while it is shown by its English one.
    expect(options.filter(({ search }) => search.includes('хорезм'))).toHaveLength(1);
  });

  it('have names in words also where their codes were not read with the list', () => {
    const lists = new Map([['region' as const, { entries: REGIONS, more: true }]]);
    const fields = withEntries(
      [field('account.region'), field('account.tier')],
      undefined,
      lists,
      'en',
    );
    const group: Group = {
      all: [
        { field: 'account.region', op: 'in', value: ['north', 'X-7', ''] },
        { not: { any: [{ field: 'account.region', op: 'eq', value: 'X-8' }] } },
        { field: 'account.tier', op: 'eq', value: 'gold' },
      ],
    };
    const wanted = unnamedIn(group, fields);
    expect(wanted).toEqual([
      { set: 'region', q: 'X-7' },
      { set: 'region', q: 'X-8' },
    ]);
    const found = [
      [
        { value: 'X-70', title: 'Another' },
        { value: 'X-7', title: 'Navoi' },
      ],
      [],
    ];
    const [region, tier] = named(fields, wanted, found);
    expect(region?.choices.slice(3)).toEqual([{ value: 'X-7', title: 'Navoi' }]);
    expect(tier?.choices).toEqual([]);
  });

  it('are what was typed, by title or code; of several nobody knows which', () => {
    const read = [
      { value: 'north', title: 'Север' },
      { value: 'north-east', title: 'Северо-восток' },
      { value: 'south', title: 'Юг' },
    ];
    const choices = offered(read);
    expect(meant('Север', choices)).toBe('north');
    expect(meant(' NORTH ', choices)).toBe('north');
    expect(meant('южн', choices)).toBe('южн');
    expect(meant('sou', choices)).toBe('south');
    expect(meant('сев', choices)).toBeUndefined();
    expect(meant('west', choices)).toBe('west');
    expect(meant('  ', choices)).toBeUndefined();
    const typed = [{ value: 'X-1', title: 'Khorezm' }];
    expect(meant('хор', offered(read, typed, 'хор'))).toBe('X-1');
  });
});
