import { describe, expect, it } from 'vitest';
import { allWords } from './all';

const { en, ru, uz } = allWords;

function flat(words: object, path = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') out.set(path + key, value);
    else for (const [inner, text] of flat(value as object, `${path}${key}.`)) out.set(inner, text);
  }
  return out;
}
const holes = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

const source = flat(en);

describe.each([
  ['ru', flat(ru)],
  ['uz', flat(uz)],
])('the words in %s', (_, words) => {
  it('have exactly the keys of English, none of them empty', () => {
    expect([...words.keys()].sort()).toEqual([...source.keys()].sort());
    expect([...words].filter(([, text]) => text.trim() === '')).toEqual([]);
  });
  it('have the same holes to fill in', () => {
    for (const [key, text] of words)
      expect([key, holes(text)]).toEqual([key, holes(source.get(key) ?? '')]);
  });
});

describe('Uzbek', () => {
  it('is written with the letter ʻ, not with an apostrophe', () => {
    for (const [key, text] of flat(uz))
      expect([key, /[og]['’`]/i.test(text)]).toEqual([key, false]);
  });
});

describe('a contact', () => {
  it.each([
    ['ru', flat(ru), /обращени/i],
    ['uz', flat(uz), /murojaat/i],
  ])('is never named in %s by the word for a case', (_, words, caseWord) => {
    const named = [...words].filter(
      ([key, text]) => !key.startsWith('case') && caseWord.test(text),
    );
    expect(named).toEqual([]);
  });
});
