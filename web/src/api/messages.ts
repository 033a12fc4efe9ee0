import type { LocalText, Page } from './contract';
import type { components } from './generated/schema';
import { type Query, send } from './http';
import { resource } from './query';

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

type Schemas = components['schemas'];

export type TemplateInput = Omit<Schemas['TemplateFields'], 'channels' | 'title'> & {
  title: string;
  channels: Bodies;
};
export type Template = Omit<Schemas['Template'], 'channels' | 'title'> & {
  title: string;
  channels: Bodies;
};

export type Preview = Schemas['Preview'];
/** `template` is the texts, or the name of a template that is stored. */
export type PreviewInput = Omit<Schemas['PreviewInput'], 'template' | 'language' | 'fields'> & {
  template: Bodies | string;
  language: string;
  fields: Record<string, unknown>;
};
export const preview = (input: PreviewInput, signal?: AbortSignal) =>
  send<Preview>('/templates/preview', {
    method: 'POST',
    body: input,
    ...(signal ? { signal } : {}),
  });

export type MessageState = Schemas['MessageState'];
/** Every state, in the order in which a message comes through them. */
export const STATES: readonly MessageState[] = [
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
];
export type Reason = Schemas['MessageReason'];

export type Message = Schemas['Message'];
export type MessageDetail = Schemas['MessageDetail'];
export type NewMessage = Omit<Schemas['MessageInput'], 'fields'> & {
  fields: Record<string, unknown>;
};

export type LinkKindName = Schemas['ProviderLinkKind'];
/** Settings differ by kind; the form knows which there are. */
export type LinkInput = Omit<Schemas['ProviderLinkInput'], 'settings'> & {
  settings: Record<string, unknown>;
};
export type Link = Omit<Schemas['ProviderLinkBody'], 'settings'> & {
  settings: Record<string, unknown>;
};

const byId = (item: { id: string }) => item.id;

export const templates = resource<Template, TemplateInput>('/templates', byId, 'template.read');
export const messages = resource<Message, NewMessage>('/messages', byId, 'message.read');
export const links = resource<Link, LinkInput>('/links', byId, 'link.read');
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
