import { describe, expect, it } from 'vitest';
import { age, duration, localText, phone, timer } from './format';
import { actionOf, confirms, type KeyPress, keyLabel, SHORTCUTS } from './keys';
import { matches } from './search';
import { secondsSince, secondsUntil } from './time';

describe('a duration', () => {
  it('is minutes and seconds, with hours when there are any', () => {
    expect([0, 9, 75, 3_700, -5].map(duration)).toEqual([
      '0:00',
      '0:09',
      '1:15',
      '1:01:40',
      '0:00',
    ]);
    expect(timer(75)).toBe('01:15');
    expect(timer(3_700)).toBe('1:01:40');
  });
  it('of data is exact below ten seconds', () => {
    expect([0, 240, 9_940, 12_400].map((ms) => age(ms, 'en'))).toEqual(['0.0', '0.2', '9.9', '12']);
    expect(age(240, 'ru')).toBe('0,2');
  });
  it('runs from server time and never below zero', () => {
    const now = Date.parse('2026-11-22T10:00:10.400Z');
    expect(secondsSince('2026-11-22T10:00:00.000Z', now)).toBe(10);
    expect(secondsSince('2026-11-22T10:00:11.000Z', now)).toBe(0);
    expect(secondsUntil('2026-11-22T10:00:11.000Z', now)).toBe(1);
    expect(secondsUntil('2026-11-22T10:00:00.000Z', now)).toBe(0);
  });
});

describe('a telephone number', () => {
  it('is grouped when its country is known and left alone otherwise', () => {
    expect(phone('+998901234567')).toBe('+998 90 123 45 67');
    expect(phone('79161234567')).toBe('+7 916 123 45 67');
    expect(phone('1000')).toBe('1000');
    expect(phone('anonymous')).toBe('anonymous');
    expect(phone(undefined)).toBe('—');
  });
});

describe('a name in three languages', () => {
  it('falls back to English and then to whatever there is', () => {
    expect(localText({ en: 'Lunch', ru: 'Обед' }, 'ru')).toBe('Обед');
    expect(localText({ en: 'Lunch', uz: '' }, 'uz')).toBe('Lunch');
    expect(localText({ ru: 'Обед' }, 'en')).toBe('Обед');
    expect(localText(undefined, 'en')).toBe('');
  });
});

describe('search', () => {
  it('finds every word in any order and does not mind which apostrophe was typed', () => {
    expect(matches('Oʻzbekiston boʻlimi', "o'zbek bo`lim")).toBe(true);
    expect(matches('Go ready', 'ready go')).toBe(true);
    expect(matches('Go ready', 'not')).toBe(false);
    expect(matches('Ёлка', 'елка')).toBe(true);
  });
});

describe('a shortcut', () => {
  const press = (code: string, more: Partial<KeyPress> = {}): KeyPress => ({
    code,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    repeat: false,
    ...more,
  });
  it('goes by the place of the key, whatever letter the layout has there', () => {
    expect(actionOf(press('KeyA', { altKey: true }))).toBe('accept');
    expect(actionOf(press('KeyK', { ctrlKey: true }))).toBe('palette');
    expect(actionOf(press('KeyK', { metaKey: true }))).toBe('palette');
    expect(actionOf(press('KeyE', { altKey: true }))).toBe('end');
  });
  it('never takes a plain letter, a held key or another modifier', () => {
    expect(actionOf(press('KeyA'))).toBeUndefined();
    expect(actionOf(press('KeyA', { altKey: true, repeat: true }))).toBeUndefined();
    expect(actionOf(press('KeyA', { altKey: true, ctrlKey: true }))).toBeUndefined();
    expect(actionOf(press('KeyA', { altKey: true, shiftKey: true }))).toBeUndefined();
  });
  it('belongs to one action only, and every one has a label', () => {
    const labels = (Object.keys(SHORTCUTS) as (keyof typeof SHORTCUTS)[]).map(keyLabel);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels).toContain('Alt+/');
  });
  it('that has to be pressed twice is not confirmed by a bounce or much later', () => {
    expect(confirms(undefined, 1_000)).toBe(false);
    expect(confirms(1_000, 1_100)).toBe(false);
    expect(confirms(1_000, 1_500)).toBe(true);
    expect(confirms(1_000, 9_000)).toBe(false);
  });
});
