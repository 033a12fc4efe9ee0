import type { AuditEvent } from '../../api/contract';
import { localText } from '../../lib/format';
import { codeWord } from '../../lib/i18n';

type Payload = Record<string, unknown>;

const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a thing is called by, the best first. */
const NAMES = [
  'name',
  'title',
  'login',
  'number',
  'account',
  'key',
  'file',
  'code',
  'template',
] as const;

/** Fields that change with every write and say nothing. */
const NOISE = new Set(['version', 'created_at', 'updated_at', 'changed_at', 'id']);

/** What happened, in words; a kind of somebody else stays as it is. */
export const kindText = (kind: string): string => codeWord('eventKinds', kind) ?? kind;

/** What it happened to, by the name in the event. */
export function aboutText({ payload }: AuditEvent, language: string): string | undefined {
  for (const one of [payload.after, payload.before, payload]) {
    if (!isObject(one)) continue;
    for (const name of NAMES) {
      const value = one[name];
      const text = isObject(value) ? localText(value as Record<string, string>, language) : value;
      if (typeof text === 'string' && text) return text;
    }
  }
  return undefined;
}

/** Where it is shown, when it has a page. */
export function pageOf({ kind, subject }: AuditEvent): string | undefined {
  if (kind.startsWith('routing.contact_')) return `/contacts/${subject}`;
  if (kind.startsWith('crm.customer_')) return `/customers/${subject}`;
  if (kind.startsWith('rules.rule_')) return `/automation/rules/${subject}`;
  return undefined;
}

export interface Fact {
  field: string;
  /** Only of a change. */
  before?: string;
  after: string;
}

const text = (value: unknown): string => {
  if (value === undefined || value === null || value === '') return '—';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** The details, a line a field; of a change, only what is different. */
export function factsOf({ payload }: AuditEvent): Fact[] {
  const { before, after } = payload as Payload;
  if (!isObject(before) && !isObject(after)) {
    return Object.entries(payload).map(([field, value]) => ({ field, after: text(value) }));
  }
  const old = isObject(before) ? before : {};
  const now = isObject(after) ? after : {};
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => !NOISE.has(field) && text(old[field]) !== text(now[field]))
    .map((field) => ({
      field,
      ...(isObject(before) ? { before: text(old[field]) } : {}),
      after: text(now[field]),
    }));
}
