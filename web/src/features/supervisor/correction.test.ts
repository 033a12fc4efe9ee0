import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import type { ContactDetail } from '../../api/contract';
import { Problem } from '../../api/problem';
import { correctionErrors, correctionOf, valuesOf } from './correction';

const text = (word: string) => ({ en: word, ru: word, uz: word });
const contact = {
  topic_id: 'gone',
  topic: null,
  result_id: 'solved',
  result: { id: 'solved', version: 1, name: text('Solved') },
  note: 'June invoice',
} as unknown as ContactDetail;

describe('the correction of a wrap-up', () => {
  it('begins with what was said, without a topic that is no longer in use', () => {
    expect(valuesOf(contact)).toEqual({ result_id: 'solved', note: 'June invoice' });
  });
  it('says what was left empty', () => {
    expect(correctionOf({ result_id: 'solved' })).toEqual({
      topic_id: null,
      result_id: 'solved',
      note: '',
    });
  });
  it('shows the refusals of the server on their fields, in words of this page', () => {
    const problem = new Problem(
      {
        code: 'invalid',
        errors: [
          { pointer: '/topic_id', detail: 'this topic does not exist' },
          { pointer: '/elsewhere', detail: 'unknown' },
        ],
      },
      422,
    );
    const t = ((key: string) => key) as unknown as TFunction;
    expect(correctionErrors(problem, t)).toEqual([
      { name: 'topic_id', errors: ['contacts.correction.topicGone'] },
    ]);
  });
});
