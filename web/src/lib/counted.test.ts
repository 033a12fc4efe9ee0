import { expect, test } from 'vitest';
import { counted } from './counted';

test('a kind of points is named as the number before it asks', () => {
  const said = (language: string, name: string, ...amounts: number[]) =>
    amounts.map((amount) => `${amount} ${counted(name, amount, language)}`);
  expect(said('ru', 'Баллы', 1, 2, 5, 11, 21, 600, -3, 1.5)).toEqual([
    '1 балл',
    '2 балла',
    '5 баллов',
    '11 баллов',
    '21 балл',
    '600 баллов',
    '-3 балла',
    '1.5 балла',
  ]);
  expect(said('ru', 'Мили', 1, 12)).toEqual(['1 миля', '12 миль']);
  expect(said('en', 'Points', 1, 0, 300)).toEqual(['1 point', '0 points', '300 points']);
  expect(said('uz', 'Ballar', 1, 300)).toEqual(['1 ball', '300 ball']);
});

test('a name of its own stays as people wrote it', () => {
  expect(counted('silk-miles', 12, 'ru')).toBe('silk-miles');
  expect(counted('Silk Points', 1, 'en')).toBe('Silk Points');
  expect(counted('Kumush ballar', 5, 'uz')).toBe('Kumush ballar');
  expect(counted('Dollar', 5, 'uz')).toBe('Dollar');
});
