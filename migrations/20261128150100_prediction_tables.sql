-- Why: what is predicted of customers is data with versions: a marketer defines it, a model is trained from the log,
-- judged on a newer time, launched, and replaced by one that learnt more (BRE-ML-01).
create schema if not exists prediction;

create table prediction.prediction (
    prediction_id uuid        not null,
    name          text        not null,
    title         jsonb       not null, -- by language
    description   text        not null default '',
    definition    jsonb       not null, -- the draft: the next version is trained by it
    retrain_hours integer,              -- none: never by itself
    version       integer     not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    archived_at   timestamptz,
    constraint prediction_pkey primary key (prediction_id),
    constraint prediction_retrain_check check (retrain_hours between 1 and 8760)
);
-- An archived prediction gives its name free.
create unique index prediction_name_key on prediction.prediction (name) where archived_at is null;

create table prediction.version (
    prediction_id uuid        not null,
    number        integer     not null,
    definition    jsonb       not null,
    state         text        not null default 'training',
    scheduled     boolean     not null default false, -- launched by itself when it is good
    author_id     uuid,
    seed          bigint      not null, -- which customers are taken when there are too many
    asked_at      timestamptz not null, -- outcomes until this moment are known
    done          integer     not null default 0,
    total         integer     not null default 0,
    claimed_until timestamptz,
    ended_at      timestamptz,
    model         jsonb,
    quality       jsonb,
    refused       text,                 -- why it may not be launched
    limited       boolean     not null default false, -- there were more customers than are taken
    error         text,
    launched_at   timestamptz,
    launcher_id   uuid,
    retired_at    timestamptz,
    constraint version_pkey primary key (prediction_id, number),
    constraint version_prediction_fkey foreign key (prediction_id) references prediction.prediction (prediction_id),
    constraint version_state_check check (state in ('training', 'trained', 'failed', 'launched', 'retired')),
    constraint version_model_check check (state not in ('trained', 'launched') or (model is not null and quality is not null)),
    constraint version_refused_check check (state <> 'launched' or refused is null)
);
-- One at a time is trained, and one is launched.
create unique index version_training_key on prediction.version (prediction_id) where state = 'training';
create unique index version_launched_key on prediction.version (prediction_id) where state = 'launched';
