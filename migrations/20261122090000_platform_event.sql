-- Why: everything that happens is one append-only event, written in the transaction that made it happen.
-- Histories, the audit trail, boards and exports read it; nothing else remembers what happened.

create schema if not exists platform;

-- Positions are handed out before commit, so they order the events of one transaction, never of two.
create sequence platform.event_position;

create table platform.event (
    event_id       uuid not null,
    position       bigint not null default nextval('platform.event_position'),
    transaction_id xid8 not null default pg_current_xact_id(),
    kind           text not null,
    journal        text not null,
    subject_id     uuid not null,
    correlation_id uuid,
    author_kind    text not null,
    author_id      uuid,
    payload        jsonb not null,
    occurred_at    timestamptz not null,
    constraint event_pkey primary key (event_id, occurred_at),
    constraint event_kind_check check (kind ~ '^[a-z_]+\.[a-z_]+\.v[0-9]+$'),
    constraint event_journal_check check (journal in ('activity', 'security', 'change', 'failure')),
    constraint event_author_check check (
        author_kind in ('person', 'api_key', 'system') and (author_kind = 'system') = (author_id is null)
    )
) partition by range (occurred_at);

-- Consumers read in this order, below the snapshot horizon.
create index event_order_idx on platform.event (transaction_id, position);
create index event_subject_idx on platform.event (subject_id, occurred_at desc);
create index event_correlation_idx on platform.event (correlation_id, occurred_at) where correlation_id is not null;
create index event_journal_idx on platform.event (journal, occurred_at desc);

-- Takes what no month's partition holds: imported history, and events after a long stop before new months exist.
create table platform.event_default partition of platform.event default;

-- Makes the partitions of `months` months from the month of `from_day` on. A month whose events already stand
-- in the default partition stays there: moving them would lock the log. Returns how many it made.
create function platform.make_event_partitions(from_day date, months integer) returns integer
language plpgsql as $$
declare
    month_start timestamptz;
    month_end timestamptz;
    partition_name text;
    made integer := 0;
begin
    for ahead in 0 .. months - 1 loop
        month_start := (date_trunc('month', from_day::timestamp) + make_interval(months => ahead)) at time zone 'UTC';
        month_end := (date_trunc('month', from_day::timestamp) + make_interval(months => ahead + 1)) at time zone 'UTC';
        partition_name := 'event_' || to_char(month_start at time zone 'UTC', 'YYYY_MM');
        if to_regclass('platform.' || partition_name) is null
            and not exists (
                select 1 from platform.event_default
                where occurred_at >= month_start and occurred_at < month_end
            )
        then
            execute format(
                'create table platform.%I partition of platform.event for values from (%L) to (%L)',
                partition_name, month_start, month_end
            );
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

-- How far each consumer has read; moved in the transaction of the consumer's own writes.
create table platform.event_consumer (
    name           text not null,
    transaction_id xid8 not null,
    position       bigint not null,
    moved_at       timestamptz not null default now(),
    constraint event_consumer_pkey primary key (name)
);
