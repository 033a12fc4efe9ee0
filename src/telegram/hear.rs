//! What an update of Telegram means for the conversation.

use super::dialogue::{Input, read_data};
use teloxide::types::{CallbackQuery, Chat, Message, Update, UpdateKind, UserId};

/// What was heard, and in which chat.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// The chat: with a person it has the person's number.
    pub chat: i64,
    /// The press of a button that waits for an answer.
    pub callback: Option<String>,
    /// What it means.
    pub input: Input,
}

/// What an update says to us; none: it is no message of a person in a chat with the bot alone.
pub(super) fn hear(update: &Update) -> Option<Heard> {
    match &update.kind {
        UpdateKind::Message(message) => message_of(message),
        UpdateKind::CallbackQuery(query) => press_of(query),
        _ => None,
    }
}

fn message_of(message: &Message) -> Option<Heard> {
    let from = message.from.as_ref()?;
    if !is_alone(&message.chat) || from.is_bot {
        return None;
    }
    let input = match (message.contact(), message.text()) {
        (Some(contact), _) => Input::Contact {
            phone: contact.phone_number.clone(),
            // Telegram lets a person send any contact; only that of the sender is proof of a number.
            own: contact.user_id == Some(from.id),
        },
        (None, Some(text)) => Input::Text(clean(text)),
        (None, None) => Input::Other,
    };
    Some(Heard { chat: message.chat.id.0, callback: None, input })
}

fn press_of(query: &CallbackQuery) -> Option<Heard> {
    if query.message.as_ref().is_some_and(|message| !is_alone(message.chat())) {
        return None;
    }
    let UserId(person) = query.from.id;
    let pressed = query.data.as_deref().and_then(read_data);
    // What no button of ours says is a button that is over.
    let (question, option) = pressed.unwrap_or((u32::MAX, usize::MAX));
    Some(Heard {
        chat: i64::try_from(person).ok()?,
        callback: Some(query.id.0.clone()),
        input: Input::Choice { question, option },
    })
}

fn is_alone(chat: &Chat) -> bool {
    chat.is_private()
}

/// Without what no database keeps.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}
