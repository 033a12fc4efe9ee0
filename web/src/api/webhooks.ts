import type { Page } from './contract';
import { send } from './http';
import { type Collection, resource } from './query';

export interface WebhookInput {
  name: string;
  url: string;
  /** Whole kinds of events, or beginnings that end with a dot. */
  kinds: string[];
  enabled: boolean;
}
export interface Webhook extends WebhookInput {
  id: string;
  version: number;
  /** Why the server itself switched it off. */
  disabled_reason: string | null;
}
/** What the server answers once, when a webhook is made: with the secret that signs its deliveries. */
export type MadeWebhook = Webhook & { secret?: string };

export interface Delivery {
  id: string;
  event_id: string;
  kind: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  due_at: string;
  last_status: number | null;
  last_error: string | null;
  created_at: string;
}

export const webhooks = resource<Webhook, WebhookInput, MadeWebhook>(
  '/webhooks' as Collection,
  (item) => item.id,
  'webhook.read',
);
export const deliveriesOf = (id: string, cursor?: string) =>
  send<Page<Delivery>>(`/webhooks/${id}/deliveries`, { query: { limit: 50, cursor } });
export const retryDelivery = (id: string, delivery: string) =>
  send<Delivery>(`/webhooks/${id}/deliveries/${delivery}/retry`, { method: 'POST' });
export const rotateSecret = (id: string) =>
  send<MadeWebhook>(`/webhooks/${id}/secret`, { method: 'POST' });
