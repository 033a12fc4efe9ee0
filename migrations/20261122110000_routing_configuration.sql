-- Why: what the routing kernel is configured with: queues, skills, operators' settings, and the words that
-- people choose from (not-ready reasons, topics, results). A row that history may refer to is archived, never
-- deleted; `version` is what two people who edit the same row are told apart by.
create schema if not exists routing;

create table routing.skill (
    skill_id    uuid        not null,
    name        jsonb       not null, -- {"en": "Uzbek", ...}, at least one language
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint skill_pkey primary key (skill_id)
);

create table routing.queue (
    queue_id              uuid        not null,
    name                  text        not null,
    ring_seconds          integer     not null, -- how long one offer rings
    wrap_up_seconds       integer     not null, -- how long wrap-up lasts before the operator is free by itself
    wrap_up_mandatory     boolean     not null, -- topic and result must be chosen
    target_seconds        integer     not null, -- service level: answered within this
    target_percent        integer     not null, -- service level: this share of contacts
    short_abandon_seconds integer     not null, -- who hangs up sooner does not count as abandoned
    waiting_max           integer     not null, -- contacts that may wait at once
    priority              integer     not null, -- higher is served first
    unit_id               uuid,                 -- access.org_unit; bare, checked by the edge
    version               integer     not null default 1,
    archived_at           timestamptz,
    constraint queue_pkey primary key (queue_id),
    constraint queue_seconds_check check (
        ring_seconds > 0 and wrap_up_seconds >= 0 and target_seconds > 0 and short_abandon_seconds >= 0
    ),
    constraint queue_target_percent_check check (target_percent between 1 and 100)
);

-- Names of queues in use are unique, however they are written; an archived name may be used again.
create unique index queue_name_key on routing.queue (lower(name)) where archived_at is null;

create table routing.queue_skill (
    queue_id uuid    not null,
    skill_id uuid    not null,
    level    integer not null, -- the least level that is enough, 1..10
    constraint queue_skill_pkey primary key (queue_id, skill_id),
    constraint queue_skill_queue_fkey foreign key (queue_id) references routing.queue (queue_id),
    constraint queue_skill_skill_fkey foreign key (skill_id) references routing.skill (skill_id),
    constraint queue_skill_level_check check (level between 1 and 10)
);

-- operator_id is the person's id in access.person: an operator is a person in the role of serving contacts.
create table routing.operator (
    operator_id       uuid    not null,
    receives_incoming boolean not null,
    sends_outgoing    boolean not null,
    wrap_up_mandatory boolean not null, -- mandatory call data (CC-OPER-03), whatever the queue says
    version           integer not null default 1,
    constraint operator_pkey primary key (operator_id)
);

create table routing.operator_queue (
    operator_id uuid not null,
    queue_id    uuid not null,
    constraint operator_queue_pkey primary key (operator_id, queue_id),
    constraint operator_queue_operator_fkey foreign key (operator_id) references routing.operator (operator_id),
    constraint operator_queue_queue_fkey foreign key (queue_id) references routing.queue (queue_id)
);
create index operator_queue_queue_idx on routing.operator_queue (queue_id);

create table routing.operator_skill (
    operator_id uuid    not null,
    skill_id    uuid    not null,
    level       integer not null, -- 1 knows a little .. 10 best
    constraint operator_skill_pkey primary key (operator_id, skill_id),
    constraint operator_skill_operator_fkey foreign key (operator_id) references routing.operator (operator_id),
    constraint operator_skill_skill_fkey foreign key (skill_id) references routing.skill (skill_id),
    constraint operator_skill_level_check check (level between 1 and 10)
);

create table routing.not_ready_reason (
    reason_id   uuid        not null,
    code        text        not null, -- short and stable, for reports and integrations: lunch, training
    name        jsonb       not null,
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint not_ready_reason_pkey primary key (reason_id)
);
create unique index not_ready_reason_code_key on routing.not_ready_reason (code) where archived_at is null;

create table routing.topic (
    topic_id    uuid        not null,
    parent_id   uuid,                 -- none: a category; else a subcategory of it
    name        jsonb       not null,
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint topic_pkey primary key (topic_id),
    constraint topic_parent_fkey foreign key (parent_id) references routing.topic (topic_id),
    constraint topic_parent_check check (parent_id <> topic_id)
);

create table routing.result (
    result_id   uuid        not null,
    name        jsonb       not null,
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint result_pkey primary key (result_id)
);
