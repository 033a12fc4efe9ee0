//! The edge to Telegram: a bot that shows how rules decide (BRE-DEMO-01), in a conversation that asks, is answered and
//! answers (OMNI-07).
//!
//! `dialogue` is the conversation as a machine; `scenario` makes questions of event types and `explain` tells traces;
//! all three know no network and no database. `poll` reads updates, `send` says what was written down, `decided` waits for
//! the rules, `world` asks the database. Of `teloxide` only the typed client is used: its dispatcher keeps no place.

mod decided;
pub mod dialogue;
pub mod explain;
mod hear;
mod poll;
pub mod scenario;
mod send;
mod speak;
pub mod words;
mod world;

use crate::app::{Ground, RunError};
use base::Clock;
use platform::ingest::Ingest;
use secrecy::ExposeSecret;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use teloxide::types::Seconds;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use words::Words;

/// How much longer than a question for updates waits its connection is kept: teloxide's own limit of 17 s is shorter than
/// a long poll, and would end each one that brings nothing.
const POLL_SLACK: Duration = Duration::from_secs(15);
/// Longest wait that is taken from Telegram; more is a fault of somebody.
const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// Why the bot cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// The client cannot be made.
    #[error("the client of the Bot API cannot be made: {0}")]
    Client(String),
    /// The token or the address is none.
    #[error("[telegram] needs a token and an api_url: trunkline check-config says what is wrong")]
    Settings,
}

/// A bot at work.
struct Bot {
    reader: teloxide::Bot,
    writer: teloxide::Bot,
    id: i64,
    poll_seconds: u32,
    live: bool,
    zone: chrono_tz::Tz,
    country_code: String,
    national_digits: usize,
    pool: PgPool,
    clock: Arc<dyn Clock>,
    ingest: Ingest,
    words: Words,
    /// Something was written down to be said.
    said: Notify,
    /// Somebody may wait for decisions.
    awaited: Notify,
    stop: CancellationToken,
}

/// Starts the bot, when the settings say so; it ends with the server.
///
/// # Errors
/// See [`BotError`].
pub fn start(ground: &Ground, ingest: &Ingest) -> Result<(), RunError> {
    let settings = &ground.settings.telegram;
    if !settings.enabled {
        return Ok(());
    }
    let (Some(token), Some(id)) = (&settings.token, settings.bot_id()) else {
        return Err(BotError::Settings.into());
    };
    let url: reqwest::Url = settings.api_url.parse().map_err(|_| BotError::Settings)?;
    let poll = Duration::from_secs(u64::from(settings.poll_seconds)) + POLL_SLACK;
    let client = |timeout: Duration| {
        let made = teloxide::net::default_reqwest_settings().timeout(timeout).build();
        let made = made.map_err(|error| BotError::Client(error.to_string()))?;
        Ok::<_, BotError>(teloxide::Bot::with_client(token.expose_secret(), made).set_api_url(url.clone()))
    };
    let server = &ground.settings.server;
    let bot = Arc::new(Bot {
        reader: client(poll)?,
        writer: client(POLL_SLACK)?,
        id,
        poll_seconds: settings.poll_seconds,
        live: settings.live,
        zone: server.time_zone,
        country_code: server.country_code.clone(),
        national_digits: server.national_digits,
        pool: ground.pool.clone(),
        clock: Arc::clone(&ground.clock),
        ingest: ingest.clone(),
        words: Words::load(),
        said: Notify::new(),
        awaited: Notify::new(),
        stop: ground.stop.clone(),
    });
    let (reads, speaks, tells) = (Arc::clone(&bot), Arc::clone(&bot), bot);
    tokio::spawn(async move { reads.poll().await });
    tokio::spawn(async move { speaks.speak().await });
    tokio::spawn(async move { tells.tell_decisions().await });
    tracing::info!(bot = id, "the bot in Telegram answers");
    Ok(())
}

/// How long Telegram asks us to wait.
fn wait_of(seconds: Seconds) -> Duration {
    seconds.duration().min(WAIT_MAX)
}
