import type { Page, Schemas, With } from './contract';
import { send } from './http';
import { type Collection, resource } from './query';

export type WebhookInput = Required<Schemas['WebhookFields']>;
export type Webhook = With<Schemas['Webhook'], WebhookInput>;
/** What the server answers once, when a webhook is made: with the secret that signs its deliveries. */
export type MadeWebhook = Webhook & Pick<Schemas['NewWebhook'], 'secret'>;
export type Delivery = Schemas['Delivery'];

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
