//! Conversations in Telegram: which updates were handled, where each chat stands, and what is still to be said.

use crate::telegram::{ANSWER_HOLDS_FOR, NUMBERS_HOLD_FOR};
use base::id::EventId;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// Something to be asked of the Bot API.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct TelegramOutgoing {
    /// Its place in the order.
    #[sqlx(rename = "outgoing_id")]
    pub id: i64,
    /// In which chat.
    pub chat_id: i64,
    /// What is asked.
    pub request: Value,
}

/// Counts an update as handled; false when it was handled before, and then nothing may be done for it. Holds the bot's
/// row until the end of the transaction, so that two servers never handle one update.
///
/// # Errors
/// The database failed.
pub async fn take_telegram_update(
    db: &mut PgConnection,
    bot: i64,
    update: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let taken = sqlx::query(
        "insert into channels.telegram_bot as known (bot_id, next_update_id, moved_at) values ($1, $2, $3)
         on conflict (bot_id) do update
         set next_update_id = excluded.next_update_id, moved_at = excluded.moved_at
         where known.next_update_id < excluded.next_update_id or known.moved_at < $4",
    )
    .bind(bot)
    .bind(update + 1)
    .bind(now)
    .bind(now - NUMBERS_HOLD_FOR)
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// From which update on to read; none: from the oldest that Telegram still has.
///
/// # Errors
/// The database failed.
pub async fn next_telegram_update(
    db: &mut PgConnection,
    bot: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "select next_update_id from channels.telegram_bot where bot_id = $1 and moved_at >= $2",
    )
    .bind(bot)
    .bind(now - NUMBERS_HOLD_FOR)
    .fetch_optional(db)
    .await
}

/// Where a chat stands, kept from others until the end of the transaction; none: it never wrote.
///
/// # Errors
/// The database failed.
pub async fn lock_telegram_chat(db: &mut PgConnection, bot: i64, chat: i64) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar(
        "select conversation from channels.telegram_chat where bot_id = $1 and chat_id = $2 for update",
    )
    .bind(bot)
    .bind(chat)
    .fetch_optional(db)
    .await
}

/// Keeps where a chat stands, and the event whose decisions the person waits for.
///
/// # Errors
/// The database failed.
pub async fn keep_telegram_chat(
    db: &mut PgConnection,
    (bot, chat): (i64, i64),
    conversation: &Value,
    awaited: Option<EventId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into channels.telegram_chat (bot_id, chat_id, conversation, awaited, updated_at)
         values ($1, $2, $3, $4, $5)
         on conflict (bot_id, chat_id) do update
         set conversation = excluded.conversation, awaited = excluded.awaited, updated_at = excluded.updated_at",
    )
    .bind(bot)
    .bind(chat)
    .bind(conversation)
    .bind(awaited)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets a chat and what was still to be said in it.
///
/// # Errors
/// The database failed.
pub async fn forget_telegram_chat(db: &mut PgConnection, bot: i64, chat: i64) -> sqlx::Result<()> {
    sqlx::query("delete from channels.telegram_chat where bot_id = $1 and chat_id = $2")
        .bind(bot)
        .bind(chat)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from channels.telegram_outgoing where bot_id = $1 and chat_id = $2")
        .bind(bot)
        .bind(chat)
        .execute(db)
        .await?;
    Ok(())
}

/// The chats in which somebody waits for decisions, about which event and since when, longest waiting first.
///
/// # Errors
/// The database failed.
pub async fn awaiting_telegram_chats(
    db: &mut PgConnection,
    bot: i64,
) -> sqlx::Result<Vec<(i64, EventId, DateTime<Utc>)>> {
    sqlx::query_as(
        "select chat_id, awaited, updated_at from channels.telegram_chat
         where bot_id = $1 and awaited is not null order by updated_at",
    )
    .bind(bot)
    .fetch_all(db)
    .await
}

/// Writes down what is to be asked of the Bot API, behind what the chat still waits for.
///
/// # Errors
/// The database failed.
pub async fn push_telegram(
    db: &mut PgConnection,
    (bot, chat): (i64, i64),
    requests: &[Value],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into channels.telegram_outgoing (bot_id, chat_id, request, created_at)
         select $1, $2, request, $4 from unnest($3::jsonb[]) with ordinality as asked (request, place) order by place",
    )
    .bind(bot)
    .bind(chat)
    .bind(requests)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// The first request of each chat, oldest first: those behind it wait, so that a chat reads in order. What has become
/// too old goes.
///
/// # Errors
/// The database failed.
pub async fn telegram_heads(
    db: &mut PgConnection,
    bot: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<TelegramOutgoing>> {
    sqlx::query("delete from channels.telegram_outgoing where bot_id = $1 and created_at < $2")
        .bind(bot)
        .bind(now - ANSWER_HOLDS_FOR)
        .execute(&mut *db)
        .await?;
    sqlx::query_as(
        "select outgoing_id, chat_id, request from (
             select distinct on (chat_id) outgoing_id, chat_id, request from channels.telegram_outgoing
             where bot_id = $1 order by chat_id, outgoing_id) as heads
         order by outgoing_id",
    )
    .bind(bot)
    .fetch_all(db)
    .await
}

/// A request was answered, or never will be.
///
/// # Errors
/// The database failed.
pub async fn end_telegram(db: &mut PgConnection, id: i64) -> sqlx::Result<()> {
    sqlx::query("delete from channels.telegram_outgoing where outgoing_id = $1").bind(id).execute(db).await?;
    Ok(())
}
