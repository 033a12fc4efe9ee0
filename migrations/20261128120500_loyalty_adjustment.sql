-- Why: awards and adjustments above the limit of their bonus type wait until somebody else has approved them; what was
-- done on which day for a programme (birthdays, tenure, notices of expiry) is remembered, so that it is done once.
create table loyalty.adjustment (
    adjustment_id uuid        not null,
    account_id    uuid        not null,
    bonus_type_id uuid        not null,
    kind          text        not null,
    amount        bigint      not null, -- smallest unit; negative takes away
    validity_days integer,
    reason        text        not null,
    comment       text        not null default '',
    state         text        not null,
    author_id     uuid,                 -- none: a program asked
    asked_at      timestamptz not null,
    decided_by    uuid,
    decided_at    timestamptz,
    constraint adjustment_pkey primary key (adjustment_id),
    constraint adjustment_account_fkey foreign key (account_id) references loyalty.account (account_id),
    constraint adjustment_type_fkey foreign key (bonus_type_id) references loyalty.bonus_type (bonus_type_id),
    constraint adjustment_kind_check check (kind in ('award', 'adjustment')),
    constraint adjustment_state_check check (state in ('waiting', 'booked', 'refused')),
    constraint adjustment_other_check check (decided_by is null or decided_by is distinct from author_id)
);
create index adjustment_waiting_idx on loyalty.adjustment (asked_at) where state = 'waiting';
create index adjustment_account_idx on loyalty.adjustment (account_id, asked_at);

create table loyalty.done_on (
    programme_id uuid        not null,
    job          text        not null, -- anniversaries, expiry_notices, tiers
    day          date        not null, -- in the programme's zone
    done_at      timestamptz not null,
    constraint done_on_pkey primary key (programme_id, job, day),
    constraint done_on_programme_fkey foreign key (programme_id) references loyalty.programme (programme_id)
);
