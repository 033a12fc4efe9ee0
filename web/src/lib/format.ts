/** Every duration, date, number and telephone number on screen is written here. */

/** 75 → "1:15", 3 700 → "1:01:40". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = String(whole % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** The timer of the desk always shows two digits of minutes: "01:15". */
export function timer(seconds: number): string {
  const text = duration(seconds);
  return text.length === 4 ? `0${text}` : text;
}

/** Browsers often lack Uzbek; its numeric dates and numbers are written as the Russian ones. */
const LOCALES: Record<string, string> = { en: 'en-GB', ru: 'ru-RU', uz: 'ru-RU' };

/** Seconds with a tenth below ten, whole seconds above: "0.2", in Russian and Uzbek "0,2". */
export function age(milliseconds: number, language: string): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds >= 10) return String(Math.floor(seconds));
  const point = language === 'en' ? '.' : ',';
  return seconds.toFixed(1).replace('.', point);
}

/** To the minute; to the second where the order of what happened matters: `exact`. */
export function dateTime(
  at: string | null | undefined,
  language: string,
  { exact = false } = {},
): string {
  if (!at) return '—';
  return new Intl.DateTimeFormat(LOCALES[language] ?? language, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(exact ? { second: '2-digit' } : {}),
  }).format(new Date(at));
}

/** The day alone, where the hour says nothing: of a moment as it is here, or of "2027-12-31" as it is written. */
export function day(at: string | null | undefined, language: string): string {
  if (!at) return '—';
  const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(at) ? `${at}T00:00` : at);
  return new Intl.DateTimeFormat(LOCALES[language] ?? language, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  }).format(moment);
}

/** The last day of what ends at a midnight: the day of the moment before it. */
export const lastDay = (end: string, language: string): string =>
  day(new Date(Date.parse(end) - 1).toISOString(), language);

export function clock(at: number, timeZone?: string, seconds = true): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    ...(timeZone ? { timeZone } : {}),
  }).format(at);
}

export function count(value: number, language: string): string {
  return new Intl.NumberFormat(LOCALES[language] ?? language).format(value);
}

/** Points have at most six decimal places, and those that they have are shown. */
export function points(value: number, language: string): string {
  const digits = { maximumFractionDigits: 6 };
  return new Intl.NumberFormat(LOCALES[language] ?? language, digits).format(value);
}

/** "+998901234567" → "+998 90 123 45 67"; what is not understood stays as it came. */
export function phone(number: string | null | undefined): string {
  if (!number) return '—';
  const digits = number.replace(/^\+/, '');
  if (!/^\d+$/.test(digits)) return number;
  const uzbek = /^998(\d{2})(\d{3})(\d{2})(\d{2})$/.exec(digits);
  if (uzbek) return `+998 ${uzbek.slice(1).join(' ')}`;
  const russian = /^7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(digits);
  if (russian) return `+7 ${russian.slice(1).join(' ')}`;
  return number;
}

/** A text in the person's language, in English when that one is missing. */
export function localText(
  text: Partial<Record<string, string>> | undefined,
  language: string,
): string {
  return text?.[language] || text?.en || Object.values(text ?? {}).find(Boolean) || '';
}
