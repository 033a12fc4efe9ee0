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

export const QUESTION_TYPES = [
  'text',
  'long_text',
  'number',
  'boolean',
  'date',
  'choice',
  'choices',
  'phone',
] as const;

/** What a person is asked: in a script, or in a task. */
export interface Question {
  key: string;
  label: string;
  type: (typeof QUESTION_TYPES)[number];
  choices?: { value: string; title: string }[];
  required?: boolean;
  value?: unknown;
}

export interface Task {
  id: string;
  kind: 'task' | 'approval';
  title: string;
  text?: string | null;
  state: 'open' | 'taken' | 'done' | 'cancelled';
  flow?: string | null;
  instance_id?: string | null;
  role?: string | null;
  assignee_id?: string | null;
  assignee_name?: string | null;
  customer_id?: string | null;
  customer_name?: string | null;
  created_at: string;
  deadline?: string | null;
  fields?: Question[];
  values?: Record<string, unknown> | null;
  decision?: 'approve' | 'refuse' | null;
  reason?: string | null;
  /** The route of an approval, as far as it was asked. */
  steps?: {
    title?: string | null;
    state: 'open' | 'done' | 'cancelled';
    decision?: 'approve' | 'refuse' | null;
    by?: string | null;
    at?: string | null;
    reason?: string | null;
  }[];
  version?: number;
}

/** Who stands in for whom, and when. */
export interface Deputy {
  person_id?: string;
  deputy_id: string;
  from: string;
  to: string;
}

export interface ScriptButton {
  key: string;
  label: string;
  /** Acts on the customer's service rather than leading to another page. */
  action: boolean;
}

/** An answer of an outside system that is older than the question. */
export interface Notice {
  connector: string;
  as_of: string;
}

export interface ScriptStep {
  node: string;
  title: string;
  text?: string | null;
  questions: Question[];
  buttons: ScriptButton[];
  has_next: boolean;
  notice?: Notice | null;
}

export interface ScriptRun {
  id: string;
  flow: string;
  title?: string | null;
  step?: ScriptStep | null;
  done: boolean;
  can_go_back: boolean;
  /** The words of the end. */
  text?: string | null;
  error?: string | null;
}

/** A script as it was walked, for who looks at the contact afterwards. */
export interface WalkedScript {
  id: string;
  flow: string;
  title?: string | null;
  version?: number;
  started_at: string;
  ended_at?: string | null;
  done?: boolean;
  path: {
    node: string;
    title?: string | null;
    at: string;
    left_at?: string | null;
    answers?: Record<string, unknown> | null;
    button?: string | null;
    /** Why it failed. */
    notice?: string | null;
  }[];
}

export interface Script {
  name: string;
  title: string;
  suggested?: boolean;
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export interface ConnectorOperation {
  key: string;
  method: (typeof METHODS)[number];
  path: string;
  input_schema?: unknown;
  output_schema?: unknown;
  timeout_ms?: number;
  cache_seconds?: number;
}

export const AUTH_KINDS = ['none', 'bearer', 'basic', 'header'] as const;

export interface Connector {
  id: string;
  name: string;
  base_url: string;
  auth: {
    kind: (typeof AUTH_KINDS)[number];
    name?: string | null;
    has_secret?: boolean;
    secret?: string | null;
  };
  operations: ConnectorOperation[];
  version: number;
}

/** A connector as its form holds it: schemas as text, because a person writes them. */
export interface ConnectorForm {
  name: string;
  base_url: string;
  auth: Connector['auth'];
  operations: (ConnectorOperation & { input?: string; output?: string })[];
}
