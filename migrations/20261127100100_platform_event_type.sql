-- Why: an event of another system is taken only when its type is known: what it must say (a JSON Schema), whom it is
-- about, and for how long it is kept. Types are data, so that a new event needs no new program.

create table platform.event_type (
    name           text not null,
    title          jsonb not null,
    description    text not null default '',
    schema         jsonb not null,
    subject        text not null,
    retention_days integer not null,
    built_in       boolean not null default false,
    version        integer not null default 1,
    updated_at     timestamptz not null,
    -- Grows with every change of any type: how a server sees that what it knows is old.
    changed        bigint not null,
    constraint event_type_pkey primary key (name),
    constraint event_type_name_check check (
        name ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(name) <= 100
    ),
    constraint event_type_subject_check check (
        subject in ('none', 'customer_id', 'phone', 'email', 'contract', 'telegram', 'tax_number')
    ),
    constraint event_type_retention_check check (retention_days between 1 and 3650)
);

create sequence platform.event_type_changed;
