//! What the Bot API of Telegram allows, and at which pace. No network here.

use crate::pace::Pace;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest text of a message, in UTF-16 code units (Bot API, `sendMessage`; entities are counted in them too).
pub const MESSAGE_UNITS_MAX: usize = 4_096;
/// Longest data of a button, in bytes (Bot API, `InlineKeyboardButton.callback_data`).
pub const BUTTON_DATA_BYTES_MAX: usize = 64;
/// Longest label of a button, in characters: what fits on a telephone's screen in one line.
pub const BUTTON_LABEL_MAX: usize = 60;
/// Most buttons under a message (Bot API).
pub const BUTTONS_MAX: usize = 100;
/// Messages a second of one bot (Bot API FAQ: "about 30").
pub const PER_SECOND: u32 = 30;
/// Messages a second in one chat (Bot API FAQ: "avoid sending more than one").
const PER_SECOND_CHAT: u32 = 1;
/// Without an update for a week, Telegram chooses the next `update_id` at random (Bot API, `Update`): a day before that,
/// numbers are no longer compared with the last one. Updates that were not fetched are gone after 24 hours in any case.
pub const NUMBERS_HOLD_FOR: TimeDelta = TimeDelta::days(6);
/// An answer that could not be sent for so long is of no use to anybody.
pub const ANSWER_HOLDS_FOR: TimeDelta = TimeDelta::hours(24);
/// Most chats whose pace is remembered; beyond that those that have long been quiet are forgotten.
const CHATS_REMEMBERED: usize = 10_000;

/// Cuts a text into messages: at the end of a line where one is in the last half, else at a space, else anywhere, and
/// never inside a character. Nothing but the white space at a cut is lost.
#[must_use]
pub fn split(text: &str) -> Vec<String> {
    let mut rest = text.trim();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let end = cut(rest);
        let (part, behind) = rest.split_at(end);
        parts.push(part.trim_end().to_owned());
        rest = behind.trim_start();
    }
    parts
}

/// Where the next message ends, in bytes; at least one character.
fn cut(text: &str) -> usize {
    let (mut units, mut fits, mut line, mut space) = (0, 0, None, None);
    for (at, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > MESSAGE_UNITS_MAX {
            let late = |place: &Option<usize>| place.is_some_and(|place| place >= fits / 2);
            return [line, space].into_iter().find(late).flatten().unwrap_or(fits);
        }
        fits = at + letter.len_utf8();
        match letter {
            '\n' if at > 0 => line = Some(at),
            ' ' if at > 0 => space = Some(at),
            _ => {}
        }
    }
    text.len()
}

/// A label that fits on a button.
#[must_use]
pub fn label(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= BUTTON_LABEL_MAX {
        return line;
    }
    let kept: String = line.chars().take(BUTTON_LABEL_MAX - 1).collect();
    format!("{kept}…")
}

/// When messages may go: so many a second for the bot, one a second in each chat, and nothing while Telegram asked us
/// to wait. Time is the span since some moment that never moves.
#[derive(Debug)]
pub struct BotPace {
    all: Pace,
    chats: BTreeMap<i64, (Pace, Duration)>,
    paused_until: Duration,
}

impl Default for BotPace {
    fn default() -> Self {
        Self { all: Pace::new(PER_SECOND), chats: BTreeMap::new(), paused_until: Duration::ZERO }
    }
}

impl BotPace {
    /// Whether a message may go to `chat` now; it counts as gone.
    pub fn take(&mut self, chat: i64, now: Duration) -> bool {
        if now < self.paused_until {
            return false;
        }
        let mut pace =
            self.chats.get(&chat).map_or_else(|| Pace::new(PER_SECOND_CHAT), |known| known.0.clone());
        if !pace.take(now) || !self.all.take(now) {
            return false;
        }
        if self.chats.len() >= CHATS_REMEMBERED {
            self.chats.retain(|_, (_, last)| now.saturating_sub(*last) < Duration::from_secs(10));
        }
        self.chats.insert(chat, (pace, now));
        true
    }

    /// Telegram said "too many requests": nothing goes for so long (`retry_after`).
    pub fn pause(&mut self, now: Duration, wait: Duration) {
        self.paused_until = self.paused_until.max(now + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_texts_are_cut_at_line_ends() {
        let line = "x".repeat(1_500);
        let text = [line.as_str(); 4].join("\n");

        let parts = split(&text);

        assert_eq!(parts, [[line.as_str(); 2].join("\n"), [line.as_str(); 2].join("\n")]);
        assert!(split("  \n ").is_empty());
    }

    proptest! {
        #[test]
        fn every_part_fits_and_nothing_but_white_space_is_lost(text in "[a-zа-я🙂 \n]{0,9000}") {
            let parts = split(&text);
            for part in &parts {
                prop_assert!(!part.is_empty() && part.encode_utf16().count() <= MESSAGE_UNITS_MAX);
            }
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&parts.concat()), bare(&text));
        }
    }

    #[test]
    fn a_chat_gets_one_a_second_and_a_pause_stops_all() {
        let (mut pace, at) = (BotPace::default(), Duration::from_secs(100));
        let count = |pace: &mut BotPace, chat, from: Duration| {
            (0..100_u64).filter(|n| pace.take(chat, from + Duration::from_millis(n * 100))).count()
        };

        assert!((10..=12).contains(&count(&mut pace, 1, at)));
        let took = (0..200).filter(|chat| pace.take(1_000 + chat, Duration::from_secs(200))).count();
        assert!((3..=5).contains(&took), "a tenth of a second's worth at once, not {took}");
        pace.pause(Duration::from_secs(300), Duration::from_secs(5));
        assert!(!pace.take(9, Duration::from_secs(304)));
        assert!(pace.take(9, Duration::from_secs(305)));
    }
}
