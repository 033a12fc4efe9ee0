-- Why: a month is closed by a table of seven columns for each account and kind of points, made for each macroregion
-- by itself (CIMP-STAT-*); points expire at the programme's midnight, with notices before (CIMP-BON-12). Both are
-- written down step by step, so that a server that dies goes on where it was.

create table loyalty.statistics (
    programme_id       uuid   not null,
    month              date   not null, -- its first day
    macroregion        text   not null, -- '': accounts without one
    account_id         uuid   not null,
    bonus_type_id      uuid   not null,
    opening            bigint not null,
    accumulated        bigint not null,
    accumulated_before bigint not null,
    spent              bigint not null,
    expired            bigint not null,
    closing            bigint not null,
    to_be_expired      bigint not null,
    constraint statistics_pkey primary key (programme_id, month, macroregion, account_id, bonus_type_id),
    constraint statistics_sum_check check (opening + accumulated - spent - expired = closing)
);

create table loyalty.statistics_run (
    programme_id uuid        not null,
    month        date        not null,
    macroregion  text        not null,
    state        text        not null,
    failure      text,
    accounts     bigint      not null default 0,
    file_name    text,
    started_at   timestamptz not null,
    finished_at  timestamptz,
    constraint statistics_run_pkey primary key (programme_id, month, macroregion),
    constraint statistics_run_state_check check (state in ('running', 'done', 'failed')),
    constraint statistics_run_failure_check check ((state = 'failed') = (failure is not null))
);

-- Which steps of a programme's night are done.
create table loyalty.night (
    programme_id uuid        not null,
    day          date        not null, -- the day that begins at this midnight
    step         text        not null,
    done_at      timestamptz not null,
    counted      bigint      not null,
    constraint night_pkey primary key (programme_id, day, step)
);

-- That somebody was told of points that expire: once for each account, kind of points, day and distance.
create table loyalty.expiry_notice (
    account_id    uuid     not null,
    bonus_type_id uuid     not null,
    expires_on    date     not null,
    days          smallint not null,
    constraint expiry_notice_pkey primary key (account_id, bonus_type_id, expires_on, days)
);
create index expiry_notice_day_idx on loyalty.expiry_notice (expires_on);
