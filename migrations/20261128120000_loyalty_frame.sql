-- Why: a loyalty programme with its members (master accounts), their services, tiers and kinds of points. The points
-- themselves stand in the schema `ledger`; people are customers of `crm`; here is who takes part and how.
create schema if not exists loyalty;

create table loyalty.programme (
    programme_id uuid        not null,
    code         text        not null,
    title        jsonb       not null, -- by language
    zone         text        not null, -- where its midnight is
    settings     jsonb       not null, -- downgrade policy, birthdays, tenure
    version      integer     not null default 1,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    constraint programme_pkey primary key (programme_id),
    constraint programme_code_key unique (code)
);

-- The id of a bonus type is also the id of its currency in the ledger.
create table loyalty.bonus_type (
    bonus_type_id uuid        not null,
    programme_id  uuid        not null,
    code          text        not null,
    title         jsonb       not null,
    scale         smallint    not null,
    validity_days integer,             -- none: for ever
    expiry_round  text        not null,
    rounding      text        not null,
    allows_debt   boolean     not null,
    manual_limit  bigint,              -- above it a manual movement waits for approval; smallest unit
    version       integer     not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    constraint bonus_type_pkey primary key (bonus_type_id),
    constraint bonus_type_programme_fkey foreign key (programme_id) references loyalty.programme (programme_id),
    constraint bonus_type_code_key unique (programme_id, code),
    constraint bonus_type_scale_check check (scale between 0 and 6),
    constraint bonus_type_expiry_check check (expiry_round in ('day', 'month', 'quarter', 'year')),
    constraint bonus_type_rounding_check check (rounding in ('down', 'half_up', 'up'))
);

create table loyalty.tier (
    tier_id          uuid        not null,
    programme_id     uuid        not null,
    level            smallint    not null, -- higher is better
    code             text        not null,
    title            jsonb       not null,
    condition        text        not null, -- in the language of rules, over account.…
    discount_percent numeric(5, 2) not null default 0,
    multiplier       numeric(7, 3) not null default 1, -- of what is earned, for rules that read it
    version          integer     not null default 1,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    constraint tier_pkey primary key (tier_id),
    constraint tier_programme_fkey foreign key (programme_id) references loyalty.programme (programme_id),
    constraint tier_level_key unique (programme_id, level),
    constraint tier_code_key unique (programme_id, code)
);

create table loyalty.account (
    account_id       uuid        not null, -- also the owner of its accounts in the ledger
    programme_id     uuid        not null,
    number           text        not null,
    customer_id      uuid        not null, -- crm.customer
    status           smallint    not null, -- CIMP-ST-01
    macroregion      text,
    region           text,
    tier_id          uuid,
    tier_since       timestamptz,
    tier_unmet_since timestamptz,
    registered_at    timestamptz not null,
    enrolled_at      timestamptz,
    cancelled_at     timestamptz,
    version          integer     not null default 1,
    constraint account_pkey primary key (account_id),
    constraint account_programme_fkey foreign key (programme_id) references loyalty.programme (programme_id),
    constraint account_tier_fkey foreign key (tier_id) references loyalty.tier (tier_id),
    constraint account_number_key unique (programme_id, number),
    constraint account_status_check check (status in (10, 20, 90))
);
-- One account for a customer and programme, besides those that are over.
create unique index account_customer_key on loyalty.account (customer_id, programme_id) where status <> 90;
-- Statistics are made for each macroregion.
create index account_macroregion_idx on loyalty.account (programme_id, macroregion);
-- Tiers that a lower one follows when the grace is over.
create index account_unmet_idx on loyalty.account (tier_unmet_since) where tier_unmet_since is not null;

create table loyalty.service (
    service_id      uuid        not null,
    programme_id    uuid        not null,
    account_id      uuid        not null,
    code            text        not null, -- the id in the company's systems
    name            text        not null,
    user_id         text        not null, -- such as a phone number
    line            text        not null, -- service line
    state           text        not null,
    connected_at    timestamptz not null,
    disconnected_at timestamptz,
    version         integer     not null default 1,
    constraint service_pkey primary key (service_id),
    constraint service_account_fkey foreign key (account_id) references loyalty.account (account_id),
    constraint service_code_key unique (programme_id, code),
    constraint service_user_key unique (programme_id, name, user_id),
    constraint service_state_check check (state in ('connected', 'disconnected'))
);
create index service_account_idx on loyalty.service (account_id);
create index service_user_idx on loyalty.service (user_id);
