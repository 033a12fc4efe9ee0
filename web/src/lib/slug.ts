const LETTERS: Record<string, string> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'yo',
  ж: 'j',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'x',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'sh',
  ъ: '',
  ы: 'i',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
  ў: 'o',
  қ: 'q',
  ғ: 'g',
  ҳ: 'h',
};

/** A short Latin name made of a title in any of our languages: «Весенняя акция» is `vesennyaya-aktsiya`. */
export function slug(title: string, joint: '-' | '_', most = 40): string {
  const plain = [...title.toLowerCase()]
    .map((letter) => LETTERS[letter] ?? letter)
    .join('')
    .replaceAll(/[ʻʼ’'`]/g, '')
    .replaceAll(/[^a-z0-9]+/g, joint);
  // Names begin with a letter.
  return plain
    .replace(/^[^a-z]+/, '')
    .slice(0, most)
    .replace(/[-_]+$/, '');
}
