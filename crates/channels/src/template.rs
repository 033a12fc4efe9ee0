//! Templates: what a message says, by channel and language, with placeholders `{{ expression }}`.

#[cfg(test)]
mod tests;
mod text;

pub use text::{Missing, Mode, Text};

use crate::message::{Channel, MessageClass};
use crate::sms;
use base::id::TemplateId;
use base::{FieldFault, Locale};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Longest name of a template.
pub const NAME_MAX: usize = 100;
/// Longest text of a short message, in characters: ten parts of the smaller alphabet and their placeholders.
pub const SMS_MAX: usize = 2_000;
/// Longest subject, in characters: longer ones are cut by every mail program.
pub const SUBJECT_MAX: usize = 200;
/// Longest body of an e-mail, in characters.
pub const BODY_MAX: usize = 200_000;

/// What a short message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsBody {
    /// The text with placeholders.
    #[schema(example = "{{ customer.name }}, thank you for {{ event.amount }}")]
    pub text: String,
}

/// What an e-mail says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailBody {
    /// The subject with placeholders.
    pub subject: String,
    /// The text with placeholders, for programs without mark-up.
    pub text: String,
    /// The same with mark-up; values are escaped.
    #[serde(default)]
    pub html: Option<String>,
}

/// What a template says on each channel in each language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bodies {
    /// Short messages by language.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, SmsBody>)]
    pub sms: BTreeMap<Locale, SmsBody>,
    /// E-mails by language.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, EmailBody>)]
    pub email: BTreeMap<Locale, EmailBody>,
}

/// What people set of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct TemplateFields {
    /// By which rules and flows name it: small Latin letters, digits and `_`; unique.
    #[schema(example = "welcome")]
    pub name: String,
    /// What people read in lists.
    #[serde(default)]
    pub title: String,
    /// What its messages are for.
    pub class: MessageClass,
    /// What they say.
    #[sqlx(json, rename = "bodies")]
    pub channels: Bodies,
}

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Template {
    /// Its id.
    #[sqlx(rename = "template_id")]
    pub id: TemplateId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub set: TemplateFields,
    /// The fields its placeholders read.
    #[sqlx(skip)]
    pub fields: Vec<String>,
    /// Grows with each change.
    pub version: i32,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl Template {
    /// The same, with the fields its placeholders read.
    #[must_use]
    pub fn with_fields(self) -> Self {
        Self { fields: self.set.channels.fields().into_iter().collect(), ..self }
    }
}

impl Bodies {
    /// Every text with its pointer and how its values are written.
    fn texts(&self) -> Vec<(String, &str, Mode)> {
        let sms = self
            .sms
            .iter()
            .map(|(locale, body)| (format!("/channels/sms/{locale}/text"), body.text.as_str(), Mode::Plain));
        let email = self.email.iter().flat_map(|(locale, body)| {
            let at = |field: &str| format!("/channels/email/{locale}/{field}");
            [
                Some((at("subject"), body.subject.as_str(), Mode::OneLine)),
                Some((at("text"), body.text.as_str(), Mode::Plain)),
                body.html.as_deref().map(|html| (at("html"), html, Mode::Html)),
            ]
        });
        sms.map(Some).chain(email).flatten().collect()
    }

    /// The fields that the placeholders of all texts read; those of a text that cannot be read are unknown.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<String> {
        let read = self.texts().into_iter().filter_map(|(_, text, mode)| Text::read(text, mode).ok());
        read.flat_map(|text| text.fields()).collect()
    }

    /// Whether it says anything on a channel.
    #[must_use]
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Sms => !self.sms.is_empty(),
            Channel::Email => !self.email.is_empty(),
        }
    }

    /// What it says on a channel in a language, or in the next best one: the wanted one, the site's, any other.
    #[must_use]
    pub fn find(&self, channel: Channel, wanted: Option<Locale>) -> Option<(Locale, Body<'_>)> {
        let order = wanted.into_iter().chain([Locale::default()]).chain(Locale::ALL);
        order.into_iter().find_map(|locale| {
            let body = match channel {
                Channel::Sms => Body::Sms(self.sms.get(&locale)?),
                Channel::Email => Body::Email(self.email.get(&locale)?),
            };
            Some((locale, body))
        })
    }
}

/// What a template says on one channel in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'t> {
    /// A short message.
    Sms(&'t SmsBody),
    /// An e-mail.
    Email(&'t EmailBody),
}

/// The texts of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Subject of an e-mail.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// The text with mark-up.
    pub html: Option<String>,
    /// Placeholders without a value; a message is sent only when there are none.
    pub missing: Vec<Missing>,
}

/// Writes the texts of a message. A placeholder without a value stays as it is and is named.
///
/// # Errors
/// The template itself cannot be read, in words.
pub fn render(body: Body<'_>, fields: &Map<String, Value>) -> Result<Rendered, String> {
    let mut missing = Vec::new();
    let facts = crate::expression::facts(fields);
    let facts = facts.prepare();
    let mut write = |text: &str, mode| Text::read(text, mode).map(|text| text.write(&facts, &mut missing));
    let rendered = match body {
        Body::Sms(body) => Rendered { text: write(&body.text, Mode::Plain)?, ..Rendered::default() },
        Body::Email(body) => Rendered {
            subject: Some(write(&body.subject, Mode::OneLine)?),
            text: write(&body.text, Mode::Plain)?,
            html: body.html.as_deref().map(|html| write(html, Mode::Html)).transpose()?,
            ..Rendered::default()
        },
    };
    let mut seen = BTreeSet::new();
    missing.retain(|fault: &Missing| seen.insert(fault.placeholder.clone()));
    Ok(Rendered { missing, ..rendered })
}

impl TemplateFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let named = self.name.len() <= NAME_MAX
            && self.name.starts_with(|c: char| c.is_ascii_lowercase())
            && self.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !named {
            let detail = format!("must be 1 to {NAME_MAX} small Latin letters, digits and _, a letter first");
            faults.push(FieldFault::new("/name", detail));
        }
        if self.title.chars().count() > 200 {
            faults.push(FieldFault::new("/title", "must have at most 200 characters"));
        }
        if Channel::ALL.into_iter().all(|channel| !self.channels.has(channel)) {
            faults.push(FieldFault::new("/channels", "needs a text on one channel at least"));
        }
        for (pointer, text, mode) in self.channels.texts() {
            let most = match mode {
                Mode::OneLine => SUBJECT_MAX,
                Mode::Plain if pointer.starts_with("/channels/sms/") => SMS_MAX,
                Mode::Plain | Mode::Html => BODY_MAX,
            };
            let length = text.chars().count();
            if length == 0 || length > most {
                faults.push(FieldFault::new(pointer, format!("must have 1 to {most} characters")));
            } else if let Err(detail) = Text::read(text, mode) {
                faults.push(FieldFault::new(pointer, detail));
            }
        }
        faults
    }
}

/// What a message would look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preview {
    /// In which language it would be.
    pub language: Locale,
    /// Subject of an e-mail.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// The text with mark-up.
    pub html: Option<String>,
    /// Alphabet of a short message.
    pub encoding: Option<sms::Encoding>,
    /// Parts of a short message.
    pub segments: Option<usize>,
    /// What counts against the limit: septets or UTF-16 units of a short message, characters of an e-mail.
    pub characters: usize,
    /// Fields without a value; with one of these the message would be refused.
    pub missing: Vec<String>,
}

/// What a message would look like, with what it would cost.
///
/// # Errors
/// The template itself cannot be read, in words.
pub fn preview((language, body): (Locale, Body<'_>), fields: &Map<String, Value>) -> Result<Preview, String> {
    let rendered = render(body, fields)?;
    let parts = matches!(body, Body::Sms(_)).then(|| sms::split(&rendered.text));
    Ok(Preview {
        language,
        encoding: parts.as_ref().map(|parts| parts.encoding),
        segments: parts.as_ref().map(|parts| parts.parts.len()),
        characters: parts.map_or_else(|| rendered.text.chars().count(), |parts| parts.units),
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        missing: rendered.missing.into_iter().map(|fault| fault.placeholder).collect(),
    })
}
