-- Why: other systems want to hear what happens here. A delivery is a row before it is sent, so that it survives a
-- restart, is tried again while the receiver is away, and can be looked at afterwards.

create table platform.webhook (
    webhook_id      uuid not null,
    name            text not null,
    url             text not null,
    kinds           text[] not null,
    enabled         boolean not null default true,
    disabled_reason text,
    -- Keys of the signatures; the one before the last counts for a while after a change.
    secret          text not null,
    previous_secret text,
    previous_until  timestamptz,
    version         integer not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    constraint webhook_pkey primary key (webhook_id),
    constraint webhook_name_key unique (name)
);

create table platform.webhook_delivery (
    delivery_id  uuid not null,
    webhook_id   uuid not null,
    event_id     uuid not null,
    kind         text not null,
    body         text not null,
    state        text not null default 'pending',
    attempts     integer not null default 0,
    -- When it is sent, or sent again; a delivery in work has it in the future, for the case that the server dies.
    due_at       timestamptz not null,
    last_status  integer,
    last_error   text,
    last_at      timestamptz,
    delivered_at timestamptz,
    created_at   timestamptz not null,
    constraint webhook_delivery_pkey primary key (delivery_id),
    constraint webhook_delivery_webhook_fkey foreign key (webhook_id) references platform.webhook on delete cascade,
    -- An event is delivered once to a webhook, also when the log is read again.
    constraint webhook_delivery_event_key unique (webhook_id, event_id),
    constraint webhook_delivery_state_check check (state in ('pending', 'delivered', 'failed'))
);

create index webhook_delivery_due_idx on platform.webhook_delivery (due_at) where state = 'pending';
create index webhook_delivery_log_idx on platform.webhook_delivery (webhook_id, created_at desc, delivery_id desc);
create index webhook_delivery_age_idx on platform.webhook_delivery (created_at);
