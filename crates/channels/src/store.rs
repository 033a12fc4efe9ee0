//! SQL that changes the schema `channels`. Functions take a connection; the caller owns the transaction.

mod link;
mod outcome;
mod queue;
mod receipt;
mod received;
mod telegram;
mod template;
#[cfg(test)]
mod tests;

pub use link::{archive_link, insert_link, seal_secrets, update_link};
pub use outcome::{Outcome, Retry, Taken, Verdict, record_outcomes};
pub use queue::{Claimed, cancel, claim, enqueue, enqueue_all, expire, orphans};
pub use receipt::{NewReceipt, ReceiptState, bounce, reconcile, record_receipts};
pub use received::{NewReceived, PartOf, record_received};
pub use telegram::{
    TelegramOutgoing, awaiting_telegram_chats, end_telegram, forget_telegram_chat, keep_telegram_chat,
    lock_telegram_chat, next_telegram_update, push_telegram, take_telegram_update, telegram_heads,
};
pub use template::{archive_template, insert_template, update_template};

use crate::message::{Channel, MessageClass, MessageState, Reason};
use base::event::Journal;
use base::id::{CustomerId, EventId, MessageId};
use base::{Author, Edit, NewEvent, same_version};
use platform::event::record;
use serde_json::json;
use sqlx::PgConnection;

/// What an event says of a message that changed.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Changed {
    message_id: MessageId,
    customer_id: Option<CustomerId>,
    channel: Option<Channel>,
    class: MessageClass,
    template: String,
    state: MessageState,
    reason: Option<Reason>,
    detail: Option<String>,
    key: String,
}

/// The columns of [`Changed`].
const CHANGED: &str = "message_id, customer_id, channel, class, template, state, reason, detail, key";

/// Appends one event for each message that changed.
async fn tell(db: &mut PgConnection, edit: &mut Edit<'_>, changed: &[Changed]) -> sqlx::Result<()> {
    let events: Vec<(EventId, NewEvent)> = changed
        .iter()
        .map(|message| {
            let event = NewEvent {
                kind: message.state.event().into(),
                journal: Journal::Activity,
                subject: message.message_id.as_uuid(),
                correlation: message.customer_id.map(CustomerId::as_uuid),
                author: edit.author,
                payload: json!({
                    "customer_id": message.customer_id,
                    "channel": message.channel,
                    "class": message.class,
                    "template": message.template,
                    "key": message.key,
                    "reason": message.reason,
                    "detail": message.detail,
                }),
            };
            (EventId::new(edit.now, edit.rng), event)
        })
        .collect();
    platform::event::append_all(db, edit.now, &events).await
}

/// An edit of the server itself.
pub fn by_system<'r>(now: chrono::DateTime<chrono::Utc>, rng: &'r mut dyn rand::Rng) -> Edit<'r> {
    Edit { now, author: Author::System, rng }
}
