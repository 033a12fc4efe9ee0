-- Why: what programmes refer to by code (CIMP-MST-*), what members get for points (CIMP-RED-*), and with whom points are
-- exchanged (CIMP-PRT-*). Points move in the schema `ledger` alone; rows here name its transactions.

create table loyalty.master (
    master_id  uuid        not null,
    kind       text        not null, -- reason, merchant, merchandise, service_line, macroregion, region, tariff_plan
    code       text        not null,
    title      jsonb       not null, -- by language
    parent     text,                 -- the code of its merchant or macroregion
    areas      text[]      not null default '{}', -- of a reason: the operations it is valid for
    attributes jsonb       not null default '{}', -- further fields of other systems
    active     boolean     not null default true,
    version    integer     not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint master_pkey primary key (master_id),
    constraint master_code_key unique (kind, code),
    constraint master_kind_check check (kind in ('reason', 'merchant', 'merchandise', 'service_line', 'macroregion',
        'region', 'tariff_plan'))
);
create index master_parent_idx on loyalty.master (kind, parent) where parent is not null;

-- The id of a partner is also the owner of its accounts in the ledger; its currency is one of the ledger's.
create table loyalty.partner (
    partner_id     uuid        not null,
    code           text        not null,
    title          jsonb       not null,
    unit_id        uuid,                 -- access.unit: whose people see this partner alone
    currency_id    uuid,
    currency_code  text,
    currency_scale smallint,
    active         boolean     not null default true,
    version        integer     not null default 1,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    constraint partner_pkey primary key (partner_id),
    constraint partner_code_key unique (code),
    constraint partner_currency_key unique (currency_code),
    constraint partner_currency_check check ((currency_id is null) = (currency_code is null)
        and (currency_id is null) = (currency_scale is null))
);

-- Rates are added and never changed: the newest that has begun counts. Against a partner's points, or against money.
create table loyalty.rate (
    rate_id       uuid        not null,
    partner_id    uuid,
    money         text,
    bonus_type_id uuid        not null,
    give          bigint      not null, -- smallest units of the bonus type …
    get           bigint      not null, -- … and of the other currency
    rounding      text        not null,
    minimum       bigint,
    maximum       bigint,
    valid_from    timestamptz not null,
    created_at    timestamptz not null,
    constraint rate_pkey primary key (rate_id),
    constraint rate_partner_fkey foreign key (partner_id) references loyalty.partner (partner_id),
    constraint rate_bonus_type_fkey foreign key (bonus_type_id) references loyalty.bonus_type (bonus_type_id),
    constraint rate_other_check check ((partner_id is null) <> (money is null)),
    constraint rate_amounts_check check (give > 0 and get > 0),
    constraint rate_rounding_check check (rounding in ('down', 'half_up', 'up'))
);
create unique index rate_partner_key on loyalty.rate (partner_id, bonus_type_id, valid_from)
    where partner_id is not null;
create unique index rate_money_key on loyalty.rate (money, bonus_type_id, valid_from) where money is not null;

create table loyalty.reward (
    reward_id          uuid        not null,
    code               text        not null,
    title              jsonb       not null,
    description        jsonb       not null,
    kind               text        not null,
    partner_id         uuid,
    physical           boolean     not null,
    needs_confirmation boolean     not null, -- GAP-22
    valid_from         timestamptz,
    valid_until        timestamptz,
    picture            text,
    stock              integer,              -- null: without end; changed by orders, without a new version
    active             boolean     not null default true,
    version            integer     not null default 1,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    constraint reward_pkey primary key (reward_id),
    constraint reward_code_key unique (code),
    constraint reward_partner_fkey foreign key (partner_id) references loyalty.partner (partner_id),
    constraint reward_kind_check check (kind in ('gift', 'product', 'partner_service')),
    constraint reward_stock_check check (stock >= 0)
);

create table loyalty.reward_price (
    reward_id     uuid   not null,
    bonus_type_id uuid   not null,
    amount        bigint not null, -- smallest units, of one
    constraint reward_price_pkey primary key (reward_id, bonus_type_id),
    constraint reward_price_reward_fkey foreign key (reward_id) references loyalty.reward (reward_id),
    constraint reward_price_bonus_type_fkey foreign key (bonus_type_id) references loyalty.bonus_type (bonus_type_id),
    constraint reward_price_amount_check check (amount > 0)
);

create sequence loyalty.order_number start 10000001;

create table loyalty.reward_order (
    order_id        uuid        not null,
    number          bigint      not null default nextval('loyalty.order_number'),
    account_id      uuid        not null,
    reward_id       uuid        not null,
    quantity        integer     not null,
    bonus_type_id   uuid,                 -- null: for nothing, the reward of a promotion
    amount          bigint      not null, -- of all, smallest units
    state           text        not null,
    restocks        boolean     not null, -- whether its goods came out of a stock that has an end
    hold_id         uuid,                 -- ledger.hold, while the points are held
    transaction_id  uuid,                 -- ledger.transaction that spent the points
    reversal_id     uuid,                 -- ledger.transaction that gave them back
    reason          text,                 -- of the cancellation
    note            text        not null default '',
    source          text        not null, -- ui, api, promotion
    placed_at       timestamptz not null,
    expires_at      timestamptz,          -- a placed order is cancelled then
    confirmed_at    timestamptz,
    cancelled_at    timestamptz,
    version         integer     not null default 1,
    constraint reward_order_pkey primary key (order_id),
    constraint reward_order_number_key unique (number),
    constraint reward_order_account_fkey foreign key (account_id) references loyalty.account (account_id),
    constraint reward_order_reward_fkey foreign key (reward_id) references loyalty.reward (reward_id),
    constraint reward_order_state_check check (state in ('placed', 'confirmed', 'cancelled')),
    constraint reward_order_amount_check check (quantity > 0 and amount >= 0 and (amount = 0 or bonus_type_id is not null))
);
create index reward_order_account_idx on loyalty.reward_order (account_id, order_id);
create index reward_order_reward_idx on loyalty.reward_order (reward_id, placed_at);
create index reward_order_due_idx on loyalty.reward_order (expires_at) where state = 'placed';

create table loyalty.conversion (
    conversion_id  uuid        not null,
    account_id     uuid        not null,
    partner_id     uuid        not null,
    rate_id        uuid        not null,
    given          bigint      not null, -- smallest units of the rate's bonus type
    got            bigint      not null, -- smallest units of the partner's currency
    transaction_id uuid        not null,
    source         text        not null,
    at             timestamptz not null,
    constraint conversion_pkey primary key (conversion_id),
    constraint conversion_account_fkey foreign key (account_id) references loyalty.account (account_id),
    constraint conversion_partner_fkey foreign key (partner_id) references loyalty.partner (partner_id),
    constraint conversion_rate_fkey foreign key (rate_id) references loyalty.rate (rate_id),
    constraint conversion_transaction_key unique (transaction_id),
    constraint conversion_amounts_check check (given > 0 and got > 0)
);
create index conversion_account_idx on loyalty.conversion (account_id, conversion_id);
create index conversion_partner_idx on loyalty.conversion (partner_id, at);
