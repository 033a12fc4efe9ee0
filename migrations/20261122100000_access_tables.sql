-- Why: people sign in, programs call with keys, and what each may do is data that an administrator changes
-- without a developer. The organisation is a tree; a role given in a unit holds there and below.

create schema access;

create table access.unit (
    unit_id     uuid        not null constraint unit_pkey primary key,
    name        text        not null constraint unit_name_length check (length(name) between 1 and 200),
    parent_id   uuid        constraint unit_parent_fkey references access.unit (unit_id) on delete restrict,
    version     integer      not null default 1,
    created_at  timestamptz not null,
    constraint unit_not_its_own_parent check (parent_id is distinct from unit_id)
);
-- One root: the unit above all others.
create unique index unit_root_key on access.unit ((parent_id is null)) where parent_id is null;
create unique index unit_name_key on access.unit (parent_id, lower(name));

create table access.role (
    role_id     uuid        not null constraint role_pkey primary key,
    name        text        not null constraint role_name_length check (length(name) between 1 and 200),
    operations  text[]      not null,
    -- The role that must never lose an operation, or nobody could give it back.
    is_built_in boolean     not null default false,
    version     integer      not null default 1,
    created_at  timestamptz not null
);
create unique index role_name_key on access.role (lower(name));

create table access.person (
    person_id            uuid        not null constraint person_pkey primary key,
    -- Kept in lower case, so that a login is one login however it is typed.
    login                text        not null constraint person_login_key unique
                                     constraint person_login_lower check (login = lower(login)),
    name                 text        not null constraint person_name_length check (length(name) between 1 and 200),
    personnel_number     text        constraint person_personnel_number_key unique,
    sip_number           text        constraint person_sip_number_key unique,
    locale               text        not null constraint person_locale_known check (locale in ('en', 'ru', 'uz')),
    theme                text        not null default 'system'
                                     constraint person_theme_known check (theme in ('system', 'light', 'dark')),
    unit_id              uuid        not null
                                     constraint person_unit_fkey references access.unit (unit_id) on delete restrict,
    is_disabled          boolean     not null default false,
    -- PHC string of argon2id.
    password_hash        text        not null,
    password_changed_at  timestamptz not null,
    must_change_password boolean     not null default true,
    -- A password that somebody else made lives until then; null: no such limit.
    temporary_until      timestamptz,
    last_sign_in_at      timestamptz,
    version              integer      not null default 1,
    created_at           timestamptz not null
);
create index person_unit_idx on access.person (unit_id);

-- Passwords that may not be used again. The newest few a person are kept.
create table access.former_password (
    person_id     uuid        not null
                              constraint former_password_person_fkey references access.person (person_id) on delete cascade,
    replaced_at   timestamptz not null,
    password_hash text        not null,
    constraint former_password_pkey primary key (person_id, replaced_at)
);

create table access.person_role (
    person_id uuid not null constraint person_role_person_fkey references access.person (person_id) on delete cascade,
    role_id   uuid not null constraint person_role_role_fkey references access.role (role_id) on delete restrict,
    unit_id   uuid not null constraint person_role_unit_fkey references access.unit (unit_id) on delete restrict,
    constraint person_role_pkey primary key (person_id, role_id, unit_id)
);
create index person_role_role_idx on access.person_role (role_id);
create index person_role_unit_idx on access.person_role (unit_id);

create table access.session (
    session_id   uuid        not null constraint session_pkey primary key,
    person_id    uuid        not null
                             constraint session_person_fkey references access.person (person_id) on delete cascade,
    -- SHA-256 of the token: who reads this table cannot sign in with what it holds.
    token_hash   bytea       not null constraint session_token_key unique,
    source       text        not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null
);
create index session_person_idx on access.session (person_id);
create index session_expires_idx on access.session (expires_at);

create table access.api_key (
    api_key_id  uuid        not null constraint api_key_pkey primary key,
    name        text        not null constraint api_key_name_length check (length(name) between 1 and 200),
    -- The public half, by which a key is found and recognised in lists.
    prefix      text        not null constraint api_key_prefix_key unique,
    secret_hash bytea       not null,
    operations  text[]      not null,
    unit_id     uuid        not null
                            constraint api_key_unit_fkey references access.unit (unit_id) on delete restrict,
    created_by  uuid        not null
                            constraint api_key_created_by_fkey references access.person (person_id) on delete restrict,
    created_at  timestamptz not null,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    last_used_at timestamptz
);

-- Refused sign-ins, counted for each login (known or not) and for each source address.
create table access.sign_in_refusals (
    guarded        text        not null constraint sign_in_refusals_guarded_known check (guarded in ('login', 'source')),
    value          text        not null,
    failures       integer     not null,
    first_at       timestamptz not null,
    locked_until   timestamptz,
    constraint sign_in_refusals_pkey primary key (guarded, value)
);
create index sign_in_refusals_first_idx on access.sign_in_refusals (first_at);
