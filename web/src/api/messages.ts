import type { LocalText, Page } from './contract';
import { type Query, send } from './http';
import { type Collection, resource } from './query';

export const CHANNELS = ['sms', 'email'] as const;
export type Channel = (typeof CHANNELS)[number];
export const CLASSES = ['functional', 'marketing'] as const;
export type MessageClass = (typeof CLASSES)[number];

/** The words of one channel in one language; subject and HTML are for mail only. */
export interface Body {
  text: string;
  subject?: string | null;
  html?: string | null;
}
export type Bodies = Partial<Record<Channel, Partial<Record<string, Body>>>>;

export interface TemplateInput {
  name: string;
  title: string;
  class: MessageClass;
  channels: Bodies;
}
export interface Template extends TemplateInput {
  id: string;
  /** Names that the texts ask for, found by the server. */
  fields: string[];
  version: number;
}

export interface Preview {
  subject?: string | null;
  text: string;
  html?: string | null;
  encoding: 'gsm7' | 'ucs2' | null;
  segments: number | null;
  characters: number;
  missing: string[];
}
export interface PreviewInput {
  /** The texts, or the name of a template that is stored. */
  template: Bodies | string;
  channel: Channel;
  language: string;
  fields: Record<string, unknown>;
  /** Whose values fill `customer`. */
  customer_id?: string;
}
export const preview = (input: PreviewInput, signal?: AbortSignal) =>
  send<Preview>('/templates/preview', {
    method: 'POST',
    body: input,
    ...(signal ? { signal } : {}),
  });

export const STATES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'undelivered',
  'unknown',
  'refused',
  'cancelled',
  'expired',
] as const;
export type MessageState = (typeof STATES)[number];

export const REASONS = [
  'missing_field',
  'unknown_template',
  'no_text',
  'no_address',
  'too_long',
  'provider',
  'busy',
  'link_lost',
  'receipt',
  'bounce',
  'too_late',
  'taken_back',
] as const;

export interface Message {
  id: string;
  customer_id: string | null;
  customer_name?: string | null;
  address: string | null;
  channel: Channel | null;
  template: string;
  class: MessageClass;
  language: string | null;
  subject: string | null;
  text: string;
  html: string | null;
  state: MessageState;
  /** Why it stands there, as a code and in words. */
  reason: string | null;
  detail: string | null;
  created_at: string;
  updated_at: string;
}
export interface Attempt {
  attempt: number;
  link_id: string;
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  code: string | null;
  detail: string | null;
}
export interface Receipt {
  provider_id: string;
  state: string;
  code: string | null;
  raw: string;
  received_at: string;
}
export interface MessageDetail extends Message {
  tries: Attempt[];
  receipts: Receipt[];
}
export interface NewMessage {
  customer_id?: string;
  to?: string;
  channel: 'preferred' | Channel;
  template: string;
  class: MessageClass;
  fields: Record<string, unknown>;
}

export type LinkKindName = 'smpp' | 'smtp';
export interface LinkInput {
  kind: LinkKindName;
  name: string;
  enabled: boolean;
  settings: Record<string, unknown>;
  /** Only ever sent; the server never answers it. */
  password?: string;
}
export interface Link extends LinkInput {
  id: string;
  version: number;
  state: { connected: boolean; since?: string | null; error?: string | null; pending?: number };
}

const byId = (item: { id: string }) => item.id;
const soon = (path: string) => path as Collection;

export const templates = resource<Template, TemplateInput>(
  soon('/templates'),
  byId,
  'template.read',
);
export const messages = resource<Message, NewMessage>(soon('/messages'), byId, 'message.read');
export const links = resource<Link, LinkInput>(soon('/links'), byId, 'link.read');
export const messageDetail = (id: string) => send<MessageDetail>(`/messages/${id}`);
export const cancelMessage = (id: string) =>
  send<void>(`/messages/${id}/cancel`, { method: 'POST' });

/** One thing that expressions can read, from the server's catalogue. */
export interface Field {
  path: string;
  title: string | LocalText;
  type: string;
  unit?: string | null;
  group: string;
}
export const ruleFields = async (query: Query): Promise<Field[]> => {
  const answer = await send<Field[] | Page<Field>>('/rule-fields', { query });
  return Array.isArray(answer) ? answer : answer.items;
};
