import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import type { EventType, FieldInWords } from '../../api/automation';
import { localised } from './localise';

const t = ((key: string) => key) as unknown as TFunction;
const field = (path: string, type: FieldInWords['type']): FieldInWords =>
  ({ path, type, title: path, choices: [], group: 'event' }) as FieldInWords;
const TYPE = {
  name: 'visit',
  schema: {
    properties: {
      topics: {
        type: 'array',
        items: { enum: ['tv', 'sim', 7], 'x-choices': { tv: { ru: 'Телевидение' } } },
      },
      pages: { type: 'array', items: { type: 'string' } },
    },
  },
} as unknown as EventType;

describe('fields in the person’s language', () => {
  it('offer for a list what the type of event says each of it may be', () => {
    const [topics, pages] = localised(
      [field('event.topics', 'list'), field('event.pages', 'list')],
      TYPE,
      'ru',
      t,
    );
    expect(topics?.choices).toEqual([
      { value: 'tv', title: 'Телевидение' },
      { value: 'sim', title: 'sim' },
    ]);
    expect(pages?.choices).toEqual([]);
  });
});
