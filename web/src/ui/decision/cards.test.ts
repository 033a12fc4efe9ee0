import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import type { Criteria, Group, RuleField } from '../../api/automation';
import { allWords } from '../../i18n/all';
import { linkedCards } from './cards';
import { askedCards, conditions, emptyDocument, isCards, isGroup, storedCards } from './document';
import { explain } from './explain';
import { sentence } from './sentence';
import { metWords, stepWords } from './useTold';

const isNew: Group = { all: [{ field: 'cards.vehicle.year', op: 'gt', value: 2020 }] };
const criteria = (has: 'some' | 'none', where: Group = isNew): Criteria => ({
  kind: 'form',
  group: { all: [storedCards({ has, list: 'cards.vehicle', where })] },
});
const FIELDS: RuleField[] = [
  { path: 'cards.vehicle', title: 'Vehicles', type: 'list', choices: [], group: 'cards' },
  { path: 'cards.vehicle.year', title: 'Year', type: 'number', choices: [], group: 'cards' },
];

/** UMS-ENT-05: linked cards in the form, in words, and in what a decision met. */
describe('linked cards', () => {
  it('are neither a group nor a condition, and count as one', () => {
    const cards = storedCards({ has: 'none', list: 'cards.boat', where: { all: [] } });
    expect([isGroup(cards), isCards(cards), isCards({ field: 'x', op: 'eq' })]).toEqual([
      false,
      true,
      false,
    ]);
    expect(askedCards({ some: 'cards.boat' })).toEqual({
      has: 'some',
      list: 'cards.boat',
      where: { all: [] },
    });
    expect(conditions({ any: [cards] })).toHaveLength(1);
  });

  it('come back from what the criteria read of them', () => {
    const read = {
      'cards.vehicle.id': ['a', 'b'],
      'cards.vehicle.year': [2024, null],
      'event.n': 1,
    };
    expect(linkedCards(read)).toEqual({
      vehicle: [
        { id: 'a', year: 2024 },
        { id: 'b', year: null },
      ],
    });
    expect(linkedCards({ 'cards.vehicle.year': null })).toEqual({});
  });

  it.each([
    ['some', [2012, 2024], true],
    ['some', [2012], false],
    ['some', [], false],
    ['none', [2012, null], true],
    ['none', [2024], false],
  ] as const)('%s of %j explain a decision', (has, years, held) => {
    const inputs = { 'cards.vehicle.id': years.map(String), 'cards.vehicle.year': years };
    const [step] = explain(criteria(has), inputs);
    expect(step).toMatchObject({ held, op: has, field: 'cards.vehicle' });
    expect(step?.actual).toEqual(years.map((year) => ({ year })));
  });

  it('are not explained where nothing was read of them', () => {
    expect(explain(criteria('some'), { 'cards.vehicle.year': null })).toMatchObject([
      { held: null },
    ]);
  });

  it.each(['en', 'ru', 'uz'] as const)('are said in %s', async (language) => {
    const words = i18next.createInstance();
    await words.init({
      lng: language,
      resources: { [language]: { translation: allWords[language] } },
      interpolation: { escapeValue: false },
      showSupportNotice: false,
    });
    const speech = { t: words.t, language, fields: FIELDS, types: [] };
    const [step] = explain(criteria('some'), {
      'cards.vehicle.id': ['a'],
      'cards.vehicle.year': [2024],
    });
    if (!step) throw new Error('there is a step');
    const said = sentence({ ...emptyDocument('purchase'), criteria: criteria('some') }, speech);
    const asked = stepWords(step, speech) ?? '';
    expect(said).toContain(asked);
    for (const part of ['Vehicles', 'Year', '020']) expect(asked).toContain(part);
    expect(metWords(step, speech).replaceAll(/\s/g, ' ')).toMatch(/: 1 \(Year: 2.?024\)$/);
    const any = sentence(
      { ...emptyDocument('purchase'), criteria: criteria('none', { all: [] }) },
      speech,
    );
    expect(any).toContain('Vehicles');
    expect(any).not.toContain('Year');
  });
});
