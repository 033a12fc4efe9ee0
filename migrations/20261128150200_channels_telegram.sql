-- Why: a conversation with a person in Telegram outlives the server, no update is handled twice, and what the bot says
-- is written down in the transaction that decided it.
create table channels.telegram_bot (
    bot_id         bigint      not null, -- the part of the token before the colon
    next_update_id bigint      not null, -- everything before it was handled
    moved_at       timestamptz not null,
    constraint telegram_bot_pkey primary key (bot_id)
);

create table channels.telegram_chat (
    bot_id       bigint      not null,
    chat_id      bigint      not null,
    conversation jsonb       not null, -- where it stands; its form belongs to who leads it
    awaited      uuid,                 -- platform.event whose decisions the person waits for; bare
    updated_at   timestamptz not null,
    constraint telegram_chat_pkey primary key (bot_id, chat_id)
);
create index telegram_chat_awaited on channels.telegram_chat (bot_id) where awaited is not null;

create table channels.telegram_outgoing (
    outgoing_id bigint generated always as identity,
    bot_id      bigint      not null,
    chat_id     bigint      not null,
    request     jsonb       not null, -- what is asked of the Bot API
    created_at  timestamptz not null,
    constraint telegram_outgoing_pkey primary key (outgoing_id)
);
create index telegram_outgoing_chat on channels.telegram_outgoing (bot_id, chat_id, outgoing_id);
