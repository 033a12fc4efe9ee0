import type { Page } from './contract';
import { send } from './http';
import { type Collection, resource } from './query';

export interface WebhookInput {
  url: string;
  description?: string | null;
  events: string[];
  enabled: boolean;
}
export interface Webhook extends WebhookInput {
  id: string;
  version: number;
  disabled_reason?: string | null;
}
/** What the server answers once, when a webhook is made: the secret that signs its deliveries. */
export type MadeWebhook = Webhook & { secret?: string };

export interface Delivery {
  id: string;
  event_id: string;
  kind: string;
  state: string;
  attempts: number;
  status?: number | null;
  error?: string | null;
  created_at: string;
  next_at?: string | null;
}

export const webhooks = resource<Webhook, WebhookInput, MadeWebhook>(
  '/webhooks' as Collection,
  (item) => item.id,
  'webhook.read',
);
export const deliveriesOf = (id: string, cursor?: string) =>
  send<Page<Delivery>>(`/webhooks/${id}/deliveries`, { query: { limit: 50, cursor } });
export const retryDelivery = (id: string, delivery: string) =>
  send<void>(`/webhooks/${id}/deliveries/${delivery}/retry`, { method: 'POST' });
export const rotateSecret = (id: string) =>
  send<{ secret: string }>(`/webhooks/${id}/secret`, { method: 'POST' });
