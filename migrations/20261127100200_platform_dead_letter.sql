-- Why: one event that a consumer cannot handle must not stop the others, and must not be forgotten: it waits here with
-- the reason until somebody tries it again or drops it. So do messages from outside that cannot be read.

create table platform.dead_letter (
    dead_letter_id uuid not null,
    -- Where it failed: consumer:<name>, kafka:<topic>, file:<name>.
    origin         text not null,
    -- The event, when it stands in the log; what fails twice at one place is one letter.
    event_id       uuid,
    occurred_at    timestamptz,
    reason         text not null,
    detail         text not null,
    payload        jsonb not null,
    state          text not null default 'open',
    attempts       integer not null default 1,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    constraint dead_letter_pkey primary key (dead_letter_id),
    constraint dead_letter_event_key unique (origin, event_id),
    constraint dead_letter_state_check check (state in ('open', 'retrying', 'done', 'dropped'))
);

create index dead_letter_state_idx on platform.dead_letter (state, created_at desc);
-- A consumer looks for letters that somebody wants tried again.
create index dead_letter_retrying_idx on platform.dead_letter (origin) where state = 'retrying';

-- Since when a consumer cannot go on, and why; null while it works.
alter table platform.event_consumer add column failing_since timestamptz;
alter table platform.event_consumer add column failure text;
