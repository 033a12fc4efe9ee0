import { useQuery } from '@tanstack/react-query';
import type { Fault, RuleDocument, RuleState } from './automation';
import type { Page } from './contract';
import { type Query, send } from './http';
import type { Problem } from './problem';

/** One thing that was asked on the way to a decision, and how it came out. */
export interface TraceStep {
  part:
    | 'event'
    | 'valid'
    | 'hours'
    | 'limit'
    | 'criteria'
    | 'customer'
    | 'depth'
    | 'table'
    | 'error';
  held: boolean | null;
  pointer?: string | null;
  field?: string | null;
  op?: string | null;
  value?: unknown;
  actual?: unknown;
  text?: string | null;
}

export interface Trace {
  steps?: TraceStep[];
  /** Rows of a table that fitted, counted from 0. */
  rows?: number[];
  [more: string]: unknown;
}

export interface Planned {
  key: string;
  kind: string;
  due_at?: string | null;
  after_seconds?: number | null;
  summary?: string | null;
  [more: string]: unknown;
}

export interface TrialAnswer {
  matched: boolean;
  variant?: string | null;
  reactions: Planned[];
  trace?: Trace | null;
  faults: Fault[];
}

export const tryRule = (body: {
  document: RuleDocument;
  event: Record<string, unknown>;
  customer_id?: string;
  customer?: Record<string, unknown> | null;
  now?: string;
}) => send<TrialAnswer>('/rules/try', { method: 'POST', body });

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

export interface Version {
  version: number;
  state: RuleState;
  author: string | null;
  approver: string | null;
  created_at: string;
  document: RuleDocument;
  note?: string | null;
}

export const useVersions = (id: string) =>
  useQuery<Version[], Problem>({
    queryKey: ['rules', id, 'versions'],
    queryFn: async () => {
      const answer = await send<Page<Version> | Version[]>(`/rules/${id}/versions`);
      return Array.isArray(answer) ? answer : answer.items;
    },
  });

export interface VariantResult {
  variant: 'a' | 'b';
  version: number;
  customers: number;
  seen: number;
  matched: number;
  reacted: number;
  converted: number;
  rate: number | null;
  low: number | null;
  high: number | null;
}
export interface Results {
  variants: VariantResult[];
  difference: {
    value?: number | null;
    low?: number | null;
    high?: number | null;
    p_value?: number | null;
    verdict: 'a' | 'b' | 'not_enough_data' | 'no_difference';
  } | null;
}

export const useResults = (id: string) =>
  useQuery<Results, Problem>({
    queryKey: ['rules', id, 'results'],
    queryFn: () => send<Results>(`/rules/${id}/results`),
    refetchInterval: 5000,
  });

export interface Decision {
  id: string;
  rule_id: string;
  rule_name?: string | null;
  version: number;
  variant?: string | null;
  event_id: string;
  event: string;
  customer_id: string | null;
  customer_name?: string | null;
  decided_at: string;
  matched: boolean;
  reason: string | null;
  inputs?: unknown;
  trace?: Trace | null;
  reactions?: (Planned & { state?: string; error?: string | null })[];
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
