import type { Schemas, With } from './contract';

export const QUESTION_TYPES = [
  'text',
  'long_text',
  'number',
  'boolean',
  'date',
  'choice',
  'choices',
  'phone',
] as const satisfies readonly Schemas['FlowQuestionType'][];

/** What a person is asked: in a script, or in a task. */
export interface Question {
  key: string;
  label: string;
  type: Schemas['FlowQuestionType'];
  choices?: { value: string; title: string }[];
  required?: boolean;
  value?: unknown;
}

type Decided = Schemas['FlowDecision'] | null;

/** `steps`: the route of an approval, as far as it was asked. */
export type Task = With<
  Schemas['TaskBody'],
  {
    kind: 'task' | 'approval';
    state: 'open' | 'taken' | 'done' | 'cancelled';
    decision?: Decided;
    fields?: Question[];
    values?: Record<string, unknown> | null;
    steps?: With<
      Schemas['TaskStep'],
      { state: 'open' | 'done' | 'cancelled'; decision?: Decided }
    >[];
  }
>;

/** Who stands in for whom, and when. */
export type Deputy = With<Schemas['Deputy'], { person_id?: string }>;

/** A button of a script: `action` acts on the customer's service rather than leading to another page. */
export type ScriptButton = Schemas['ScriptButtonBody'];
/** An answer of an outside system that is older than the question. */
export type Notice = Schemas['FlowNotice'];
export type ScriptStep = With<Schemas['ScriptStepBody'], { questions: Question[] }>;
export type ScriptRun = With<Schemas['ScriptRunBody'], { step?: ScriptStep | null }>;

/** A script as it was walked, for who looks at the contact afterwards. */
export type WalkedScript = With<
  Schemas['WalkedScript'],
  { path: With<Schemas['WalkedStep'], { answers?: Record<string, unknown> | null }>[] }
>;

/** `suggested`: for conversations of this queue. */
export type Script = Schemas['ScriptBody'] & { suggested?: boolean };

export const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
] as const satisfies readonly Schemas['Method'][];

export type ConnectorOperation = With<
  Schemas['ConnectorOperation'],
  { method: Schemas['Method']; input_schema?: unknown; output_schema?: unknown }
>;

export const AUTH_KINDS = [
  'none',
  'bearer',
  'basic',
  'header',
] as const satisfies readonly Schemas['ConnectorAuthKind'][];

/** The secret is written and never answered. */
export type Connector = With<
  Schemas['Connector'],
  {
    auth: Schemas['ConnectorAuthInput'] & {
      kind: Schemas['ConnectorAuthKind'];
      has_secret?: boolean;
    };
    operations: ConnectorOperation[];
  }
>;

/** A connector as its form holds it: schemas as text, because a person writes them. */
export interface ConnectorForm {
  name: string;
  base_url: string;
  auth: Connector['auth'];
  operations: (ConnectorOperation & { input?: string; output?: string })[];
}
