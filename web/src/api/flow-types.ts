import type { ScriptStep } from './work-types';

/** The shapes of flows, tasks, scripts and connectors, as the REST interface has them. */

export const FLOW_KINDS = ['ivr', 'campaign', 'script', 'process'] as const;
export type FlowKind = (typeof FLOW_KINDS)[number];

/** What the checker says of a place in a document. */
export interface Fault {
  severity: 'error' | 'warning' | 'hint';
  code: string;
  pointer: string;
  message: string;
  example?: unknown;
  node?: string | null;
}

/** A flow of a list. A flow of a file has no draft. */
export interface FlowRow {
  name: string;
  kind: FlowKind;
  source: 'file' | 'database';
  title?: string | null;
  file?: string | null;
  live_version?: number | null;
  draft_version?: number | null;
  version?: number | string | null;
  nodes?: number | null;
  running?: number | null;
  failed?: number | null;
  error?: string | null;
  updated_at?: string | null;
}

/** A node as it stands in a definition: its type and whatever fields the type has. */
export interface NodeBody {
  type: string;
  [field: string]: unknown;
}

export interface Point {
  x: number;
  y: number;
}

/** What a definition says of the flow as a whole. */
export interface FlowHead {
  $schema?: string;
  name: string;
  kind: FlowKind;
  version: number;
  start: string;
  title?: string;
  description?: string;
  language?: string;
  variables?: Record<string, unknown>;
}

/** The format of `flows/*.flow.json`. */
export interface Definition extends FlowHead {
  nodes: Record<string, NodeBody>;
  layout?: Record<string, Point>;
}

export interface Draft {
  definition: Definition;
  version: number;
  faults: Fault[];
}

export interface Version {
  version: number;
  published_at: string;
  published_by?: string | null;
  live?: boolean;
  note?: string | null;
  definition?: Definition;
}

/** A part of a JSON Schema: what the forms understand of it. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  'x-widget'?: string;
}

/** A way out of a node: the field that names the next one, as a JSON pointer; `*` stands for every key or index. */
export interface Output {
  name: string;
  pointer: string;
}

export interface NodeType {
  type: string;
  kinds: FlowKind[];
  group: string;
  schema: Schema;
  outputs: Output[] | 'dynamic';
  icon?: string | null;
  title?: string | null;
  description?: string | null;
}

export interface Counters {
  nodes: Record<string, { entered: number; waiting: number; failed: number }>;
}

export const INSTANCE_STATES = ['running', 'waiting', 'failed', 'done', 'cancelled'] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

export interface Visit {
  node: string;
  at: string;
  left_at?: string | null;
  output?: string | null;
  detail?: unknown;
}

export interface Instance {
  id: string;
  flow: string;
  version: number;
  state: InstanceState;
  node?: string | null;
  nodes?: string[];
  customer_id?: string | null;
  customer_name?: string | null;
  started_at: string;
  due_at?: string | null;
  error?: string | null;
  waiting_for?: unknown;
  variables?: Record<string, unknown>;
  path?: Visit[];
}

/** What a trial waits for in one node, and what may be given to it. */
export interface TrialWait {
  node: string;
  kind: string;
  give: Record<string, unknown>[];
}

export interface Trial {
  state: unknown;
  effects: unknown[];
  path: string[];
  waiting_for: TrialWait[];
  /** The page that the operator would see. */
  page?: (Omit<ScriptStep, 'buttons'> & { buttons: { key: string; title: string }[] }) | null;
  outcome?: string | null;
  done: boolean;
}

export interface MigrationReport {
  moved: number;
  total?: number;
  refused?: { instance_id?: string; node?: string; reason: string }[];
  missing?: string[];
}
