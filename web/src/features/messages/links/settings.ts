import type { LinkKindName } from '../../../api/messages';

export interface Setting {
  of: readonly LinkKindName[];
  kind: 'text' | 'number' | 'choice';
  optional?: boolean;
  min?: number;
  choices?: readonly string[];
  /** What a new link begins with; the server's own defaults. */
  first?: string | number;
}

const BOTH = ['smpp', 'smtp'] as const;

/** The settings of links that people change in the form; the others keep what the server gave them. */
const ALL = {
  host: { of: BOTH, kind: 'text' },
  port: { of: BOTH, kind: 'number' },
  system_id: { of: ['smpp'], kind: 'text' },
  system_type: { of: ['smpp'], kind: 'text', optional: true },
  sender: { of: ['smpp'], kind: 'text' },
  bind: {
    of: ['smpp'],
    kind: 'choice',
    choices: ['transceiver', 'transmitter', 'receiver'],
    first: 'transceiver',
  },
  window: { of: ['smpp'], kind: 'number', first: 10 },
  response_ids: {
    of: ['smpp'],
    kind: 'choice',
    choices: ['as_is', 'hexadecimal', 'decimal'],
    first: 'as_is',
  },
  receipt_ids: {
    of: ['smpp'],
    kind: 'choice',
    choices: ['as_is', 'hexadecimal', 'decimal'],
    first: 'as_is',
  },
  security: {
    of: ['smtp'],
    kind: 'choice',
    choices: ['starttls', 'tls', 'none'],
    first: 'starttls',
  },
  username: { of: ['smtp'], kind: 'text', optional: true },
  from: { of: ['smtp'], kind: 'text' },
  from_name: { of: ['smtp'], kind: 'text', optional: true },
  reply_to: { of: ['smtp'], kind: 'text', optional: true },
  return_path: { of: ['smtp'], kind: 'text', optional: true },
  unsubscribe_url: { of: ['smtp'], kind: 'text', optional: true },
  connections: { of: ['smtp'], kind: 'number', first: 4 },
  per_second: { of: BOTH, kind: 'number', first: 100 },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof ALL;
export const SETTINGS: Record<SettingName, Setting> = ALL;

/** What a new link of a kind begins with. */
export function defaults(kind: LinkKindName): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    if (setting.of.includes(kind) && setting.first !== undefined) out[name] = setting.first;
  }
  return out;
}
