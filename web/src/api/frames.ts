/** The live protocol of /ws/operator and /ws/wallboard. Live data never holds null: absent means none. */
import type { Locale, LocalText } from './contract';

export type Topic = 'desk' | 'board' | 'floor';

export interface LiveProblem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
}

export type ServerFrame =
  | { type: 'snapshot'; topic: Topic; epoch: string; seq: number; at: string; data: unknown }
  | { type: 'delta'; topic: Topic; seq: number; at: string; patch: unknown }
  | { type: 'ack'; id: string; result?: unknown }
  | { type: 'problem'; id?: string; problem: LiveProblem }
  | { type: 'ping'; at: string };

export type ClientFrame =
  | { type: 'subscribe'; topic: Topic; resume?: { epoch: string; seq: number } }
  | { type: 'command'; id: string; name: string; args: Record<string, unknown> }
  | { type: 'pong' };

export interface LiveReason {
  id: string;
  code: string;
  name: LocalText;
}

export type PresenceState =
  | 'syncing'
  | 'not_ready'
  | 'ready'
  | 'ringing'
  | 'on_contact'
  | 'wrap_up'
  | 'not_responding'
  | 'disconnected';

export interface Caller {
  number?: string;
  name?: string;
  customer_id?: string;
  kind?: 'individual' | 'organisation';
  vip: boolean;
  language?: Locale;
}

export interface Card {
  contact_id: string;
  channel: string;
  direction: string;
  queue?: { id: string; name: string };
  caller: Caller;
  dialled: string;
  arrived_at: string;
  queued_at?: string;
}

export interface Presence {
  state: PresenceState;
  reason?: LiveReason;
  since: string;
  until?: string;
  next?: { state: PresenceState; reason?: LiveReason };
}

export type CallState = 'connecting' | 'talking' | 'held' | 'away' | 'wrap_up';

export interface LiveContact {
  card: Card;
  state: CallState;
  muted: boolean;
  answered_at?: string;
  held_since?: string;
  ended_at?: string;
  ended_by?: 'caller' | 'operator' | 'system';
  wrap_up?: { until?: string; mandatory: boolean };
}

export interface Today {
  handled: number;
  missed: number;
  talk_seconds: number;
  wrap_up_seconds: number;
  ready_seconds: number;
  not_ready_seconds: number;
}

export interface Desk {
  operator: { id: string; name: string; login: string; unit?: string };
  presence: Presence;
  phone: { state: 'disconnected' | 'connecting' | 'connected'; since: string };
  offer?: { id: string; contact: Card; expires_at: string };
  contact?: LiveContact;
  queues: Record<string, { name: string; waiting: number; longest_since?: string }>;
  today: Today;
}

export interface BoardTotals {
  waiting: number;
  longest_since?: string;
  offered: number;
  answered: number;
  answered_in_time: number;
  abandoned: number;
  abandoned_short: number;
  service_level?: number;
  service_level_strict?: number;
  in_ivr: number;
  talking: number;
}

export interface BoardQueue extends Omit<BoardTotals, 'in_ivr'> {
  name: string;
  estimated_wait_seconds?: number;
  target_seconds: number;
  target_percent: number;
  ready: number;
}

export type OperatorCounts = Record<
  | 'ready'
  | 'ringing'
  | 'on_contact'
  | 'held'
  | 'wrap_up'
  | 'not_ready'
  | 'not_responding'
  | 'disconnected',
  number
>;

export interface Board {
  day_started_at: string;
  totals: BoardTotals;
  queues: Record<string, BoardQueue>;
  operators: OperatorCounts;
  series: { waiting: number[]; service_level: number[] };
}

export interface FloorOperator {
  name: string;
  login: string;
  unit?: string;
  state: PresenceState;
  reason?: LiveReason;
  since: string;
  queues: string[];
  contact?: {
    contact_id: string;
    caller?: Caller;
    queue?: { id: string; name: string };
    since: string;
    state: CallState;
  };
  today: Today;
}

export interface FloorCall {
  stage: 'ivr' | 'queued' | 'offered' | 'talking' | 'held' | 'wrap_up';
  caller: Caller;
  queue?: { id: string; name: string };
  operator?: { id: string; name: string };
  since: string;
  arrived_at: string;
}

export interface Floor {
  operators: Record<string, FloorOperator>;
  calls: Record<string, FloorCall>;
  queues: Record<string, BoardQueue>;
}

export interface Topics {
  desk: Desk;
  board: Board;
  floor: Floor;
}
