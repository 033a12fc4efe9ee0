/** Uzbek Latin is typed with many kinds of apostrophe; search ignores which one, and letter case. */
export function folded(text: string): string {
  return text
    .toLocaleLowerCase()
    .replaceAll(/[ʻʼ’‘'`]/g, '')
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '');
}

/** Whether every word of the query begins somewhere in the text. */
export function matches(text: string, query: string): boolean {
  const there = folded(text);
  return folded(query)
    .split(/\s+/)
    .every((word) => there.includes(word));
}
