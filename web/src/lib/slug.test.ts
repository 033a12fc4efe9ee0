import { describe, expect, it } from 'vitest';
import { slug } from './slug';

describe('a short name', () => {
  it.each([
    ['Весенняя акция', 'vesennyaya-aktsiya'],
    ['Yangi yil: oʻyin', 'yangi-yil-oyin'],
    ['10 % off!', 'off'],
    ['—', ''],
  ])('is made of «%s»', (title, name) => {
    expect(slug(title, '-')).toBe(name);
  });
  it('is cut to its length without a joint at its end', () => {
    expect(slug('ab cd', '_', 3)).toBe('ab');
  });
});
