-- Why: flows are drawn, published, run and looked after without the people who wrote the server. Here stand what is
-- drawn, what is in force, where each run is, what people have to do for it, and which outside systems it may ask.

create schema flow;

-- A flow and its draft. The version of the row grows with each change of the draft (If-Match).
create table flow.flow (
    flow_id      uuid not null,
    name         text not null,
    kind         text not null,
    title        text not null,
    draft        jsonb not null,
    live_version integer,
    version      integer not null default 1,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    archived_at  timestamptz,
    constraint flow_pkey primary key (flow_id),
    constraint flow_kind_check check (kind in ('ivr', 'campaign', 'script', 'process'))
);
create unique index flow_name_key on flow.flow (name) where archived_at is null;

-- What was published; never changed afterwards.
create table flow.flow_version (
    flow_id      uuid not null,
    number       integer not null,
    definition   jsonb not null,
    note         text not null default '',
    author_kind  text not null,
    author_id    uuid,
    published_at timestamptz not null,
    constraint flow_version_pkey primary key (flow_id, number),
    constraint flow_version_flow_fkey foreign key (flow_id) references flow.flow (flow_id)
);

-- One run of one version. `key` is what started it: the same key again is the same run.
create table flow.instance (
    instance_id  uuid not null,
    key          text not null,
    flow_id      uuid not null,
    flow_version integer not null,
    customer_id  uuid,
    contact_id   uuid,
    status       text not null,
    state        jsonb not null,
    error        text,
    outcome      text,
    due_at       timestamptz,
    event_depth  smallint not null default 0,
    depth        smallint not null default 0,
    parent_id    uuid,
    parent_token bigint,
    parent_entry bigint,
    started_by   uuid,
    started_at   timestamptz not null,
    ended_at     timestamptz,
    constraint instance_pkey primary key (instance_id),
    constraint instance_key_key unique (key),
    constraint instance_version_fkey foreign key (flow_id, flow_version)
        references flow.flow_version (flow_id, number),
    constraint instance_status_check check (status in ('running', 'waiting', 'failed', 'done', 'cancelled'))
);
create index instance_due_idx on flow.instance (due_at) where due_at is not null;
create index instance_flow_idx on flow.instance (flow_id, status, instance_id desc);
create index instance_contact_idx on flow.instance (contact_id) where contact_id is not null;
create index instance_customer_idx on flow.instance (customer_id, instance_id desc) where customer_id is not null;

-- Which events wake which runs. No customer: an event of anybody.
create table flow.waiting (
    instance_id uuid not null,
    token       bigint not null,
    event_kind  text not null,
    customer_id uuid,
    constraint waiting_pkey primary key (instance_id, token),
    constraint waiting_instance_fkey foreign key (instance_id) references flow.instance (instance_id) on delete cascade
);
create index waiting_event_idx on flow.waiting (event_kind, customer_id);

-- What happened to a run and was not taken yet, in order.
create table flow.signal (
    signal_id   bigint generated always as identity,
    instance_id uuid not null,
    input       jsonb not null,
    constraint signal_pkey primary key (signal_id),
    constraint signal_instance_fkey foreign key (instance_id) references flow.instance (instance_id) on delete cascade
);
create index signal_instance_idx on flow.signal (instance_id, signal_id);

-- The path of a run.
create table flow.visit (
    instance_id uuid not null,
    entry       bigint not null,
    token       bigint not null,
    node        text not null,
    entered_at  timestamptz not null,
    left_at     timestamptz,
    detail      jsonb,
    constraint visit_pkey primary key (instance_id, entry),
    constraint visit_instance_fkey foreign key (instance_id) references flow.instance (instance_id) on delete cascade
);

-- Calls of outside systems that are to be made, outside of any transaction.
create table flow.call (
    instance_id uuid not null,
    token       bigint not null,
    entry       bigint not null,
    connector   text not null,
    operation   text not null,
    input       jsonb not null,
    attempts    integer not null default 0,
    next_at     timestamptz not null,
    constraint call_pkey primary key (instance_id, entry),
    constraint call_instance_fkey foreign key (instance_id) references flow.instance (instance_id) on delete cascade
);
create index call_next_idx on flow.call (next_at);

-- Work for people. A task without a run was given by a rule.
create table flow.task (
    task_id     uuid not null,
    key         text not null,
    instance_id uuid,
    token       bigint,
    entry       bigint,
    kind        text not null,
    step        integer,
    step_title  text,
    title       text not null,
    text        text,
    role        text,
    person_id   uuid,
    questions   jsonb not null default '[]',
    customer_id uuid,
    state       text not null default 'open',
    due_at      timestamptz,
    taken_by    uuid,
    done_by     uuid,
    done_at     timestamptz,
    decision    text,
    reason      text,
    answers     jsonb,
    created_at  timestamptz not null,
    version     integer not null default 1,
    constraint task_pkey primary key (task_id),
    constraint task_key_key unique (key),
    constraint task_kind_check check (kind in ('task', 'approval')),
    constraint task_state_check check (state in ('open', 'done', 'cancelled')),
    constraint task_instance_fkey foreign key (instance_id) references flow.instance (instance_id) on delete cascade
);
create index task_person_idx on flow.task (person_id, task_id) where state = 'open';
create index task_role_idx on flow.task (lower(role), task_id) where state = 'open';
create index task_instance_idx on flow.task (instance_id) where instance_id is not null;

-- Who stands in for whom, and when.
create table flow.deputy (
    person_id uuid not null,
    deputy_id uuid not null,
    from_day  date not null,
    to_day    date not null,
    constraint deputy_pkey primary key (person_id, deputy_id, from_day),
    constraint deputy_days_check check (from_day <= to_day),
    constraint deputy_other_check check (person_id <> deputy_id)
);

-- Outside systems. The secret is written and never shown.
create table flow.connector (
    connector_id uuid not null,
    name         text not null,
    base_url     text not null,
    auth_kind    text not null default 'none',
    auth_name    text,
    secret       text,
    operations   jsonb not null,
    version      integer not null default 1,
    created_at   timestamptz not null,
    archived_at  timestamptz,
    constraint connector_pkey primary key (connector_id),
    constraint connector_auth_check check (auth_kind in ('none', 'bearer', 'basic', 'header'))
);
create unique index connector_name_key on flow.connector (name) where archived_at is null;

-- The last answer to each question, for when the system is away.
create table flow.answer (
    connector_id uuid not null,
    operation    text not null,
    question     bytea not null,
    data         jsonb not null,
    as_of        timestamptz not null,
    constraint answer_pkey primary key (connector_id, operation, question)
);
