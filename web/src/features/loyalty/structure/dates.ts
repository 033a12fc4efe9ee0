/** How dates are written: the same as `date_pattern` of crates/loyalty/src/file/structure.rs. */
const WORDS = ['YYYY', 'YY', 'MM', 'DD'] as const;
type Part = (typeof WORDS)[number] | { mark: string };

/** The parts of a date format, or nothing when it is none. */
export function datePattern(format: string): Part[] | undefined {
  const parts: Part[] = [];
  let rest = format;
  while (rest !== '') {
    const word = WORDS.find((one) => rest.startsWith(one));
    const mark = rest.charAt(0);
    if (word) parts.push(word);
    else if ('.-/ '.includes(mark)) parts.push({ mark });
    else return undefined;
    rest = rest.slice(word?.length ?? 1);
  }
  const count = (...wanted: Part[]) => parts.filter((part) => wanted.includes(part)).length;
  const complete = count('YYYY', 'YY') === 1 && count('MM') === 1 && count('DD') === 1;
  return complete ? parts : undefined;
}

/** The day that a text means, as `2026-03-01`; nothing when it is not written so, or no day. */
export function readDate(text: string, format: string): string | undefined {
  const found = { YYYY: '', YY: '', MM: '', DD: '' };
  let rest = text;
  for (const part of datePattern(format) ?? []) {
    const length = typeof part === 'string' ? part.length : 1;
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    if (typeof part !== 'string') {
      if (taken !== part.mark) return undefined;
    } else if (taken.length === length && /^\d+$/.test(taken)) found[part] = taken;
    else return undefined;
  }
  const year = found.YYYY || (found.YY && `20${found.YY}`);
  if (!year || rest !== '') return undefined;
  const day = `${year}-${found.MM}-${found.DD}`;
  const stamp = Date.parse(`${day}T00:00:00Z`);
  // The thirtieth of February becomes another day: then it was none.
  const same = !Number.isNaN(stamp) && new Date(stamp).toISOString().startsWith(day);
  return same ? day : undefined;
}
