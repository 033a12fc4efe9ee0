/** The shapes of rules, events and reference tables as the REST interface has them. */
import type { LocalText } from './contract';

/** What a check says about one place of a document; `pointer` is a JSON pointer into it. */
export interface Fault {
  severity: 'error' | 'warning' | 'hint';
  code: string;
  pointer: string;
  message: string;
  example?: unknown;
}

export type Operator =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'in'
  | 'not_in'
  | 'between'
  | 'contains'
  | 'starts_with'
  | 'is_empty'
  | 'is_set';

export interface Condition {
  field: string;
  op: Operator;
  value?: unknown;
}
export type Group = { all: Criterion[] } | { any: Criterion[] } | { not: Group };
export type Criterion = Group | Condition;

/** The content of a decision table as the editor and the engine know it (JDM). */
export interface TableContent {
  hitPolicy: 'first' | 'collect';
  inputs: TableColumn[];
  outputs: TableColumn[];
  rules: Record<string, string>[];
}
export interface TableColumn {
  id: string;
  name: string;
  field?: string;
  defaultValue?: string;
}

export type Criteria =
  | { kind: 'form'; group: Group }
  | { kind: 'expression'; text: string }
  | { kind: 'table'; table: TableContent };

export interface Unless {
  event: string;
  criteria?: Criteria | null;
}

interface AnyReaction {
  key: string;
  after_seconds?: number;
  unless?: Unless | null;
}
export type MessageReaction = AnyReaction & {
  kind: 'message';
  channel: 'preferred' | 'sms' | 'email';
  template: string;
  class: 'functional' | 'marketing';
};
export type EmitReaction = AnyReaction & {
  kind: 'emit';
  event: string;
  data: Record<string, string>;
};
export type AttributeReaction = AnyReaction & {
  kind: 'set_attribute';
  attribute: string;
  value: string;
};
export type FlowReaction = AnyReaction & {
  kind: 'start_flow';
  flow: string;
  variables: Record<string, string>;
};
export type CallReaction = AnyReaction & {
  kind: 'call';
  connector: string;
  operation: string;
  input: Record<string, string>;
};
export type TaskReaction = AnyReaction & {
  kind: 'task';
  title: string;
  role?: string | null;
  deadline_seconds?: number | null;
};
export type Reaction =
  | MessageReaction
  | EmitReaction
  | AttributeReaction
  | FlowReaction
  | CallReaction
  | TaskReaction;
export type ReactionKind = Reaction['kind'];

export interface RuleTest {
  name: string;
  event: Record<string, unknown>;
  customer?: Record<string, unknown> | null;
  now?: string | null;
  expect: { matched: boolean; reactions?: string[] };
}

export interface RuleDocument {
  event: string;
  criteria: Criteria;
  hours?: { days: number[]; from: string; to: string } | null;
  valid_from?: string | null;
  valid_to?: string | null;
  limit?: { times: number; per_seconds: number } | null;
  reactions: Reaction[];
  on_error: 'continue' | 'roll_back';
  goal?: { event: string; within_seconds: number } | null;
  tests?: RuleTest[];
}

export const RULE_STATES = ['draft', 'in_test', 'approved', 'live', 'paused', 'stopped'] as const;
export type RuleState = (typeof RULE_STATES)[number];

export interface Counters {
  seen: number;
  matched: number;
  reacted: number;
  failed: number;
}

export interface Rule {
  id: string;
  name: string;
  description: string;
  /** Where the draft stands; where the rule stands, when the draft was launched and not changed since. */
  state: RuleState;
  /** Whether a version of it runs; none: it was never launched. */
  running: 'live' | 'paused' | 'stopped' | null;
  /** Why the draft was refused last. */
  refused?: string | null;
  document: RuleDocument;
  version: number;
  live_version: number | null;
  challenger: { version: number; percent: number } | null;
  author: string | null;
  faults: Fault[];
  updated_at: string;
  counters: Counters;
}

export interface RuleField {
  path: string;
  title: string;
  type: 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'choice' | 'list' | 'object';
  unit?: string | null;
  choices: { value: string; title: string }[];
  group: 'event' | 'customer' | 'time' | 'ref' | 'meta';
}

/** A field as the server names it, in every language. */
export type FieldInWords = Omit<RuleField, 'title' | 'choices'> & {
  title: LocalText | string;
  choices: { value: string; title: LocalText | string }[];
};

export interface EventType {
  name: string;
  title: LocalText;
  description: string;
  schema: JsonSchema;
  subject: string;
  retention_days: number;
  version: number;
  built_in: boolean;
}

/** The part of JSON Schema that forms understand. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  additionalProperties?: boolean | JsonSchema;
  [more: string]: unknown;
}
