//! Tells people what the rules decided about the events that they let happen, once it is decided.

use super::Bot;
use super::dialogue::{At, Conversation, Effect, Input, World, step};
use super::speak::{requests, stored};
use super::world::Around;
use actors::automation::CONSUMER;
use base::id::EventId;
use channels::store;
use chrono::TimeDelta;
use platform::event::has_read;
use std::time::Duration;

/// How often is looked while somebody waits. The reader of the rules says nothing of its own place but in the database.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often is looked otherwise: another server may have accepted an event.
const IDLE: Duration = Duration::from_secs(2);
/// How long before a conversation was kept its event may have been written.
const BEFORE: TimeDelta = TimeDelta::minutes(5);

impl Bot {
    /// Looks until the server stops.
    pub(super) async fn tell_decisions(&self) {
        while !self.stop.is_cancelled() {
            let wait = match self.tell_next().await {
                Ok(true) => LOOK_EVERY,
                Ok(false) => IDLE,
                Err(error) => {
                    tracing::warn!(%error, "decisions are told in Telegram once the database is back");
                    IDLE
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.awaited.notified(), if wait == IDLE => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Tells what can be told; whether somebody waits on.
    async fn tell_next(&self) -> sqlx::Result<bool> {
        let mut db = self.pool.acquire().await?;
        let waiting = store::awaiting_telegram_chats(&mut db, self.id).await?;
        let mut left = false;
        for (chat, event, since) in waiting {
            if !has_read(&mut db, CONSUMER, event, since - BEFORE).await? || !self.tell(chat, event).await? {
                left = true;
            }
        }
        Ok(left)
    }

    async fn tell(&self, chat: i64, event: EventId) -> sqlx::Result<bool> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let kept = store::lock_telegram_chat(&mut tx, self.id, chat).await?;
        let conversation = kept.and_then(|kept| serde_json::from_value::<Conversation>(kept).ok());
        let waits = |known: &Conversation| matches!(&known.at, At::Awaiting { event: awaited, .. } if *awaited == event);
        let Some(mut conversation) = conversation.filter(waits) else { return Ok(true) };
        let around = Around::load(&mut tx, self.zone).await?;
        let Some(reports) = around.decided(&mut tx, event, now).await? else { return Ok(false) };
        let world = World { scenarios: &around.scenarios, live: self.live, words: &self.words };
        let effects = step(&mut conversation, Input::Decided(reports), world);
        let said = effects.into_iter().filter_map(|effect| match effect {
            Effect::Say(said) => Some(said),
            _ => None,
        });
        let asked = stored(&requests(None, None, said.collect()));
        self.keep(&mut tx, chat, &conversation).await?;
        store::push_telegram(&mut tx, (self.id, chat), &asked, now).await?;
        tx.commit().await?;
        self.said.notify_one();
        Ok(true)
    }
}
