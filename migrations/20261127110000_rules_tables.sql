-- Why: rules are data with a version, an author and a way back. People write them, others approve them, and every
-- decision can be explained afterwards: which version looked at which event, what it saw, and what it did.
create schema if not exists rules;

create table rules.rule (
    rule_id            uuid        not null,
    name               text        not null,
    description        text        not null default '',
    document           jsonb       not null,          -- the draft
    draft_state        text        not null default 'draft',
    draft_author_id    uuid,                          -- who changed the draft last: somebody else approves it
    approver_id        uuid,
    refused            text,                          -- why the draft was not approved
    running            text,                          -- none: never launched
    live_version       integer,
    challenger_version integer,
    challenger_percent smallint,
    salt               uuid        not null,          -- of the hash that splits customers between versions
    version            integer     not null default 1,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    archived_at        timestamptz,
    constraint rule_pkey primary key (rule_id),
    constraint rule_draft_state_check check (draft_state in ('draft', 'in_test', 'approved')),
    constraint rule_running_check check (running in ('live', 'paused', 'stopped')),
    constraint rule_live_check check ((running is null) = (live_version is null)),
    constraint rule_challenger_check check (
        (challenger_version is null) = (challenger_percent is null) and challenger_percent between 1 and 99
    )
);
-- An archived rule gives its name free.
create unique index rule_name_key on rules.rule (lower(name)) where archived_at is null;

-- What was launched stays as it was launched.
create table rules.rule_version (
    rule_id     uuid        not null,
    number      integer     not null,
    document    jsonb       not null,
    date_fields text[]      not null default '{}', -- fields that its form compares as dates
    author_id   uuid,
    approver_id uuid,
    launcher_id uuid,
    launched_at timestamptz not null,
    constraint rule_version_pkey primary key (rule_id, number),
    constraint rule_version_rule_fkey foreign key (rule_id) references rules.rule (rule_id)
);

-- Apart from the rule, so that counting does not wait for somebody who edits it.
create table rules.counter (
    rule_id uuid   not null,
    seen    bigint not null default 0,
    matched bigint not null default 0,
    reacted bigint not null default 0,
    failed  bigint not null default 0,
    constraint counter_pkey primary key (rule_id)
);

create table rules.reference_table (
    name       text        not null,
    title      text        not null,
    columns    jsonb       not null, -- [{"key", "title", "type"}]
    version    integer     not null default 1,
    updated_at timestamptz not null,
    constraint reference_table_pkey primary key (name)
);

create table rules.reference_row (
    name     text    not null,
    key      text    not null,
    position integer not null,
    cells    jsonb   not null,
    constraint reference_row_pkey primary key (name, key),
    constraint reference_row_table_fkey foreign key (name) references rules.reference_table (name) on delete cascade
);

-- One row for each rule that looked at an event. The key makes a replay of the log harmless: a rule decides about an
-- event once. Weekly partitions of the event's time, dropped as a whole.
create table rules.decision (
    rule_id     uuid        not null,
    event_id    uuid        not null,
    occurred_at timestamptz not null, -- of the event
    decided_at  timestamptz not null,
    version     integer     not null,
    variant     text        not null,
    subject_id  uuid        not null,
    customer_id uuid,
    verdict     text        not null,
    inputs      jsonb       not null, -- what the criteria read
    rows        jsonb,                -- the rows of a table that answered
    reactions   jsonb,                -- keys
    fault       text,
    constraint decision_pkey primary key (rule_id, event_id, occurred_at),
    constraint decision_variant_check check (variant in ('a', 'b'))
) partition by range (occurred_at);
create index decision_event_idx on rules.decision (event_id);
create index decision_rule_idx on rules.decision (rule_id, occurred_at desc);
create table rules.decision_default partition of rules.decision default;

-- Makes weekly partitions (Monday to Monday, UTC), `weeks` from the week of `from_day` on. A week whose decisions
-- already stand in the default partition stays there. Returns how many it made.
create function rules.make_decision_partitions(from_day date, weeks integer) returns integer
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
        partition_name := 'decision_' || to_char(week_start at time zone 'UTC', 'YYYY_MM_DD');
        if to_regclass('rules.' || partition_name) is null
            and not exists (
                select 1 from rules.decision_default where occurred_at >= week_start and occurred_at < week_end
            )
        then
            execute format(
                'create table rules.%I partition of rules.decision for values from (%L) to (%L)',
                partition_name, week_start, week_end
            );
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

-- How often a rule reacted for one customer of late: the memory of limits. Changed only by the one reader of the log.
create table rules.use (
    rule_id    uuid          not null,
    subject_id uuid          not null,
    used_at    timestamptz[] not null,
    constraint use_pkey primary key (rule_id, subject_id)
);

-- Whom a version reached, and who did then what the rule is for.
create table rules.exposure (
    rule_id      uuid        not null,
    version      integer     not null,
    customer_id  uuid        not null,
    variant      text        not null,
    first_at     timestamptz not null,
    until        timestamptz,
    converted_at timestamptz,
    constraint exposure_pkey primary key (rule_id, version, customer_id)
);
create index exposure_customer_idx on rules.exposure (customer_id) where converted_at is null and until is not null;

-- What is owed: written with the decision, done afterwards.
create table rules.reaction (
    reaction_id uuid        not null,
    rule_id     uuid        not null,
    version     integer     not null,
    event_id    uuid        not null,
    occurred_at timestamptz not null,
    key         text        not null,
    act         jsonb       not null,
    unless      jsonb,
    on_error    text        not null,
    customer_id uuid,
    subject_id  uuid        not null,
    context     jsonb       not null, -- the event as expressions see it
    due_at      timestamptz not null,
    state       text        not null default 'waiting',
    attempts    integer     not null default 0,
    result      jsonb,                -- what was made, to find it and to undo it
    error       text,
    ended_at    timestamptz,
    constraint reaction_pkey primary key (reaction_id),
    constraint reaction_key unique (rule_id, event_id, key),
    constraint reaction_state_check check (
        state in ('waiting', 'done', 'needless', 'failed', 'cancelled', 'undone')
    )
);
create index reaction_due_idx on rules.reaction (due_at) where state = 'waiting';
create index reaction_rule_idx on rules.reaction (rule_id, occurred_at desc);

create table rules.simulation (
    simulation_id uuid        not null,
    rule_id       uuid        not null,
    document      jsonb       not null,
    date_fields   text[]      not null,
    from_at       timestamptz not null,
    to_at         timestamptz not null,
    state         text        not null default 'running',
    seen          bigint      not null default 0,
    total         bigint      not null default 0,
    result        jsonb       not null default '{}',
    error         text,
    author_id     uuid,
    created_at    timestamptz not null,
    claimed_until timestamptz,
    constraint simulation_pkey primary key (simulation_id),
    constraint simulation_rule_fkey foreign key (rule_id) references rules.rule (rule_id),
    constraint simulation_state_check check (state in ('running', 'done', 'failed'))
);
create index simulation_open_idx on rules.simulation (created_at) where state = 'running';
