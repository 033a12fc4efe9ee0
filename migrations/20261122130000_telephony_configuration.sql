-- Why: what telephony is configured with, and where the recordings are. Audio itself is in files; the rows say
-- which, so that a list needs no file system and a lost file is noticed by its checksum.
create schema if not exists telephony;

create table telephony.trunk (
    trunk_id    uuid        not null,
    name        text        not null,
    kind        text        not null, -- address: known by where it sends from; digest: by user name and password
    addresses   text[]      not null, -- CIDR blocks, such as 10.0.0.0/8
    username    text,
    ha1_md5     text,                 -- H(username:realm:password), RFC 2617 3.2.2.2: the password is not kept
    ha1_sha256  text,                 -- the same for SHA-256, RFC 8760
    calls_max   integer     not null,
    enabled     boolean     not null,
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint trunk_pkey primary key (trunk_id),
    constraint trunk_kind_check check (kind in ('address', 'digest')),
    constraint trunk_digest_check check (kind <> 'digest' or (username is not null and ha1_md5 is not null)),
    constraint trunk_calls_max_check check (calls_max > 0)
);
create unique index trunk_name_key on telephony.trunk (lower(name)) where archived_at is null;
-- The user name alone says which trunk a digest belongs to.
create unique index trunk_username_key on telephony.trunk (username) where archived_at is null and kind = 'digest';

create table telephony.number (
    number_id   uuid        not null,
    number      text        not null, -- E.164, or a short number of 2 to 6 digits
    flow        text        not null, -- which flow answers it
    description text        not null,
    enabled     boolean     not null,
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint number_pkey primary key (number_id)
);
create unique index number_number_key on telephony.number (number) where archived_at is null;

-- Prompts that people uploaded. Shipped prompts have no row: their texts stand in sounds/manifest.toml.
create table telephony.prompt (
    locale      text        not null,
    name        text        not null,
    text        text        not null,
    duration_ms bigint      not null,
    bytes       bigint      not null,
    sha256      text        not null,
    uploaded_at timestamptz not null,
    version     integer     not null default 1,
    constraint prompt_pkey primary key (locale, name),
    constraint prompt_locale_check check (locale in ('en', 'ru', 'uz'))
);

create table telephony.recording (
    recording_id uuid        not null,
    contact_id   uuid        not null, -- routing.contact; bare
    path         text        not null, -- below the folder of recordings
    bytes        bigint      not null,
    sha256       text        not null, -- hexadecimal
    started_at   timestamptz not null,
    duration_ms  bigint      not null,
    channels     integer     not null, -- 2: caller left, operator right
    deleted_at   timestamptz,          -- the file is gone, the fact stays
    constraint recording_pkey primary key (recording_id)
);
create index recording_contact_idx on telephony.recording (contact_id, started_at);
