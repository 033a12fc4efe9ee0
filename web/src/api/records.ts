import type { Customer, CustomerInput, Page, Schemas, With } from './contract';
import { type Query, send } from './http';
import { type Collection, resource, useList } from './query';
import { useCan } from './session';

/** What an attribute may be; the server checks every written value against it. */
export const ATTRIBUTE_TYPES = [
  'text',
  'number',
  'decimal',
  'boolean',
  'date',
  'datetime',
  'choice',
  'choices',
  'phone',
  'email',
  'url',
  'link',
] as const satisfies readonly Schemas['AttributeType'][];
export type AttributeType = Schemas['AttributeType'];

export type Choice = Schemas['Choice'];
export type AttributeInput = Required<Schemas['AttributeFields']>;
export type Attribute = With<Schemas['Attribute'], AttributeInput>;
export type CardKindInput = Required<Schemas['CardKindFields']>;
export type CardKind = With<Schemas['CardKind'], CardKindInput>;

export type Values = Record<string, unknown>;
export type CardInput = Required<Schemas['CardInput']>;
export type Card = Schemas['Card'];

export type LinkKindInput = Required<Schemas['LinkKindFields']>;
export type LinkKind = With<Schemas['LinkKind'], LinkKindInput>;
/** One end of a link: `of` is `customer` or the key of a kind of card. */
export type End = Schemas['LinkEnd'];
export type Link = Schemas['LinkBody'];

/** One change of a record: what it was and what it became, by field. */
export type Change = With<
  Schemas['HistoryEntry'],
  { changes: With<Schemas['FieldChange'], { before?: unknown; after?: unknown }>[] }
>;

/** More attributes than any card has: the whole list in one page. */
export const ALL_ATTRIBUTES = 500;

const byId = (item: { id: string }) => item.id;
const soon = (path: string) => path as Collection;

export type FullCustomer = Customer & { attributes?: Values };
export type FullCustomerInput = CustomerInput & { attributes?: Values };

export const people = resource<FullCustomer, FullCustomerInput>(
  '/customers',
  byId,
  'customer.read',
);
export const attributes = resource<Attribute, AttributeInput>(
  soon('/attributes'),
  byId,
  'customer.read',
);
export const cardKinds = resource<CardKind, CardKindInput>(soon('/card-kinds'), byId, 'card.read');
export const linkKinds = resource<LinkKind, LinkKindInput>(soon('/link-kinds'), byId, 'card.read');
export const cards = resource<Card, CardInput>(soon('/cards'), byId, 'card.read');

/** Links of a card or a customer, and its history. */
export const linksOf = (id: string) => send<Page<Link>>(`/links-of/${id}`);
/** The other record stands on one side; the record itself on the side that is left out. */
export const addLink = (id: string, link: { kind: string; from?: string; to?: string }) =>
  send<Link>(`/links-of/${id}`, { method: 'POST', body: link });
export const removeLink = (id: string, link: string) =>
  send<void>(`/links-of/${id}`, { method: 'DELETE', query: { link } });
export const historyOf = (path: string, id: string, query?: Query) =>
  send<Page<Change>>(`${path}/${id}/history`, { query: query ?? {} });

/** A question to the records: how many, how much, by what. */
export type RecordQuery = Required<Schemas['Question']>;
export type Measure = Schemas['Measure'];
export type RecordRows = With<Schemas['Rows'], { rows: unknown[][] }>;
export const ask = (query: RecordQuery) =>
  send<RecordRows>('/records/query', { method: 'POST', body: query });

/** Structures as one document: attributes, kinds of cards and of links. */
export type ImportPlan = Schemas['ImportPlan'];
export const exportStructures = () => send<object>('/structures/export');
export const importStructures = (document: object, dryRun: boolean) =>
  send<ImportPlan>('/structures/import', {
    method: 'POST',
    query: { dry_run: dryRun },
    body: document,
  });

const NONE: Attribute[] = [];
/** The definitions of the attributes of one card, in their order. */
export function useAttributes(of: string): Attribute[] {
  const list = useList(attributes, { of, limit: ALL_ATTRIBUTES }, useCan(attributes.right));
  return list.data?.items ?? NONE;
}
