/** The shapes of rules, events and reference tables as the REST interface has them. */
import type { Schemas, With } from './contract';

/** What a check says about one place of a document; `pointer` is a JSON pointer into it. */
export type Fault = Schemas['Fault'];

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
/** Which linked cards the customer has, or has not: of one kind, and such that their attributes fulfil a group. */
export type Cards = { some: string; where?: Group } | { none: string; where?: Group };
export type Criterion = Group | Condition | Cards;

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
/** Points for a member of a loyalty programme. */
export type AccrueReaction = AnyReaction & {
  kind: 'accrue';
  bonus_type: string;
  /** An expression. */
  amount: string;
  validity_days?: number | null;
  reason?: string | null;
};
export type Reaction =
  | MessageReaction
  | EmitReaction
  | AttributeReaction
  | FlowReaction
  | CallReaction
  | TaskReaction
  | AccrueReaction;
export type ReactionKind = Reaction['kind'];

export type LinkedCards = Record<string, Record<string, unknown>[]>;

export interface RuleTest {
  name: string;
  event: Record<string, unknown>;
  customer?: Record<string, unknown> | null;
  /** The cards that are linked with the customer, by kind. */
  cards?: LinkedCards | null;
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
  interest?: { event: string; within_seconds: number } | null;
  tests?: RuleTest[];
}

export const RULE_STATES = [
  'draft',
  'in_test',
  'approved',
  'live',
  'paused',
  'stopped',
] as const satisfies readonly RuleState[];
export type RuleState = Schemas['RuleState'];
export type Counters = Schemas['Counters'];

/** `state`: where the draft stands, and where the rule stands when the draft was launched and not changed since. */
export type Rule = With<Schemas['RuleBody'], { document: RuleDocument }>;

/** A field as the server names it, in every language. */
export type FieldInWords = Schemas['Field'];
export type RuleField = With<
  FieldInWords,
  { title: string; choices: { value: string; title: string }[] }
>;

export type EventType = With<
  Schemas['EventType'],
  Required<Pick<Schemas['EventType'], 'description' | 'subject'>> & { schema: JsonSchema }
>;

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
