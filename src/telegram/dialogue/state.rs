//! What a conversation remembers, what it hears and what it asks for.

use crate::telegram::explain::Report;
use base::Locale;
use base::id::{CustomerId, EventId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A conversation with one person. It outlives the server as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// In which language.
    #[serde(default)]
    pub language: Option<Locale>,
    /// Which customer the person is.
    #[serde(default)]
    pub customer: Option<Linked>,
    /// Counts the questions: a button of an earlier one does nothing.
    #[serde(default)]
    pub question: u32,
    /// The buttons of the present question.
    #[serde(default)]
    pub offered: Vec<Offer>,
    /// Where it stands.
    #[serde(default)]
    pub at: At,
}

/// The customer whom a person was found to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linked {
    /// Which customer.
    pub id: CustomerId,
    /// How the person is greeted.
    pub name: String,
}

/// Where a conversation stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum At {
    /// Nothing was said yet.
    #[default]
    Start,
    /// The language is asked.
    Language,
    /// The own contact is asked.
    Contact,
    /// The event is asked.
    Menu,
    /// The value of a field is asked.
    Field {
        /// The event so far.
        draft: Draft,
        /// The key of the field.
        field: String,
    },
    /// The event is whole; whether it is tried or happens is asked, or the trial runs.
    Mode {
        /// The event.
        draft: Draft,
    },
    /// The event happened, and the rules look at it.
    Awaiting {
        /// Its place in the log.
        event: EventId,
        /// The event.
        draft: Draft,
    },
    /// The rules were explained.
    After {
        /// The event.
        draft: Option<Draft>,
    },
}

/// An event that is being filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The name of its type.
    pub event: String,
    /// What is known.
    pub data: Map<String, Value>,
    /// What the person left out.
    pub left_out: BTreeSet<String>,
}

/// A button, and what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// What stands on it.
    pub label: String,
    /// What it means.
    pub pick: Pick,
}

impl Offer {
    /// Whether somebody who writes `text` means this button.
    #[must_use]
    pub fn is_called(&self, text: &str) -> bool {
        self.label.to_lowercase() == text.trim().to_lowercase()
    }
}

/// What a button means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// This language.
    Language(Locale),
    /// No customer.
    Guest,
    /// This event.
    Scenario(String),
    /// This value.
    Value(Value),
    /// No value.
    LeaveOut,
    /// Only try.
    Trial,
    /// Let it happen.
    Live,
    /// The same event again.
    Again,
    /// Another event.
    Menu,
}

/// What a conversation hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Somebody wrote.
    Text(String),
    /// Somebody pressed a button.
    Choice {
        /// Of which question.
        question: u32,
        /// Which button, from 0.
        option: usize,
    },
    /// Somebody shared a contact.
    Contact {
        /// Its number as Telegram writes it.
        phone: String,
        /// Whether it is the sender's own.
        own: bool,
    },
    /// Something that is neither: a picture, a voice message.
    Other,
    /// The answer to [`Effect::Find`].
    Found(Option<Linked>),
    /// The answer to [`Effect::Try`].
    Tried(Vec<Report>),
    /// The answer to [`Effect::Publish`]: the event, or why it was not accepted.
    Published(Result<EventId, String>),
    /// The rules looked at the event that was published.
    Decided(Vec<Report>),
}

/// What a conversation asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Say this.
    Say(Said),
    /// Say this in passing, where the button was pressed.
    Note(String),
    /// Find the customer with this number.
    Find {
        /// The number as Telegram writes it.
        phone: String,
    },
    /// Try this event: nothing may be stored or sent.
    Try(Draft),
    /// Let this event happen.
    Publish(Draft),
    /// Forget the conversation.
    Forget,
}

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The text, of any length.
    pub text: String,
    /// What stands below it.
    pub keyboard: Keyboard,
}

/// What stands below a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyboard {
    /// Nothing changes.
    Keep,
    /// Buttons: label and data, one below the other.
    Choices(Vec<(String, String)>),
    /// A button that shares the own contact, and one that does not.
    Contact {
        /// Its label.
        share: String,
        /// The other's.
        skip: String,
    },
    /// What stood there goes.
    Remove,
}
