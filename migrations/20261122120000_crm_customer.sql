-- Why: whom the company serves, and by what they are recognised: a number that calls, an address that writes.
create schema if not exists crm;

create table crm.customer (
    customer_id uuid        not null,
    kind        text        not null, -- individual, organisation
    name        text        not null, -- as people write it, in any script
    vip         boolean     not null,
    language    text,                 -- what the customer wants to be spoken to in
    version     integer     not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint customer_pkey primary key (customer_id),
    constraint customer_kind_check check (kind in ('individual', 'organisation')),
    constraint customer_language_check check (language in ('en', 'ru', 'uz'))
);
create index customer_created_idx on crm.customer (created_at desc, customer_id desc);

-- One identifier belongs to one customer: a caller's number must not find two people.
create table crm.identifier (
    kind        text not null, -- phone (E.164), email, contract, telegram, tax_number
    value       text not null, -- in the one form that crm::identifier writes
    customer_id uuid not null,
    constraint identifier_pkey primary key (kind, value),
    constraint identifier_customer_fkey foreign key (customer_id) references crm.customer (customer_id),
    constraint identifier_kind_check check (kind in ('phone', 'email', 'contract', 'telegram', 'tax_number'))
);
create index identifier_customer_idx on crm.identifier (customer_id);
-- "ends with", which is how people look for a number: +998 90 123 45 67 is searched as 1234567.
create index identifier_reversed_idx on crm.identifier (reverse(value) text_pattern_ops);

-- The words of the name as crm::name folds them, so that Каримов, Karimov and Qarimov are one word and a prefix
-- search over millions of customers is one index range.
create table crm.name_word (
    customer_id uuid not null,
    word        text not null,
    constraint name_word_pkey primary key (customer_id, word),
    constraint name_word_customer_fkey foreign key (customer_id) references crm.customer (customer_id)
);
create index name_word_word_idx on crm.name_word (word text_pattern_ops, customer_id);
