-- Why: promotions make offers to accounts that fit, activate them by what happens, and give rewards (CIMP-SPV-*); coupons
-- are codes that give something once and are kept as keyed hashes, so that nobody reads them here (CIMP-ENT-07).

create table loyalty.promotion (
    promotion_id uuid        not null,
    programme_id uuid        not null,
    code         text        not null,
    title        jsonb       not null,
    kind         text        not null,
    status       text        not null,
    fields       jsonb       not null, -- all that people set
    event_type   text,                 -- of the events that activate its offers
    starts_at    timestamptz,
    ends_at      timestamptz,
    launched_at  timestamptz,
    completed_at timestamptz,
    scanned_to   uuid,                 -- the last account that was looked at
    scan_next_at timestamptz,          -- when accounts are looked at again, once all were
    version      integer     not null default 1,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    constraint promotion_pkey primary key (promotion_id),
    constraint promotion_code_key unique (code),
    constraint promotion_programme_fkey foreign key (programme_id) references loyalty.programme (programme_id),
    constraint promotion_kind_check check (kind in ('general', 'contest', 'coupons')),
    constraint promotion_status_check check (status in ('draft', 'running', 'suspended', 'completed', 'archived',
        'deleted'))
);
create index promotion_running_idx on loyalty.promotion (event_type) where status = 'running';

create table loyalty.offer (
    offer_id     uuid        not null,
    promotion_id uuid        not null,
    account_id   uuid        not null,
    state        text        not null,
    made_at      timestamptz not null,
    expires_at   timestamptz,
    activated_at timestamptz,
    closed_at    timestamptz,
    activated_by text,                 -- the event, or api or ui
    granted      jsonb,                -- what was given
    constraint offer_pkey primary key (offer_id),
    constraint offer_once_key unique (promotion_id, account_id),
    constraint offer_promotion_fkey foreign key (promotion_id) references loyalty.promotion (promotion_id),
    constraint offer_account_fkey foreign key (account_id) references loyalty.account (account_id),
    constraint offer_state_check check (state in ('open', 'activated', 'closed', 'expired'))
);
create index offer_account_idx on loyalty.offer (account_id, offer_id);
create index offer_open_idx on loyalty.offer (promotion_id, offer_id) where state = 'open';
create index offer_due_idx on loyalty.offer (expires_at) where state = 'open' and expires_at is not null;

-- What was given, whatever for: an offer, a coupon, a prize.
create table loyalty.granted (
    grant_key      text        not null, -- what it was given for: counts once
    promotion_id   uuid        not null,
    account_id     uuid        not null,
    kind           text        not null, -- points, coupon, item, prize
    bonus_type_id  uuid,
    amount         bigint,
    transaction_id uuid,
    coupon_id      uuid,
    order_id       uuid,
    title          jsonb,                -- of a prize
    at             timestamptz not null,
    constraint granted_pkey primary key (grant_key),
    constraint granted_promotion_fkey foreign key (promotion_id) references loyalty.promotion (promotion_id),
    constraint granted_account_fkey foreign key (account_id) references loyalty.account (account_id),
    constraint granted_kind_check check (kind in ('points', 'coupon', 'item', 'prize'))
);
create index granted_account_idx on loyalty.granted (account_id, at);
create index granted_promotion_idx on loyalty.granted (promotion_id);

create table loyalty.draw (
    draw_id      uuid        not null,
    promotion_id uuid        not null,
    seed         bytea       not null,
    entries      integer     not null,
    fingerprint  bytea       not null, -- SHA-256 over the sorted ids of the entries
    drawn_at     timestamptz not null,
    constraint draw_pkey primary key (draw_id),
    constraint draw_promotion_key unique (promotion_id),
    constraint draw_promotion_fkey foreign key (promotion_id) references loyalty.promotion (promotion_id)
);
create table loyalty.winner (
    draw_id    uuid    not null,
    place      integer not null, -- from 1 on
    prize      integer not null, -- place in the promotion's prizes
    offer_id   uuid    not null,
    account_id uuid    not null,
    granted    jsonb,
    constraint winner_pkey primary key (draw_id, place),
    constraint winner_offer_key unique (draw_id, offer_id),
    constraint winner_draw_fkey foreign key (draw_id) references loyalty.draw (draw_id)
);

-- The next counter of codes of each length: a code is a permutation of it, so no code is made twice.
create table loyalty.coupon_counter (
    symbols smallint not null,
    next    bigint   not null,
    constraint coupon_counter_pkey primary key (symbols)
);
insert into loyalty.coupon_counter (symbols, next) values (8, 0), (10, 0), (12, 0);

create table loyalty.coupon_batch (
    batch_id     uuid        not null,
    promotion_id uuid        not null,
    symbols      smallint    not null,
    first        bigint      not null, -- counters from first on
    count        integer     not null,
    source       text        not null,
    created_at   timestamptz not null,
    voided_at    timestamptz,
    constraint coupon_batch_pkey primary key (batch_id),
    constraint coupon_batch_promotion_fkey foreign key (promotion_id) references loyalty.promotion (promotion_id)
);
create index coupon_batch_promotion_idx on loyalty.coupon_batch (promotion_id);

create table loyalty.coupon (
    coupon_id    uuid        not null,
    batch_id     uuid        not null,
    promotion_id uuid        not null,
    code_hash    bytea       not null, -- keyed; the code itself is kept nowhere
    last_four    text        not null,
    counter      bigint      not null, -- with the server's key, the code can be made again for its owner
    account_id   uuid,                 -- the only account that may redeem it
    uses_max     integer     not null,
    uses         integer     not null default 0,
    expires_at   timestamptz,
    voided_at    timestamptz,
    created_at   timestamptz not null,
    constraint coupon_pkey primary key (coupon_id),
    constraint coupon_code_key unique (code_hash),
    constraint coupon_batch_fkey foreign key (batch_id) references loyalty.coupon_batch (batch_id),
    constraint coupon_promotion_fkey foreign key (promotion_id) references loyalty.promotion (promotion_id),
    constraint coupon_uses_check check (uses between 0 and uses_max)
);
create index coupon_batch_idx on loyalty.coupon (batch_id, counter);
create index coupon_account_idx on loyalty.coupon (account_id) where account_id is not null;

create table loyalty.redemption (
    coupon_id   uuid        not null,
    use_number  integer     not null, -- 1 to uses_max: the key makes two of one use impossible
    account_id  uuid        not null,
    granted     jsonb,
    source      text        not null,
    redeemed_at timestamptz not null,
    constraint redemption_pkey primary key (coupon_id, use_number),
    constraint redemption_coupon_fkey foreign key (coupon_id) references loyalty.coupon (coupon_id),
    constraint redemption_account_fkey foreign key (account_id) references loyalty.account (account_id)
);
create index redemption_account_idx on loyalty.redemption (account_id);

-- Wrong codes by who asks, for whom and from where; forgotten when the window is over.
create table loyalty.coupon_guess (
    key          text        not null,
    wrong        integer     not null,
    since        timestamptz not null,
    locked_until timestamptz,
    constraint coupon_guess_pkey primary key (key)
);
