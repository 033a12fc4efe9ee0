import type { Schemas, With } from './contract';
import type { ScriptStep } from './work-types';

/** The shapes of flows, tasks, scripts and connectors, as the REST interface has them. */

export type FlowKind = Schemas['FlowKind'];
export const FLOW_KINDS = [
  'ivr',
  'campaign',
  'script',
  'process',
] as const satisfies readonly FlowKind[];

/** What the checker says of a place in a document. */
export type Fault = Schemas['Fault'];

/** A flow of a list. A flow of a file has no draft. */
export type FlowRow = Schemas['FlowRow'];

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

export type Draft = With<Schemas['DraftBody'], { definition: Definition }>;
export type Version = With<Schemas['FlowVersionBody'], { definition?: Definition }>;

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

export type Counters = Schemas['FlowCounters'];

export type InstanceState = Schemas['FlowInstanceState'];
export const INSTANCE_STATES = [
  'running',
  'waiting',
  'failed',
  'done',
  'cancelled',
] as const satisfies readonly InstanceState[];

export type Instance = With<
  Schemas['InstanceBody'],
  { variables?: Record<string, unknown> | null; waiting_for: unknown[] }
>;

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

export type MigrationReport = Schemas['FlowMigration'];
