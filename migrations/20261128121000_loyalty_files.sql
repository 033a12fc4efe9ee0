-- Why: files of billings and partners are read by structures that people set, each content once, and a server that
-- dies in the middle goes on where its last transaction ended (CIMP-ETL-*). Lines are not stored: what a line caused
-- stands in the ledger with the file and the line as its cause.

create table loyalty.file_structure (
    structure_id uuid        not null,
    programme_id uuid        not null,
    title        text        not null,
    kind         text        not null,
    prefix       text        not null,
    suffix       text        not null,
    definition   jsonb       not null, -- columns, encoding, formats
    active       boolean     not null,
    announce     boolean     not null, -- whether each accrual is an event of its own
    version      integer     not null default 1,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    constraint file_structure_pkey primary key (structure_id),
    constraint file_structure_programme_fkey foreign key (programme_id) references loyalty.programme (programme_id),
    constraint file_structure_name_key unique (prefix, suffix),
    constraint file_structure_kind_check check (kind in (
        'participants', 'invoices', 'purchases', 'top_ups', 'tariff_plans', 'gifts', 'partner_exchange'))
);

create table loyalty.file (
    file_id           uuid        not null,
    programme_id      uuid,
    structure_id      uuid,                -- none: no structure recognises the name
    structure_version integer,
    name              text        not null,
    kind              text,
    sha256            bytea,               -- none: refused before it was read
    state             text        not null,
    refusal_code      text,
    refusal           text,
    repeats           uuid,                -- the file with the same content
    bytes             bigint      not null default 0,
    lines             bigint      not null default 0,
    done              bigint      not null default 0, -- units whose transaction is committed
    reject_bytes      bigint      not null default 0, -- of the reject file, as of that transaction
    tally             jsonb       not null default '{}',
    author_kind       text        not null,
    author_id         uuid,
    started_at        timestamptz not null,
    moved_at          timestamptz not null,
    finished_at       timestamptz,
    constraint file_pkey primary key (file_id),
    constraint file_state_check check (state in ('running', 'done', 'refused', 'repeated')),
    constraint file_refusal_check check ((state = 'refused') = (refusal is not null))
);
-- A content counts once by one structure: a structure that was corrected may read it again, and what it caused before
-- stands under the keys of its lines.
create unique index file_content_key on loyalty.file (sha256, structure_id, structure_version)
    where state in ('running', 'done');
create index file_started_idx on loyalty.file (started_at desc, file_id desc);

-- Lines of top-ups that were counted into a sum: a corrected file brings most of them again. No content, the key only.
create table loyalty.file_line (
    key        bytea not null,
    counted_on date  not null,
    constraint file_line_pkey primary key (key)
);

-- Files that go out: what was asked for and where it is.
create table loyalty.export (
    export_id    uuid        not null,
    programme_id uuid        not null,
    kind         text        not null,
    asked        jsonb       not null,
    name         text        not null,
    state        text        not null,
    failure      text,
    lines        bigint      not null default 0,
    bytes        bigint      not null default 0,
    transmitted  boolean     not null default false,
    author_kind  text        not null,
    author_id    uuid,
    started_at   timestamptz not null,
    finished_at  timestamptz,
    constraint export_pkey primary key (export_id),
    constraint export_state_check check (state in ('running', 'done', 'failed')),
    constraint export_failure_check check ((state = 'failed') = (failure is not null))
);
create index export_started_idx on loyalty.export (started_at desc, export_id desc);
