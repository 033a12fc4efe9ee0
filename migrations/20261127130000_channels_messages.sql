-- Why: what is sent to customers, through which link, and what became of it. One queue for all channels; a message,
-- its parts, its attempts and its receipts stay apart, because a provider answers for parts and in any order.
create schema if not exists channels;

create table channels.template (
    template_id uuid        not null,
    name        text        not null, -- by which rules and flows name it
    title       text        not null,
    class       text        not null, -- functional, marketing
    bodies      jsonb       not null, -- channel -> language -> texts
    version     integer     not null default 1,
    updated_at  timestamptz not null,
    archived_at timestamptz,
    constraint template_pkey primary key (template_id),
    constraint template_class_check check (class in ('functional', 'marketing'))
);
create unique index template_name_key on channels.template (name) where archived_at is null;

create table channels.link (
    link_id     uuid        not null,
    kind        text        not null, -- smpp, smtp
    name        text        not null,
    enabled     boolean     not null,
    settings    jsonb       not null, -- of its kind; no secrets
    password    text,                 -- shown to nobody
    private_key text,                 -- of DKIM, PEM; shown to nobody
    version     integer     not null default 1,
    archived_at timestamptz,
    constraint link_pkey primary key (link_id),
    constraint link_kind_check check (kind in ('smpp', 'smtp'))
);
create unique index link_name_key on channels.link (lower(name)) where archived_at is null;

create table channels.message (
    message_id  uuid        not null,
    key         text        not null, -- the same key is the same message
    customer_id uuid,                 -- crm.customer; bare
    channel     text,                 -- sms, email; none when refused before one was chosen
    address     text,                 -- E.164, or an e-mail address
    class       text        not null,
    template    text        not null, -- its name
    language    text,
    subject     text,
    text        text        not null default '',
    html        text,
    priority    integer     not null, -- higher is sent first
    state       text        not null,
    reason      text,                 -- why it stands there: missing_field, provider, link_lost, ...
    detail      text,                 -- the same in words, or as the provider said it
    link_id     uuid,                 -- which link took it last
    attempts    integer     not null default 0,
    due_at      timestamptz not null, -- not sent before
    expires_at  timestamptz not null, -- not sent after
    mail_id     text,                 -- Message-ID, known before it is sent
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint message_pkey primary key (message_id),
    constraint message_key_key unique (key),
    constraint message_state_check check (state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'undelivered',
        'unknown', 'refused', 'cancelled', 'expired')),
    constraint message_channel_check check (channel in ('sms', 'email')),
    constraint message_class_check check (class in ('functional', 'marketing'))
);
-- The queue, in the order in which links take from it.
create index message_queue_idx on channels.message (channel, priority desc, message_id) where state = 'queued';
-- What a link has in its hands, and what nobody knows the outcome of.
create index message_open_idx on channels.message (link_id, state) where state in ('sending', 'unknown');
create index message_customer_idx on channels.message (customer_id, message_id desc) where customer_id is not null;
create index message_address_idx on channels.message (address, message_id desc) where address is not null;
create index message_mail_idx on channels.message (mail_id) where mail_id is not null;

-- One try to hand a message to a provider.
create table channels.attempt (
    message_id uuid        not null,
    attempt    integer     not null,
    link_id    uuid        not null,
    started_at timestamptz not null,
    ended_at   timestamptz,
    outcome    text,        -- sent, retry, failed, unknown
    code       text,        -- as the provider gave it: 0x00000058, 451
    detail     text,
    constraint attempt_pkey primary key (message_id, attempt),
    constraint attempt_message_fkey foreign key (message_id) references channels.message (message_id)
);

-- What the provider took: an SMS of three parts has three ids, each with receipts of its own.
create table channels.part (
    message_id  uuid        not null,
    attempt     integer     not null,
    number      integer     not null, -- from 1
    link_id     uuid        not null,
    provider_id text        not null, -- in the link's one form
    state       text        not null, -- sent, delivered, undelivered, expired
    updated_at  timestamptz not null,
    constraint part_pkey primary key (message_id, attempt, number),
    constraint part_message_fkey foreign key (message_id) references channels.message (message_id)
);
create index part_provider_idx on channels.part (link_id, provider_id);

-- What providers said of what they took. One that came before its part is known, or for a part whose id was lost
-- with the link, has no message yet.
create table channels.receipt (
    receipt_id  uuid        not null,
    link_id     uuid        not null,
    provider_id text        not null,
    address     text,                 -- whose receipt it says it is
    message_id  uuid,
    state       text        not null, -- delivered, undelivered, expired, pending
    code        text,
    raw         text        not null, -- as it came
    received_at timestamptz not null,
    constraint receipt_pkey primary key (receipt_id)
);
create index receipt_parked_idx on channels.receipt (link_id, provider_id) where message_id is null;
create index receipt_message_idx on channels.receipt (message_id) where message_id is not null;

-- What customers wrote to us.
create table channels.received (
    received_id uuid        not null,
    link_id     uuid        not null,
    channel     text        not null,
    sender      text        not null,
    recipient   text        not null,
    text        text        not null,
    customer_id uuid,                 -- whom we wrote to at that address last
    reply_to    uuid,                 -- the message it probably answers
    received_at timestamptz not null,
    constraint received_pkey primary key (received_id)
);
create index received_sender_idx on channels.received (sender, received_at desc);

-- Parts of a long message that wait for the others.
create table channels.received_part (
    link_id     uuid        not null,
    sender      text        not null,
    recipient   text        not null,
    reference   integer     not null,
    total       integer     not null,
    number      integer     not null,
    text        text        not null,
    received_at timestamptz not null,
    constraint received_part_pkey primary key (link_id, sender, recipient, reference, total, number)
);
