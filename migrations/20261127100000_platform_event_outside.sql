-- Why: events of other systems stand in the same log as our own, but there are far more of them and they are kept
-- for a time only. In partitions of their own they are dropped a week at a time, while our own history stays.

-- The log so far becomes the part of our own journals. A key of a partitioned table must hold what it is split by.
-- The log is small yet: building its key again is short.
alter table platform.event rename to event_own;
alter table platform.event_own drop constraint event_pkey;
alter table platform.event_own drop constraint event_journal_check;
alter table platform.event_own add constraint event_own_pkey primary key (event_id, occurred_at, journal);
alter table platform.event_own rename constraint event_kind_check to event_own_kind_check;
alter table platform.event_own rename constraint event_author_check to event_own_author_check;
alter index platform.event_order_idx rename to event_own_order_idx;
alter index platform.event_subject_idx rename to event_own_subject_idx;
alter index platform.event_correlation_idx rename to event_own_correlation_idx;
alter index platform.event_journal_idx rename to event_own_journal_idx;
alter index platform.event_time_idx rename to event_own_time_idx;

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
    constraint event_pkey primary key (event_id, occurred_at, journal)
) partition by list (journal);

-- What other systems sent. Its kind is the name of a registered type: our own kinds end in a version.
create table platform.event_outside (
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
    constraint event_outside_pkey primary key (event_id, occurred_at, journal),
    constraint event_outside_kind_check check (
        kind ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(kind) <= 100
    ),
    constraint event_outside_author_check check (
        author_kind in ('person', 'api_key', 'system') and (author_kind = 'system') = (author_id is null)
    )
) partition by range (occurred_at);

alter table platform.event attach partition platform.event_own
    for values in ('activity', 'security', 'change', 'failure');
alter table platform.event attach partition platform.event_outside for values in ('outside');

-- On our own part these find the indexes that are there; only those of the outside part are new.
create index event_order_idx on platform.event (transaction_id, position);
create index event_subject_idx on platform.event (subject_id, occurred_at desc);
create index event_correlation_idx on platform.event (correlation_id, occurred_at) where correlation_id is not null;
create index event_journal_idx on platform.event (journal, occurred_at desc);
create index event_time_idx on platform.event (occurred_at desc, event_id desc);
-- A simulation and a page of one type read the events of a kind in time.
create index event_outside_kind_idx on platform.event_outside (kind, occurred_at);

-- Takes what no week's partition holds: late events, and events after a long stop before new weeks exist.
create table platform.event_outside_default partition of platform.event_outside default;

-- Makes monthly partitions of our own part, as before.
create or replace function platform.make_event_partitions(from_day date, months integer) returns integer
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
                'create table platform.%I partition of platform.event_own for values from (%L) to (%L)',
                partition_name, month_start, month_end
            );
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

-- Makes weekly partitions (Monday to Monday, UTC) of the outside part, `weeks` from the week of `from_day` on.
-- A week whose events already stand in the default partition stays there. Returns how many it made.
create function platform.make_outside_partitions(from_day date, weeks integer) returns integer
language plpgsql as $$
declare
    week_start timestamptz;
    week_end timestamptz;
    partition_name text;
    made integer := 0;
begin
    for ahead in 0 .. weeks - 1 loop
        week_start := (date_trunc('week', from_day::timestamp) + make_interval(days => 7 * ahead)) at time zone 'UTC';
        week_end := (date_trunc('week', from_day::timestamp) + make_interval(days => 7 * (ahead + 1))) at time zone 'UTC';
        partition_name := 'event_outside_' || to_char(week_start at time zone 'UTC', 'YYYY_MM_DD');
        if to_regclass('platform.' || partition_name) is null
            and not exists (
                select 1 from platform.event_outside_default
                where occurred_at >= week_start and occurred_at < week_end
            )
        then
            execute format(
                'create table platform.%I partition of platform.event_outside for values from (%L) to (%L)',
                partition_name, week_start, week_end
            );
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

-- Which outside events are known: the same id of the same source counts once, and says so when its body differs.
-- The key is made of both, so that the index stays small; removed when a repetition is no longer expected.
create table platform.outside_key (
    key         uuid not null,
    body_hash   bytea not null,
    event_id    uuid not null,
    received_at timestamptz not null,
    constraint outside_key_pkey primary key (key)
);

create index outside_key_received_idx on platform.outside_key (received_at);
