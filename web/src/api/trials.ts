import { useQuery } from '@tanstack/react-query';
import type { Fault, LinkedCards, RuleDocument } from './automation';
import type { Customer, Page, Schemas, With } from './contract';
import { type Query, send } from './http';
import type { Problem } from './problem';

/** One thing that was asked on the way to a decision, and how it came out; not known where it was not computed. */
export interface TraceStep {
  part: 'verdict' | 'criteria' | 'row' | 'valid' | 'hours' | 'table' | 'limit' | 'error';
  held: boolean | null;
  field?: string | null | undefined;
  op?: string | null | undefined;
  value?: unknown;
  actual?: unknown;
  text?: string | null | undefined;
}

export const VERDICTS = [
  'matched',
  'criteria',
  'not_yet_valid',
  'expired',
  'outside_hours',
  'limit',
  'loop',
  'failed',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a rule made of an event: of a trial and of a real one. */
export interface Judgement {
  matched: boolean;
  verdict?: string | null;
  /** What the criteria read, by path. */
  inputs?: Record<string, unknown> | null;
  /** Rows of a table that fitted, from 0. */
  rows?: number[] | null;
  fault?: string | null;
}

export interface Planned {
  key: string;
  kind?: string | null;
  due_at?: string | null;
}

export const keyOf = (reaction: Planned | string): string =>
  typeof reaction === 'string' ? reaction : reaction.key;

/** A trial puts its judgement into `trace`. */
export interface TrialAnswer {
  matched: boolean;
  variant?: string | null;
  reactions: (Planned | string)[];
  trace?: (Partial<Judgement> & { steps?: TraceStep[] }) | null;
  faults: Fault[];
}

export const tryRule = (body: {
  document: RuleDocument;
  event: Record<string, unknown>;
  customer_id?: string;
  customer?: Record<string, unknown> | null;
  cards?: LinkedCards | null;
  now?: string;
}) => send<TrialAnswer>('/rules/try', { method: 'POST', body });

/** A stored customer as expressions see one, so that a test goes on meaning the same when the person changes. */
export async function customerFacts(id: string): Promise<Record<string, unknown>> {
  const {
    identifiers,
    attributes,
    version: _,
    updated_at: __,
    ...plain
  } = await send<Customer & { attributes?: Record<string, unknown> }>(`/customers/${id}`);
  const known = Object.fromEntries(
    [...(identifiers ?? [])].reverse().map(({ kind, value }) => [kind, value]),
  );
  return { ...plain, ...known, ...attributes };
}

export interface Simulation {
  state: 'running' | 'done' | 'failed' | 'cancelled';
  seen: number;
  total: number;
  matched: number;
  customers: number;
  reactions: Record<string, number>;
  examples: {
    event_id: string;
    customer_id: string | null;
    customer_name: string | null;
    occurred_at: string;
    reactions: string[];
  }[];
  would_not: { reason: string; count: number }[];
  error?: string | null;
}

export const startSimulation = (
  id: string,
  body: { from: string; to: string; document?: RuleDocument },
) => send<{ id: string }>(`/rules/${id}/simulations`, { method: 'POST', body });

export const cancelSimulation = (id: string, simulation: string) =>
  send<void>(`/rules/${id}/simulations/${simulation}`, { method: 'DELETE' });

/** How often a running simulation is asked how far it is. */
const PROGRESS_MS = 500;

export const useSimulation = (rule: string, id: string | undefined) =>
  useQuery<Simulation, Problem>({
    queryKey: ['simulation', rule, id],
    enabled: id !== undefined,
    queryFn: () => send<Simulation>(`/rules/${rule}/simulations/${id}`),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? PROGRESS_MS : false),
  });

/** A version is what was approved, and perhaps launched; the people are known by their ids. */
export type Version = With<Schemas['VersionBody'], { document: RuleDocument }>;

export const useVersions = (id: string) =>
  useQuery<Version[], Problem>({
    queryKey: ['rules', id, 'versions'],
    queryFn: async () => {
      const answer = await send<Page<Version> | Version[]>(`/rules/${id}/versions`);
      return Array.isArray(answer) ? answer : answer.items;
    },
  });

export type VariantResult = Schemas['VariantBody'];
export type Results = Schemas['ResultsBody'];

export const useResults = (id: string) =>
  useQuery<Results, Problem>({
    queryKey: ['rules', id, 'results'],
    queryFn: () => send<Results>(`/rules/${id}/results`),
    refetchInterval: 5000,
  });

export interface Decision extends Judgement {
  rule_id: string;
  rule_name: string;
  event_id: string;
  occurred_at: string;
  decided_at: string;
  version: number;
  variant: string;
  customer_id: string | null;
  customer_name?: string | null;
  reactions?: (Planned & { state?: string; error?: string | null })[] | string[] | null;
}

export const useDecisions = (path: string, query: Query, live: boolean) =>
  useQuery<Page<Decision>, Problem>({
    queryKey: ['decisions', path, query],
    queryFn: async () => {
      const answer = await send<Page<Decision> | Decision[]>(path, { query });
      return Array.isArray(answer) ? { items: answer, next: null } : answer;
    },
    placeholderData: (before) => before,
    refetchInterval: live ? 2000 : false,
  });
