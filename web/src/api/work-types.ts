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
