-- Why: points, bonuses and certificates are money. Every movement is a posting from one account to another, kept for
-- ever under a key that counts once, in lots that expire, and in a chain of hashes that shows any later change.

create schema if not exists ledger;

create table ledger.currency (
    id          uuid not null,
    code        text not null,
    scale       smallint not null,
    allows_debt boolean not null,
    created_at  timestamptz not null,
    constraint currency_pkey primary key (id),
    constraint currency_code_key unique (code),
    constraint currency_scale_check check (scale between 0 and 6)
);

-- The id follows from owner, role and currency, so that nobody needs to look it up and nobody opens it twice.
-- Balance, held, debt and claim change with every posting and are in no index: such an update stays on its page.
create table ledger.account (
    id        uuid not null,
    owner     uuid not null,
    role      text not null,
    currency  uuid not null,
    balance   bigint not null default 0,
    held      bigint not null default 0,
    debt      bigint not null default 0,
    claim     bigint not null default 0,
    opened_at timestamptz not null,
    constraint account_pkey primary key (id),
    constraint account_currency_fkey foreign key (currency) references ledger.currency (id),
    constraint account_member_check check (
        role <> 'member' or (held >= 0 and debt >= 0 and claim >= 0 and balance >= -debt)
    )
) with (fillfactor = 75);

create index account_owner_idx on ledger.account (owner);

-- Each call of the ledger takes one number of a block; its transactions are block * 1000 + place. So numbers grow with
-- time, and the rows are written before the chain's head is locked.
create sequence ledger.block_id;

-- The chain: what was written together, one after the other. Positions have no gaps.
create table ledger.block (
    id            bigint not null,
    position      bigint not null,
    transactions  integer not null,
    previous_hash bytea not null,
    hash          bytea not null,
    booked_at     timestamptz not null,
    constraint block_pkey primary key (id),
    constraint block_position_key unique (position)
);

-- The end of the chain, locked by whoever adds to it.
create table ledger.chain (
    one      boolean not null default true,
    position bigint not null,
    hash     bytea not null,
    constraint chain_pkey primary key (one),
    constraint chain_one_check check (one)
);
insert into ledger.chain (position, hash) values (0, decode(repeat('00', 32), 'hex'));

-- The id follows from the key: its index is what makes a key count once.
create table ledger.transaction (
    number       bigint not null,
    id           uuid not null,
    key          text not null,
    body_hash    bytea not null,
    kind         text not null,
    reason       text,
    source       text not null,
    cause        jsonb,
    effective_at timestamptz not null,
    booked_at    timestamptz not null,
    author_kind  text not null,
    author_id    uuid,
    hash         bytea not null,
    constraint transaction_pkey primary key (number),
    constraint transaction_id_key unique (id),
    constraint transaction_author_check check (
        author_kind in ('person', 'api_key', 'system') and (author_kind = 'system') = (author_id is null)
    )
);

-- Periods: "what was booked in March", "what of event 77".
create index transaction_booked_idx on ledger.transaction (booked_at);

-- An amount goes from one account (debit) to another (credit), so a transaction sums to zero by its shape. The balance
-- after stands for members' accounts; the issuer's and other inner accounts have none here.
create table ledger.posting (
    number         bigint not null,
    place          integer not null,
    debit_account  uuid not null,
    credit_account uuid not null,
    amount         bigint not null,
    debit_after    bigint,
    credit_after   bigint,
    constraint posting_pkey primary key (number, place),
    constraint posting_amount_check check (amount > 0),
    constraint posting_accounts_check check (debit_account <> credit_account)
);

-- The history of a member's account: each posting stands in one of them only.
create index posting_debit_idx on ledger.posting (debit_account, number) where debit_after is not null;
create index posting_credit_idx on ledger.posting (credit_account, number) where credit_after is not null;

-- What one credit brought: its id is number * 16384 + place of the posting. `open` (something remains) is a column of its
-- own so that a draw that leaves something changes no index.
create table ledger.lot (
    id          bigint not null,
    account     uuid not null,
    amount      bigint not null,
    remaining   bigint not null,
    held        bigint not null default 0,
    expired     bigint not null default 0,
    open        boolean not null,
    tag         text,
    active_from timestamptz not null,
    expires_at  timestamptz,
    constraint lot_pkey primary key (id),
    constraint lot_amounts_check check (
        amount > 0 and remaining between 0 and amount and held between 0 and remaining and expired between 0 and amount
    ),
    constraint lot_open_check check (open = (remaining > 0))
) with (fillfactor = 90);

create index lot_account_idx on ledger.lot (account) where open;
create index lot_due_idx on ledger.lot (expires_at) where open and expires_at is not null;

-- Which lot each debit drew from; negative: given back.
create table ledger.draw (
    number bigint not null,
    place  integer not null,
    lot    bigint not null,
    amount bigint not null,
    constraint draw_pkey primary key (number, place, lot),
    constraint draw_amount_check check (amount <> 0)
);

create index draw_lot_idx on ledger.draw (lot);

-- Set aside until it is captured (then it is a debit), released or expired. The id follows from the placing transaction.
create table ledger.hold (
    id         uuid not null,
    account    uuid not null,
    amount     bigint not null,
    captured   bigint not null default 0,
    state      text not null default 'open',
    number     bigint not null,
    place      integer not null,
    expires_at timestamptz,
    closed_by  bigint,
    closed_at_place integer,
    constraint hold_pkey primary key (id),
    constraint hold_amount_check check (amount > 0 and captured between 0 and amount),
    constraint hold_state_check check (state in ('open', 'captured', 'released', 'expired')),
    constraint hold_closed_check check ((state = 'open') = (closed_by is null))
);

create index hold_account_idx on ledger.hold (account) where state = 'open';
create index hold_due_idx on ledger.hold (expires_at) where state = 'open' and expires_at is not null;
create index hold_placed_idx on ledger.hold (number);
create index hold_closed_idx on ledger.hold (closed_by) where closed_by is not null;

create table ledger.hold_lot (
    hold   uuid not null,
    lot    bigint not null,
    amount bigint not null,
    constraint hold_lot_pkey primary key (hold, lot),
    constraint hold_lot_amount_check check (amount > 0)
);

-- What changed in what is owed. Of a reversed posting: asked for, owed (asked less what had expired), and taken; what was
-- owed and not taken became debt, or a claim that only points which come back pay. Rows without a reversed posting say
-- that debt or claim was paid.
create table ledger.reversal (
    number          bigint not null,
    place           integer not null,
    account         uuid not null,
    reversed_number bigint,
    reversed_place  integer,
    asked           bigint not null default 0,
    owed            bigint not null default 0,
    taken           bigint not null default 0,
    debt            bigint not null default 0,
    claim           bigint not null default 0,
    constraint reversal_pkey primary key (number, place),
    constraint reversal_amounts_check check (asked >= 0 and owed >= 0 and taken >= 0)
);

create index reversal_reversed_idx on ledger.reversal (reversed_number) where reversed_number is not null;
create index reversal_account_idx on ledger.reversal (account);

-- The balance at the end of a day for each account that moved on it; the day before holds for the others.
create table ledger.closing (
    account  uuid not null,
    day      date not null,
    credited bigint not null,
    debited  bigint not null,
    balance  bigint not null,
    constraint closing_pkey primary key (account, day)
);

create index closing_day_idx on ledger.closing (day);

-- What was booked stays: a correction is a new posting. The hash chain finds whoever goes around this.
create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'ledger.% is append-only: a correction is a new transaction', tg_table_name
        using errcode = 'restrict_violation';
end
$$;

create trigger block_append_only before update or delete or truncate on ledger.block
    for each statement execute function ledger.refuse_change();
create trigger transaction_append_only before update or delete or truncate on ledger.transaction
    for each statement execute function ledger.refuse_change();
create trigger posting_append_only before update or delete or truncate on ledger.posting
    for each statement execute function ledger.refuse_change();
create trigger draw_append_only before update or delete or truncate on ledger.draw
    for each statement execute function ledger.refuse_change();
create trigger reversal_append_only before update or delete or truncate on ledger.reversal
    for each statement execute function ledger.refuse_change();
create trigger hold_lot_append_only before update or delete or truncate on ledger.hold_lot
    for each statement execute function ledger.refuse_change();
create trigger lot_terms before delete or truncate or update of id, account, amount, tag, active_from, expires_at
    on ledger.lot for each statement execute function ledger.refuse_change();
create trigger hold_terms before delete or truncate or update of id, account, amount, number, place, expires_at
    on ledger.hold for each statement execute function ledger.refuse_change();
