/** Periods of time as people say them: a number and a unit. */
export const UNITS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit in which the period is a whole number; weeks stay days, because people say "7 days". */
export function split(seconds: number): { n: number; unit: Unit } {
  for (const unit of ['day', 'hour', 'minute'] as const)
    if (seconds > 0 && seconds % UNITS[unit] === 0) return { n: seconds / UNITS[unit], unit };
  return { n: seconds, unit: 'second' };
}

const UZBEK: Record<Unit, string> = {
  second: 'soniya',
  minute: 'daqiqa',
  hour: 'soat',
  day: 'kun',
  week: 'hafta',
};

/** "in 7 days", «через 7 дней», "7 kundan keyin". */
export function afterPeriod(seconds: number, language: string): string {
  const { n, unit } = split(seconds);
  // Browsers often lack Uzbek, which counts without plurals.
  if (language === 'uz') return `${n} ${UZBEK[unit]}dan keyin`;
  const said = new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(n, unit);
  return language === 'en' ? said.replace(/^in /, 'after ') : said;
}

/** "7 days", «7 дней», as after "within" or «за». */
export function period(seconds: number, language: string): string {
  if (language === 'uz') {
    const { n, unit } = split(seconds);
    return `${n} ${UZBEK[unit]}`;
  }
  return afterPeriod(seconds, language).replace(/^(after|через) /, '');
}

/** Monday to Sunday, short, in the person's language. */
export function weekday(day: number, language: string): string {
  if (language === 'uz') return ['du', 'se', 'cho', 'pa', 'ju', 'sha', 'ya'][day - 1] ?? '';
  // The fifth of January 1970 was a Monday.
  return new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(1970, 0, 4 + day),
  );
}

/** "Mon–Fri, Sun": neighbours joined. */
export function weekdays(days: readonly number[], language: string): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const day of sorted) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs
    .map((run) => {
      const [first = 0] = run;
      const last = run.at(-1) ?? first;
      const name = (day: number) => weekday(day, language);
      if (run.length === 1) return name(first);
      return run.length === 2 ? `${name(first)}, ${name(last)}` : `${name(first)}–${name(last)}`;
    })
    .join(', ');
}
