import type { Customer, CustomerInput, LocalText, Page } from './contract';
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
] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export interface Choice {
  value: string;
  title: LocalText;
}

export interface AttributeInput {
  /** `customer`, or the key of a kind of card. */
  of: string;
  key: string;
  title: LocalText;
  type: AttributeType;
  unit: string | null;
  choices: Choice[];
  /** What a link names: `customer`, or the key of a kind of card. */
  link_to: string | null;
  required: boolean;
  unique: boolean;
  searchable: boolean;
  indexed: boolean;
  /** Roles that see it and change it; null is everybody who sees or changes the card. */
  readers: string[] | null;
  editors: string[] | null;
  position: number;
}
export interface Attribute extends AttributeInput {
  id: string;
  /** Belongs to the server: it can be changed, not archived. */
  built_in: boolean;
  /** What is made of it in the background: its index, its words. */
  builds: {
    what: 'index' | 'words';
    state: 'waiting' | 'running' | 'ready' | 'failed';
    done: number;
    total: number;
    error: string | null;
  }[];
  version: number;
}

export interface CardKindInput {
  key: string;
  title: LocalText;
  plural: LocalText;
  icon: string;
  /** Text with attributes in braces. */
  title_template: string;
  readers: string[] | null;
  editors: string[] | null;
}
export interface CardKind extends CardKindInput {
  id: string;
  version: number;
}

export type Values = Record<string, unknown>;
export interface CardInput {
  kind: string;
  attributes: Values;
}
export interface Card extends CardInput {
  id: string;
  title: string;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface LinkKindInput {
  key: string;
  title: LocalText;
  inverse: LocalText;
  from: string;
  to: string;
  /** Only people, or only organisations, where the end is a customer. */
  from_customer: CustomerKind | null;
  to_customer: CustomerKind | null;
  cardinality: string;
}
export interface LinkKind extends LinkKindInput {
  id: string;
  built_in: boolean;
  version: number;
}

type CustomerKind = Customer['kind'];

/** One end of a link: `of` is `customer` or the key of a kind of card. */
export interface End {
  of: string;
  id: string;
  title: string;
}
export interface Link {
  id: string;
  kind: string;
  from: End;
  to: End;
  note: string | null;
}

/** One change of a record: what it was and what it became, by field. */
export interface Change {
  id: string;
  at: string;
  by: string | null;
  kind: string;
  changes: { field: string; before: unknown; after: unknown }[];
}

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
export interface RecordQuery {
  of: string;
  where: string | null;
  group_by: string[];
  measures: Measure[];
}
export interface Measure {
  fn: 'count' | 'sum' | 'avg' | 'min' | 'max';
  field?: string;
}
export interface RecordRows {
  columns: string[];
  rows: unknown[][];
  /** There are more rows than an answer has. */
  more: boolean;
}
export const ask = (query: RecordQuery) =>
  send<RecordRows>('/records/query', { method: 'POST', body: query });

/** Structures as one document: attributes, kinds of cards and of links. */
export interface ImportPlan {
  changes: {
    action: 'add' | 'change' | 'keep';
    what: string;
    key: string;
  }[];
  faults: { pointer: string; message: string }[];
}
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
