//! What is asked of the Bot API, as it is written down before it is sent.

use super::dialogue::{Keyboard, Said};
use channels::telegram::split;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest text of a notice where a button was pressed, in characters (Bot API, `answerCallbackQuery`).
const NOTE_CHARS_MAX: usize = 200;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Request {
    /// A message in the chat.
    Say {
        /// At most as long as a message may be.
        text: String,
        /// What stands below it.
        keyboard: Keyboard,
    },
    /// The button that was pressed stops to turn.
    Answer {
        /// Which press.
        callback: String,
        /// What is shown in passing.
        note: Option<String>,
    },
}

/// The requests of one turn, in order: the pressed button first, because people see it wait. Texts that follow each other
/// are one message as far as they fit; of what is cut, the last part has the buttons.
pub(super) fn requests(callback: Option<String>, note: Option<String>, said: Vec<Said>) -> Vec<Request> {
    let note = note.map(|note| note.chars().take(NOTE_CHARS_MAX).collect::<String>());
    let mut requests: Vec<Request> =
        callback.map(|callback| Request::Answer { callback, note }).into_iter().collect();
    for said in joined(said) {
        let parts = split(&said.text);
        let last = parts.len().saturating_sub(1);
        requests.extend((0_usize..).zip(parts).map(|(place, text)| {
            let keyboard = if place == last { said.keyboard.clone() } else { Keyboard::Keep };
            Request::Say { text, keyboard }
        }));
    }
    requests
}

fn joined(said: Vec<Said>) -> Vec<Said> {
    let mut joined: Vec<Said> = Vec::new();
    for next in said {
        match joined.last_mut() {
            Some(last) if last.keyboard == Keyboard::Keep => {
                last.text.push_str("\n\n");
                last.text.push_str(&next.text);
                last.keyboard = next.keyboard;
            }
            _ => joined.push(next),
        }
    }
    joined
}

/// As they are stored.
pub(super) fn stored(requests: &[Request]) -> Vec<Value> {
    requests.iter().filter_map(|request| serde_json::to_value(request).ok()).collect()
}
