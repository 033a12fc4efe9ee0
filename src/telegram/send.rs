//! Says what was written down, at the pace that Telegram allows, in each chat in order. What Telegram did not take is
//! said later; should the server be killed between the answer of Telegram and the mark of it, one message comes twice:
//! the Bot API has no key against that, and a missing answer would be worse.

use super::Bot;
use super::dialogue::Keyboard;
use super::speak::Request;
use channels::store::{self, TelegramOutgoing};
use channels::telegram::BotPace;
use futures_util::future::join_all;
use std::time::{Duration, Instant};
use teloxide::requests::Requester;
use teloxide::types::{
    ButtonRequest, CallbackQueryId, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton,
    KeyboardMarkup, KeyboardRemove, ReplyMarkup,
};
use teloxide::{ApiError, RequestError};

/// How often is looked while something waits for its turn.
const TURN: Duration = Duration::from_millis(50);
/// How often is looked without being told: another server may have written something down.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Wait after an error of the network, of Telegram or of the database.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What became of a request.
enum Sent {
    /// It is done, or never will be.
    Ended,
    /// It is tried again after this time, and nothing else goes before.
    Again(Duration),
    /// The person wants nothing of us: nothing more goes to this chat.
    Gone,
}

impl Bot {
    /// Says what there is to say until the server stops.
    pub(super) async fn speak(&self) {
        let (mut pace, start) = (BotPace::default(), Instant::now());
        while !self.stop.is_cancelled() {
            let wait = match self.say_next(&mut pace, start).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "answers in Telegram wait for the database");
                    AGAIN_AFTER
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.said.notified(), if wait == LOOK_EVERY => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Says what may be said now; how long until the next look.
    async fn say_next(&self, pace: &mut BotPace, start: Instant) -> sqlx::Result<Duration> {
        let mut db = self.pool.acquire().await?;
        let heads = store::telegram_heads(&mut db, self.id, self.clock.now()).await?;
        if heads.is_empty() {
            return Ok(LOOK_EVERY);
        }
        let now = start.elapsed();
        let ready: Vec<&TelegramOutgoing> =
            heads.iter().filter(|head| pace.take(head.chat_id, now)).collect();
        if ready.is_empty() {
            return Ok(TURN);
        }
        let sent = join_all(ready.iter().map(|head| self.send(head))).await;
        for (head, sent) in ready.into_iter().zip(sent) {
            match sent {
                Sent::Ended => store::end_telegram(&mut db, head.id).await?,
                Sent::Again(wait) => pace.pause(start.elapsed(), wait),
                Sent::Gone => store::forget_telegram_chat(&mut db, self.id, head.chat_id).await?,
            }
        }
        Ok(Duration::ZERO)
    }

    async fn send(&self, head: &TelegramOutgoing) -> Sent {
        let Ok(request) = serde_json::from_value::<Request>(head.request.clone()) else {
            tracing::error!(
                chat = head.chat_id,
                "an answer in Telegram has a form that is not known, and is dropped"
            );
            return Sent::Ended;
        };
        let answered = match request {
            Request::Say { text, keyboard } => {
                let mut message = self.writer.send_message(ChatId(head.chat_id), text);
                message.reply_markup = markup(keyboard);
                message.await.map(drop)
            }
            Request::Answer { callback, note } => {
                let mut answer = self.writer.answer_callback_query(CallbackQueryId(callback));
                answer.text = note;
                answer.await.map(drop)
            }
        };
        match answered {
            Ok(()) => Sent::Ended,
            Err(error) => judged(&error),
        }
    }
}

/// What an error means.
fn judged(error: &RequestError) -> Sent {
    match error {
        RequestError::RetryAfter(wait) => {
            metrics::counter!("channels_telegram_throttled_total").increment(1);
            Sent::Again(super::wait_of(*wait))
        }
        RequestError::Api(
            ApiError::BotBlocked
            | ApiError::UserDeactivated
            | ApiError::ChatNotFound
            | ApiError::CantInitiateConversation,
        ) => Sent::Gone,
        RequestError::Api(ApiError::InvalidToken) | RequestError::Network(_) | RequestError::Io(_) => {
            later(error)
        }
        // A page of a proxy instead of an answer.
        RequestError::InvalidJson { .. } => later(error),
        RequestError::Api(ApiError::Unknown(text)) if !is_final(text) => later(error),
        RequestError::Api(_) | RequestError::MigrateToChatId(_) => {
            tracing::error!(%error, "Telegram refuses an answer, and it is dropped");
            Sent::Ended
        }
    }
}

fn later(error: &RequestError) -> Sent {
    tracing::warn!(%error, "Telegram did not take an answer: it is said later");
    Sent::Again(AGAIN_AFTER)
}

/// Whether the description of an error says that the request itself is wrong; faults of Telegram's servers pass.
fn is_final(description: &str) -> bool {
    ["Bad Request", "Forbidden"].iter().any(|begin| description.starts_with(begin))
}

fn markup(keyboard: Keyboard) -> Option<ReplyMarkup> {
    match keyboard {
        Keyboard::Keep => None,
        Keyboard::Choices(buttons) => {
            let row = |(label, data)| vec![InlineKeyboardButton::callback::<String, String>(label, data)];
            Some(ReplyMarkup::InlineKeyboard(InlineKeyboardMarkup::new(buttons.into_iter().map(row))))
        }
        Keyboard::Contact { share, skip } => {
            let share = KeyboardButton::new(share).request(ButtonRequest::Contact);
            let rows = [[share], [KeyboardButton::new(skip)]];
            Some(ReplyMarkup::Keyboard(KeyboardMarkup::new(rows).resize_keyboard().one_time_keyboard()))
        }
        Keyboard::Remove => Some(ReplyMarkup::KeyboardRemove(KeyboardRemove::new())),
    }
}
