import { useQuery } from '@tanstack/react-query';
import type { EventType, Fault, FieldInWords, Rule, RuleDocument } from './automation';
import type { Page, Schemas, With } from './contract';
import { type Query, send } from './http';
import type { Problem } from './problem';
import { queryClient } from './query';

/** Counters on screen are never older than this while a rule is live. */
const LIVE_MS = 1000;

const page = async <T>(path: string, query?: Query): Promise<Page<T>> => {
  const answer = await send<Page<T> | T[]>(path, query ? { query } : {});
  return Array.isArray(answer) ? { items: answer, next: null } : answer;
};

export function useRules(query: Query) {
  return useQuery<Page<Rule>, Problem>({
    queryKey: ['rules', 'list', query],
    queryFn: () => page<Rule>('/rules', { limit: 200, ...query }),
    placeholderData: (before) => before,
    refetchInterval: 5 * LIVE_MS,
  });
}

export const readRule = (id: string) => send<Rule>(`/rules/${id}`);

/** One rule; while `watched` it is read again every second, so that its counters move. */
export function useRule(id: string, watched: boolean) {
  return useQuery<Rule, Problem>({
    queryKey: ['rules', id],
    queryFn: () => readRule(id),
    refetchInterval: watched ? LIVE_MS : false,
  });
}

export const createRule = (name: string, document: RuleDocument) =>
  send<Rule>('/rules', { method: 'POST', body: { name, description: '', document } });

export interface Draft {
  name: string;
  description: string;
  document: RuleDocument;
}

export const saveRule = (id: string, version: number, draft: Draft) =>
  send<Rule>(`/rules/${id}`, { method: 'PUT', version, body: draft });

export const archiveRule = (id: string) => send<void>(`/rules/${id}`, { method: 'DELETE' });

export const checkRule = (document: RuleDocument, signal?: AbortSignal) =>
  send<{ faults: Fault[] }>('/rules/check', {
    method: 'POST',
    body: { document },
    ...(signal ? { signal } : {}),
  });

/** A step of the life of a rule, such as `/launch`; every list and page of rules is read again. */
export async function actOnRule(id: string, step: string, body: unknown = {}): Promise<void> {
  await send(`/rules/${id}/${step}`, { method: 'POST', body });
  await queryClient.invalidateQueries({ queryKey: ['rules'] });
}

export const useEventTypes = () =>
  useQuery<EventType[], Problem>({
    queryKey: ['event-types'],
    staleTime: 60_000,
    queryFn: async () => (await page<EventType>('/event-types', { limit: 500 })).items,
  });

export const useRuleFields = (event: string) =>
  useQuery<FieldInWords[], Problem>({
    queryKey: ['rule-fields', event],
    staleTime: 60_000,
    enabled: event !== '',
    queryFn: async () => (await page<FieldInWords>('/rule-fields', { event })).items,
  });

/** The newest event of a type, to try a rule with; what is not for the reader is left out. */
export const recentEvent = (event: string) =>
  send<With<Schemas['RecentEvent'], { data: Record<string, unknown> }>>('/rules/recent-event', {
    query: { event },
  });

export const importRule = (content: unknown) =>
  send<Rule>('/rules/import', { method: 'POST', body: content });

export const exportRule = (id: string) => send<unknown>(`/rules/${id}/export`);
