-- Why: what happened: contacts, the offers made of them, the decisions behind the offers, and what operators did
-- with their time. After crm because a contact points at its customer.
create table routing.contact (
    contact_id       uuid        not null,
    channel          text        not null, -- voice
    direction        text        not null, -- inbound, outbound, internal (CC-TEL-03)
    queue_id         uuid,
    customer_id      uuid,
    caller_number    text,                 -- E.164 when it is one; none when withheld
    caller_name      text,
    dialled          text        not null,
    language         text,
    arrived_at       timestamptz not null,
    queued_at        timestamptz,          -- first time in a queue
    last_queued_at   timestamptz,          -- last time: back in line when the operator was lost
    answered_at      timestamptz,          -- first time by an operator
    ended_at         timestamptz,
    operator_id      uuid,                 -- who served it last
    outcome          text        not null,
    ended_by         text,                 -- caller, operator, system
    waited_ms        bigint,               -- in the queue, until answered or gone
    talked_ms        bigint,               -- with an operator, without hold
    held_ms          bigint,
    wrap_up_ms       bigint,
    topic_id         uuid,
    result_id        uuid,
    note             text        not null default '',
    repeat_of        uuid,                 -- the contact before it of the same customer or number (CC-HIST-02)
    wrapped_up_at    timestamptz,
    version          integer     not null default 1,
    constraint contact_pkey primary key (contact_id),
    constraint contact_queue_fkey foreign key (queue_id) references routing.queue (queue_id),
    constraint contact_customer_fkey foreign key (customer_id) references crm.customer (customer_id)
        on delete restrict,
    constraint contact_topic_fkey foreign key (topic_id) references routing.topic (topic_id),
    constraint contact_result_fkey foreign key (result_id) references routing.result (result_id),
    constraint contact_repeat_fkey foreign key (repeat_of) references routing.contact (contact_id),
    constraint contact_channel_check check (channel in ('voice')),
    constraint contact_direction_check check (direction in ('inbound', 'outbound', 'internal')),
    constraint contact_outcome_check check (outcome in (
        'in_progress', 'answered', 'abandoned', 'abandoned_in_ivr', 'ivr_completed', 'refused', 'failed'
    )),
    constraint contact_ended_by_check check (ended_by in ('caller', 'operator', 'system')),
    constraint contact_ended_check check ((outcome = 'in_progress') = (ended_at is null))
);
-- Lists are newest first, alone or by one of these; repeats look back by number and customer.
create index contact_arrived_idx on routing.contact (arrived_at desc, contact_id desc);
create index contact_queue_idx on routing.contact (queue_id, arrived_at desc) where queue_id is not null;
create index contact_operator_idx on routing.contact (operator_id, arrived_at desc) where operator_id is not null;
create index contact_customer_idx on routing.contact (customer_id, arrived_at desc) where customer_id is not null;
create index contact_number_idx on routing.contact (caller_number, arrived_at desc) where caller_number is not null;
-- What a crash left open is looked for at each start.
create index contact_open_idx on routing.contact (contact_id) where outcome = 'in_progress';

create table routing.offer (
    offer_id    uuid        not null,
    contact_id  uuid        not null,
    queue_id    uuid        not null,
    operator_id uuid        not null,
    offered_at  timestamptz not null,
    ended_at    timestamptz,
    outcome     text        not null,
    constraint offer_pkey primary key (offer_id),
    constraint offer_contact_fkey foreign key (contact_id) references routing.contact (contact_id),
    constraint offer_queue_fkey foreign key (queue_id) references routing.queue (queue_id),
    constraint offer_outcome_check check (outcome in ('ringing', 'accepted', 'rejected', 'lapsed', 'withdrawn'))
);
create index offer_contact_idx on routing.offer (contact_id);
create index offer_operator_idx on routing.offer (operator_id, offered_at);

-- Why this operator: who was considered, who was ruled out, and why (the explanation is the matching core's).
create table routing.decision (
    contact_id  uuid        not null,
    decided_at  timestamptz not null,
    operator_id uuid,                 -- none: nobody was found
    explanation jsonb       not null,
    constraint decision_pkey primary key (contact_id, decided_at),
    constraint decision_contact_fkey foreign key (contact_id) references routing.contact (contact_id)
);

-- Presence as intervals (CC-SUP-02): worked time is a sum over them. `ended_at` is none for the present state.
create table routing.operator_state (
    operator_id uuid        not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    state       text        not null,
    reason_id   uuid,
    constraint operator_state_pkey primary key (operator_id, started_at),
    constraint operator_state_reason_fkey foreign key (reason_id) references routing.not_ready_reason (reason_id),
    constraint operator_state_state_check check (state in (
        'syncing', 'not_ready', 'ready', 'ringing', 'on_contact', 'wrap_up', 'not_responding', 'disconnected'
    ))
);
create index operator_state_open_idx on routing.operator_state (operator_id) where ended_at is null;
