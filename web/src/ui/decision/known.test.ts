import { describe, expect, it } from 'vitest';
import type { RuleField } from '../../api/automation';
import { meant, offered, setOf, withEntries } from './known';

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
    const found = {
      typed: [{ value: 'X-1', title: 'Khorezm' }],
      named: [{ value: 'X-2', title: 'Navoi' }],
    };
    const options = offered(of?.choices ?? [], found, 'хорезм');
    expect(options.map(({ value, label }) => [value, label])).toEqual([
      ['north', 'North'],
      ['center', 'Centre'],
      ['X-1', 'Khorezm'],
      ['X-2', 'Navoi'],
    ]);
    // Found by its Russian name while it is shown by its English one.
    expect(options.filter(({ search }) => search.includes('хорезм'))).toHaveLength(1);
  });

  it('are what was typed, by title or code; of several nobody knows which', () => {
    const read = [
      { value: 'north', title: 'Север' },
      { value: 'north-east', title: 'Северо-восток' },
      { value: 'south', title: 'Юг' },
    ];
    const choices = offered(read, { typed: [], named: [] }, '');
    expect(meant('Север', choices)).toBe('north');
    expect(meant(' NORTH ', choices)).toBe('north');
    expect(meant('южн', choices)).toBe('южн');
    expect(meant('sou', choices)).toBe('south');
    expect(meant('сев', choices)).toBeUndefined();
    expect(meant('west', choices)).toBe('west');
    expect(meant('  ', choices)).toBeUndefined();
    const typed = [{ value: 'X-1', title: 'Khorezm' }];
    expect(meant('хор', offered(read, { typed, named: [] }, 'хор'))).toBe('X-1');
  });
});
