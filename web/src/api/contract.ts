/** The shapes of the REST interface under /api/v1. Times are RFC 3339 strings, ids are UUID strings. */

export type Locale = 'en' | 'ru' | 'uz';
export type LocalText = Record<Locale, string>;
export type Theme = 'light' | 'dark' | 'system';

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Versioned {
  id: string;
  version: number;
}

export interface Me {
  person: { id: string; login: string; name: string; locale: Locale; unit_id: string | null };
  operations: string[];
  is_operator: boolean;
  must_change_password: boolean;
  expires_at: string;
}

export interface RoleGrant {
  role_id: string;
  unit_id: string | null;
}

export interface PersonInput {
  login: string;
  name: string;
  personnel_number?: string | null;
  sip_number?: string | null;
  locale: Locale;
  unit_id: string | null;
  roles: RoleGrant[];
  password?: string | null;
}

export interface Person extends Versioned, Omit<PersonInput, 'password'> {
  status: 'active' | 'disabled' | 'locked';
  last_sign_in_at?: string | null;
}

export interface UnitInput {
  name: string;
  parent_id: string | null;
}
export interface Unit extends Versioned, UnitInput {}

export interface RoleInput {
  name: string;
  operations: string[];
}
export interface Role extends Versioned, RoleInput {
  built_in?: boolean;
}

export interface Operation {
  name: string;
  group: string;
  description: string;
}

export interface ApiKeyInput {
  name: string;
  operations: string[];
  expires_at?: string | null;
}
export interface ApiKey {
  id: string;
  name: string;
  operations: string[];
  prefix?: string;
  created_at: string;
  expires_at: string | null;
  last_used_at?: string | null;
}

export interface AuditEvent {
  id: string;
  at: string;
  journal: 'activity' | 'security' | 'change' | 'failure';
  kind: string;
  subject: string;
  author: { kind: 'person' | 'api_key' | 'system'; id?: string };
  author_name?: string | null;
  payload: Record<string, unknown>;
}

export interface SkillLevel {
  skill_id: string;
  level: number;
}
export interface QueueInput {
  name: string;
  skills: SkillLevel[];
  ring_seconds: number;
  wrap_up_seconds: number;
  wrap_up_mandatory: boolean;
  target_seconds: number;
  target_percent: number;
  short_abandon_seconds: number;
  waiting_max: number;
  priority: number;
  unit_id?: string | null;
}
export interface Queue extends Versioned, QueueInput {}

export interface Named {
  name: LocalText;
}
export interface Skill extends Versioned, Named {}
export interface Reason extends Versioned, Named {
  code: string;
}
export interface Topic extends Versioned, Named {
  parent_id?: string | null;
}
export interface Result extends Versioned, Named {}

export interface OperatorInput {
  queues: string[];
  skills: SkillLevel[];
  receives_incoming: boolean;
  sends_outgoing: boolean;
  wrap_up_mandatory: boolean;
}
export interface Operator extends Versioned, OperatorInput {
  name: string;
  login: string;
  sip_number?: string | null;
  status?: string;
}

export interface TrunkInput {
  name: string;
  kind: 'address' | 'digest';
  addresses: string[];
  username?: string | null;
  password?: string | null;
  calls_max: number;
  enabled: boolean;
}
export interface Trunk extends Versioned, Omit<TrunkInput, 'password'> {}

export interface DialledNumberInput {
  number: string;
  flow: string;
  description: string;
  enabled: boolean;
}
export interface DialledNumber extends Versioned, DialledNumberInput {}

export interface Prompt {
  name: string;
  locale: Locale;
  text: string;
  seconds: number;
}

export interface FlowInfo {
  name: string;
  file: string;
  version: number | string;
  nodes: number;
  loaded_at: string;
  error?: { file?: string; node?: string; field?: string; message: string } | string | null;
}

export interface CustomerInput {
  kind: 'individual' | 'organisation';
  name: string;
  vip: boolean;
  language: Locale | null;
  identifiers: { kind: string; value: string }[];
}
export interface Customer extends Versioned, CustomerInput {}

export type Outcome = 'answered' | 'abandoned' | 'ivr' | 'refused' | 'failed' | (string & {});

export interface Contact {
  id: string;
  channel: 'voice' | (string & {});
  direction: 'inbound' | 'outbound';
  caller: string | null;
  dialled: string;
  customer_id: string | null;
  customer_name: string | null;
  queue_id: string | null;
  queue_name: string | null;
  operator_id: string | null;
  operator_name: string | null;
  outcome: Outcome | null;
  arrived_at: string;
  answered_at: string | null;
  ended_at: string | null;
  wait_seconds: number | null;
  talk_seconds: number | null;
  topic_id: string | null;
  result_id: string | null;
  note: string | null;
  has_recording: boolean;
}

export interface ContactEvent {
  id: string;
  at: string;
  kind: string;
  author_name?: string | null;
  payload: Record<string, unknown>;
}

export interface Explanation {
  at: string;
  queue_name?: string | null;
  chosen: { operator_id: string; name?: string | null } | null;
  rule: string;
  considered: number;
  candidates: {
    operator_id: string;
    name?: string | null;
    verdict: string;
    reason: string;
    idle_seconds?: number | null;
    score?: number | null;
  }[];
}

export interface ContactDetail extends Contact {
  events: ContactEvent[];
  explanations: Explanation[];
}

export interface LogLevels {
  directives: string;
}

export interface ServerStatus {
  version: string;
  sip: string[];
  uptime_seconds: number;
  database: 'ok' | 'away';
  journal_backlog: number;
}
