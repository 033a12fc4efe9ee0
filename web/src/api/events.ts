import { useQuery } from '@tanstack/react-query';
import type { EventType, JsonSchema } from './automation';
import type { AuditEvent, Page, Schemas, With } from './contract';
import { newKey, type Query, send } from './http';
import type { Problem } from './problem';

/** What an event of an outside system carries in the log. */
export interface OutsidePayload {
  source?: string;
  id?: string;
  time?: string;
  subject?: { kind: string; value: string } | null;
  customer_id?: string | null;
  data?: Record<string, unknown>;
  depth?: number;
}

export interface OutsideEvent {
  event_id: string;
  kind: string;
  occurred_at: string;
  payload: OutsidePayload;
}

const outside = (event: AuditEvent): OutsideEvent => ({
  event_id: event.event_id,
  kind: event.kind,
  occurred_at: event.occurred_at,
  payload: event.payload as OutsidePayload,
});

async function readLog(query: Query): Promise<Page<OutsideEvent>> {
  const page = await send<Page<AuditEvent>>('/events', { query: { journal: 'outside', ...query } });
  return { items: page.items.map(outside), next: page.next ?? null };
}

export const useEventLog = (query: Query, live: boolean) =>
  useQuery<Page<OutsideEvent>, Problem>({
    queryKey: ['events', 'outside', query],
    queryFn: () => readLog(query),
    placeholderData: (before) => before,
    refetchInterval: live ? 2000 : false,
  });

type Receipt = Schemas['EventResult'];

/** Sends an event as an outside system would (CloudEvents 1.0). */
export async function sendEvent(
  type: string,
  subject: string | undefined,
  data: Record<string, unknown>,
): Promise<Receipt | undefined> {
  const answer = await send<{ results: Receipt[] }>('/events', {
    method: 'POST',
    type: 'application/cloudevents+json',
    body: {
      specversion: '1.0',
      id: newKey(),
      source: 'trunkline/web',
      type,
      time: new Date().toISOString(),
      ...(subject ? { subject } : {}),
      datacontenttype: 'application/json',
      data,
    },
  });
  return answer.results[0];
}

export type EventTypeInput = With<Required<Schemas['EventTypeInput']>, { schema: JsonSchema }>;

export const saveEventType = (input: EventTypeInput, known: EventType | undefined) =>
  known
    ? send<EventType>(`/event-types/${input.name}`, {
        method: 'PUT',
        version: known.version,
        body: input,
      })
    : send<EventType>('/event-types', { method: 'POST', body: input });

export const removeEventType = (name: string) =>
  send<void>(`/event-types/${name}`, { method: 'DELETE' });

export type Consumer = Schemas['Consumer'];

const items = async <T>(path: string, query: Query = {}): Promise<T[]> => {
  const answer = await send<Page<T> | T[]>(path, { query });
  return Array.isArray(answer) ? answer : answer.items;
};

export const useConsumers = () =>
  useQuery<Consumer[], Problem>({
    queryKey: ['event-consumers'],
    queryFn: () => items<Consumer>('/event-consumers'),
    refetchInterval: 2000,
  });

export const replay = (name: string, from: string) =>
  send<void>(`/event-consumers/${name}/replay`, { method: 'POST', body: { from } });

export type DeadLetter = With<Schemas['DeadLetter'], { payload: unknown }>;

export const useDeadLetters = (query: Query) =>
  useQuery<Page<DeadLetter>, Problem>({
    queryKey: ['dead-letters', query],
    queryFn: () => send<Page<DeadLetter>>('/dead-letters', { query }),
    placeholderData: (before) => before,
    refetchInterval: 5000,
  });

export const settleDeadLetter = (id: string, how: 'retry' | 'drop') =>
  send<void>(`/dead-letters/${id}/${how}`, { method: 'POST', body: {} });
