//! Reads updates and lets conversations go on. An update is handled in one transaction: that it was, where the
//! conversation stands then, and what is said. A server that is killed loses none and handles none twice.

use super::Bot;
use super::dialogue::{At, Conversation, Draft, Effect, Input, World, step};
use super::hear::{Heard, hear};
use super::speak::{requests, stored};
use super::world::{Around, find_customer};
use base::Author;
use base::id::{DeadLetterId, EventId};
use channels::store;
use platform::dead_letter::{self, NewLetter};
use platform::ingest::{Incoming, Outcome};
use platform::journal::{Fault, fault_of};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::VecDeque;
use std::time::Duration;
use teloxide::payloads::GetUpdatesSetters;
use teloxide::requests::Requester;
use teloxide::types::{AllowedUpdate, Update, UpdateKind};
use teloxide::{ApiError, RequestError};

/// Most updates of one answer (Bot API: 1 to 100).
const UPDATES_MAX: u8 = 100;
/// First wait after an error; it doubles up to [`AGAIN_AFTER_MAX`].
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// Longest wait after an error.
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(30);
/// The source of the events that people let happen.
const SOURCE: &str = "/telegram";

/// Why an update was not handled.
#[derive(Debug, thiserror::Error)]
enum NotHandled {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Intake(#[from] platform::ingest::IngestError),
}

impl NotHandled {
    /// Whether another try may go well.
    fn may_pass(&self) -> bool {
        match self {
            Self::Database(error) => fault_of(error) != Fault::Bad,
            Self::Intake(_) => true,
        }
    }
}

impl Bot {
    /// Reads updates until the server stops.
    pub(super) async fn poll(&self) {
        let mut wait = AGAIN_AFTER;
        while !self.stop.is_cancelled() {
            let read = tokio::select! {
                () = self.stop.cancelled() => return,
                read = self.updates() => read,
            };
            match read {
                Ok(updates) => {
                    wait = AGAIN_AFTER;
                    for update in &updates {
                        self.take(update).await;
                    }
                }
                Err(pause) => {
                    let pause = pause.unwrap_or(wait);
                    wait = (wait * 2).min(AGAIN_AFTER_MAX);
                    self.pause(pause).await;
                }
            }
        }
    }

    async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    /// The updates behind the last one that was handled. An error says how long Telegram wants us to wait.
    async fn updates(&self) -> Result<Vec<Update>, Option<Duration>> {
        let next = async {
            let mut db = self.pool.acquire().await?;
            store::next_telegram_update(&mut db, self.id, self.clock.now()).await
        };
        let next = next.await.map_err(|error| {
            tracing::warn!(%error, "Telegram is not asked while the database is away");
            None
        })?;
        let mut question = self
            .reader
            .get_updates()
            .limit(UPDATES_MAX)
            .timeout(self.poll_seconds)
            .allowed_updates([AllowedUpdate::Message, AllowedUpdate::CallbackQuery]);
        question.offset = next.and_then(|next| i32::try_from(next).ok());
        question.await.map_err(|error| {
            metrics::counter!("channels_telegram_poll_errors_total").increment(1);
            match error {
                RequestError::RetryAfter(wait) => {
                    let wait = super::wait_of(wait);
                    tracing::warn!(seconds = wait.as_secs(), "Telegram asks us to wait");
                    return Some(wait);
                }
                RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => {
                    tracing::error!(
                        "another program reads the updates of this bot: stop it, or use another bot"
                    );
                }
                RequestError::Api(ApiError::CantGetUpdates) => {
                    tracing::error!(
                        "this bot has a webhook: delete it (deleteWebhook), then updates can be read"
                    );
                }
                RequestError::Api(ApiError::InvalidToken) => {
                    tracing::error!("Telegram does not know [telegram] token: ask @BotFather for it");
                }
                error => tracing::warn!(%error, "Telegram gives no updates, another try soon"),
            }
            None
        })
    }

    /// Handles an update, however often it takes while the database is away. One that the database refuses goes to the
    /// dead letters, and those behind it are handled.
    async fn take(&self, update: &Update) {
        let mut wait = AGAIN_AFTER;
        loop {
            match self.handle(update).await {
                Ok(()) => return,
                Err(error) if error.may_pass() => {
                    tracing::warn!(%error, "an update of Telegram waits for the database");
                }
                Err(error) => match self.bury(update, &error).await {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, "an update of Telegram waits for the database"),
                },
            }
            if self.stop.is_cancelled() {
                return;
            }
            self.pause(wait).await;
            wait = (wait * 2).min(AGAIN_AFTER_MAX);
        }
    }

    async fn handle(&self, update: &Update) -> Result<(), NotHandled> {
        let number = i64::from(update.id.0);
        let mut tx = self.pool.begin().await?;
        if !store::take_telegram_update(&mut tx, self.id, number, self.clock.now()).await? {
            return Ok(());
        }
        if let UpdateKind::Error(_) = &update.kind {
            tracing::warn!(
                update = number,
                "an update of Telegram has a form that is not known, and is passed over"
            );
        }
        if let Some(heard) = hear(update) {
            self.converse(&mut tx, heard, &format!("{}:{number}", self.id)).await?;
        }
        tx.commit().await?;
        metrics::counter!("channels_telegram_updates_total").increment(1);
        self.said.notify_one();
        self.awaited.notify_one();
        Ok(())
    }

    /// One turn of a conversation. `key` names what it causes.
    async fn converse(&self, db: &mut PgConnection, heard: Heard, key: &str) -> Result<(), NotHandled> {
        let (now, place) = (self.clock.now(), (self.id, heard.chat));
        let kept = store::lock_telegram_chat(db, self.id, heard.chat).await?;
        // What an older server kept in another form begins anew.
        let mut conversation: Conversation =
            kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default();
        let around = Around::load(db, self.zone).await?;
        let world = World { scenarios: &around.scenarios, live: self.live, words: &self.words };
        let mut effects = VecDeque::from(step(&mut conversation, heard.input, world));
        let (mut said, mut note, mut forget) = (Vec::new(), None, false);
        while let Some(effect) = effects.pop_front() {
            let input = match effect {
                Effect::Say(text) => {
                    said.push(text);
                    continue;
                }
                Effect::Note(text) => {
                    note = Some(text);
                    continue;
                }
                Effect::Forget => {
                    forget = true;
                    continue;
                }
                Effect::Find { phone } => Input::Found(self.find(db, &phone).await?),
                Effect::Try(draft) => {
                    let (customer, locale) = (conversation.customer.as_ref(), conversation.language);
                    let locale = locale.unwrap_or_default();
                    Input::Tried(around.try_out(db, &draft, customer, locale, now).await?)
                }
                Effect::Publish(draft) => Input::Published(self.publish(&conversation, draft, key).await?),
            };
            effects.extend(step(&mut conversation, input, world));
        }
        if forget {
            store::forget_telegram_chat(db, self.id, heard.chat).await?;
        } else {
            self.keep(db, heard.chat, &conversation).await?;
        }
        let asked = stored(&requests(heard.callback, note, said));
        Ok(store::push_telegram(db, place, &asked, now).await?)
    }

    /// Keeps where a conversation stands.
    pub(super) async fn keep(
        &self,
        db: &mut PgConnection,
        chat: i64,
        conversation: &Conversation,
    ) -> sqlx::Result<()> {
        let awaited = match &conversation.at {
            At::Awaiting { event, .. } => Some(*event),
            _ => None,
        };
        let kept = serde_json::to_value(conversation).map_err(|error| sqlx::Error::Encode(error.into()))?;
        store::keep_telegram_chat(db, (self.id, chat), &kept, awaited, self.clock.now()).await
    }

    async fn find(
        &self,
        db: &mut PgConnection,
        phone: &str,
    ) -> sqlx::Result<Option<super::dialogue::Linked>> {
        let (code, digits) = (self.country_code.as_str(), self.national_digits);
        match base::phone::PhoneNumber::from_dialled(phone, code, digits) {
            Ok(number) => find_customer(db, number.as_str(), self.clock.now()).await,
            Err(_) => Ok(None),
        }
    }

    /// Lets an event happen, the way that every event comes in. Its id follows from the update: should the server be
    /// killed before the conversation is kept, the update comes again, and the event counts once.
    async fn publish(
        &self,
        conversation: &Conversation,
        draft: Draft,
        key: &str,
    ) -> Result<Result<EventId, String>, NotHandled> {
        let Some(customer) = &conversation.customer else { return Ok(Err(String::new())) };
        let event = Incoming {
            kind: draft.event,
            source: SOURCE.to_owned(),
            id: key.to_owned(),
            time: None,
            subject: Some(format!("customer_id:{}", customer.id)),
            data: draft.data,
        };
        let outcome = self.ingest.take(vec![event], Author::System).await?.into_iter().next();
        Ok(match outcome {
            Some(Outcome::Accepted(id) | Outcome::Duplicate(id)) => Ok(id),
            Some(Outcome::Refused(faults)) => {
                let said = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.message));
                Err(said.collect::<Vec<_>>().join("; "))
            }
            None => Err(String::new()),
        })
    }

    async fn bury(&self, update: &Update, error: &NotHandled) -> sqlx::Result<()> {
        let (number, now) = (i64::from(update.id.0), self.clock.now());
        tracing::error!(update = number, %error, "an update of Telegram cannot be handled: see the dead letters");
        let letter = NewLetter {
            origin: "telegram".to_owned(),
            event: None,
            reason: "handler_failed",
            detail: error.to_string(),
            payload: json!({ "bot": self.id, "update": number, "chat": hear(update).map(|heard| heard.chat) }),
        };
        let mut tx = self.pool.begin().await?;
        if store::take_telegram_update(&mut tx, self.id, number, now).await? {
            let id = DeadLetterId::new(now, &mut rand::rng());
            dead_letter::store::keep(&mut tx, now, id, &letter).await?;
        }
        tx.commit().await
    }
}
