import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EventType, RuleDocument, RuleField } from '../../api/automation';
import { allWords } from '../../i18n/all';
import { emptyDocument } from './document';
import { sentence } from './sentence';

const { en, ru, uz } = allWords;

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('the sentence', () => {
  const fieldsIn = (n: number): RuleField[] => [
    {
      path: 'event.amount',
      title: ['Amount', 'Сумма', 'Summa'][n] ?? '',
      type: 'number',
      unit: 'UZS',
      choices: [],
      group: 'event',
    },
    {
      path: 'event.category',
      title: ['Category', 'Категория', 'Turkum'][n] ?? '',
      type: 'choice',
      choices: [{ value: 'furniture', title: ['Furniture', 'Мебель', 'Mebel'][n] ?? '' }],
      group: 'event',
    },
  ];
  const type: EventType = {
    name: 'purchase',
    title: { en: 'Purchase', ru: 'Покупка', uz: 'Xarid' },
    description: '',
    schema: {},
    subject: 'phone',
    retention_days: 1,
    version: 1,
    updated_at: '2026-03-02T07:00:00Z',
    built_in: false,
  };
  const document: RuleDocument = {
    ...emptyDocument('purchase'),
    criteria: {
      kind: 'form',
      group: {
        all: [
          { field: 'event.amount', op: 'ge', value: 100_000 },
          { any: [{ field: 'event.category', op: 'eq', value: 'furniture' }] },
        ],
      },
    },
    hours: { days: [1, 2, 3, 4, 5], from: '09:00', to: '21:00' },
    limit: { times: 1, per_seconds: 86_400 },
    reactions: [
      { key: 'm', kind: 'message', channel: 'preferred', template: 'thanks', class: 'marketing' },
      {
        key: 'o',
        kind: 'message',
        channel: 'sms',
        template: 'offer',
        class: 'marketing',
        after_seconds: 604_800,
        unless: { event: 'purchase' },
      },
    ],
  };
  beforeAll(() =>
    i18next.init({
      lng: 'en',
      interpolation: { escapeValue: false },
      showSupportNotice: false,
      resources: {
        en: { translation: en },
        ru: { translation: ru },
        uz: { translation: uz },
      },
    }),
  );
  /** BRE-RULE-03: the author reads what the rule says. */
  it.each([
    [
      'en',
      'When “Purchase” comes and Amount is at least 100,000 UZS and Category is Furniture, Mon–Fri from 09:00 to 21:00, at most 1 × in 1 day for one customer: send “thanks” by the preferred channel; after 7 days, unless “Purchase” happens meanwhile, send “offer” by SMS.',
    ],
    [
      'ru',
      'Когда приходит событие «Покупка» и Сумма не меньше 100 000 UZS и Категория равно Мебель, пн–пт с 09:00 до 21:00, не больше 1 × за 1 день на одного клиента: отправить «thanks» — по предпочитаемому каналу; через 7 дней, если за это время не произошло «Покупка», отправить «offer» — по SMS.',
    ],
    [
      'uz',
      '«Xarid» hodisasi kelganda va Summa 100 000 UZS dan kam emas va Turkum Mebel ga teng boʻlsa, du–ju, 09:00 dan 21:00 gacha, bir mijozga 1 kun ichida koʻpi bilan 1 ×: «thanks» xabarini yuborish (afzal kanal); 7 kundan keyin, shu vaqt ichida «Xarid» sodir boʻlmasa, «offer» xabarini yuborish (SMS).',
    ],
  ])('is whole in %s', (language, said) => {
    const t = i18next.getFixedT(language);
    const fields = fieldsIn(['en', 'ru', 'uz'].indexOf(language));
    expect(plain(sentence(document, { t, language, fields, types: [type] }))).toBe(said);
  });
  it('is whole for a rule that has nothing yet', () => {
    const t = i18next.getFixedT('en');
    expect(sentence(emptyDocument(), { t, language: 'en', fields: [], types: [] })).toBe(
      'When “…” comes, nothing happens yet.',
    );
  });
});
