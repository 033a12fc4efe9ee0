//! `[telegram]`: the bot that shows how rules decide.

use super::problem::Problems;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Longest wait of one question for updates, in seconds: proxies cut what is silent for a minute.
const POLL_SECONDS_MAX: u32 = 50;

/// `[telegram]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    /// Whether the bot answers.
    pub enabled: bool,
    /// What @BotFather gave: the bot's number, a colon, its secret.
    pub token: Option<SecretString>,
    /// Where the Bot API is.
    pub api_url: String,
    /// How long one question for updates waits, in seconds.
    pub poll_seconds: u32,
    /// Whether linked customers may let events happen.
    pub live: bool,
}

impl Telegram {
    /// The bot's number: the part of the token before the colon.
    #[must_use]
    pub fn bot_id(&self) -> Option<i64> {
        let token = self.token.as_ref()?.expose_secret();
        let (number, secret) = token.split_once(':')?;
        let fits =
            !secret.is_empty() && secret.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        number.parse().ok().filter(|number| fits && *number > 0)
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        if self.enabled || self.token.is_some() {
            let detail = "must be what @BotFather gave, such as 123456:ABC-def: put it into the environment";
            problems.unless(self.bot_id().is_some(), "telegram.token", detail);
        }
        let url = reqwest::Url::parse(&self.api_url).ok();
        let fits = url.is_some_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        problems.unless(fits, "telegram.api_url", "must be https://host or http://host");
        let fits = (1..=POLL_SECONDS_MAX).contains(&self.poll_seconds);
        problems.unless(fits, "telegram.poll_seconds", format!("must be 1 to {POLL_SECONDS_MAX}"));
    }
}
