//! Cards: records of the kinds that administrators make (UMS-ENT-05).

#[cfg(test)]
mod tests;

use crate::attribute::{self, Attribute, CUSTOMER, KEY_MAX, TITLE_MAX, Values, is_key};
use crate::viewer::Viewer;
use base::id::{CardId, CardKindId, RoleId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use rules::facts::CARDS;
use rules::placeholder::{Piece, pieces};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Most kinds of cards, archived ones included: menus stay readable.
pub const CARD_KINDS_MAX: usize = 200;
/// Longest template of a title, in characters.
pub const TEMPLATE_MAX: usize = 200;

/// What people set of a kind of card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct CardKindFields {
    /// What it is called in expressions and in the API: a-z, 0-9, _. Cannot be changed.
    #[schema(example = "device")]
    pub key: String,
    /// One of them.
    #[sqlx(json)]
    pub title: LocalText,
    /// Many of them.
    #[sqlx(json)]
    pub plural: LocalText,
    /// The name of a picture that the browser application knows; empty for none.
    #[serde(default)]
    #[schema(example = "smartphone")]
    pub icon: String,
    /// What stands as title on a card: text with attributes in braces.
    #[schema(example = "{{ brand }} {{ imei }}")]
    pub title_template: String,
    /// The roles that see such cards; null for everybody who sees cards.
    #[serde(default)]
    pub readers: Option<Vec<RoleId>>,
    /// The roles that change such cards; null for everybody who sees them and changes cards.
    #[serde(default)]
    pub editors: Option<Vec<RoleId>>,
}

/// A kind of card as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct CardKind {
    /// Its id.
    #[sqlx(rename = "card_kind_id")]
    pub id: CardKindId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: CardKindFields,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// A card as it is stored; [`Card::shown_to`] is what people get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Card {
    /// Its id.
    #[sqlx(rename = "card_id")]
    pub id: CardId,
    /// The key of its kind.
    pub kind: String,
    /// Made of the attributes that the reader sees.
    #[sqlx(default)]
    pub title: String,
    /// Values by key of the attribute.
    #[sqlx(json)]
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub attributes: Values,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

impl CardKindFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = attribute::key_fault("/key", &self.key)
            .into_iter()
            .chain(attribute::title_fault("/title", &self.title))
            .chain(attribute::title_fault("/plural", &self.plural))
            .collect();
        if self.key == CUSTOMER {
            faults.push(FieldFault::new("/key", "customers have this name: use another"));
        }
        let icon_fits = self.icon.len() <= KEY_MAX
            && self.icon.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !icon_fits {
            faults.push(FieldFault::new("/icon", "must be the name of a picture, such as smartphone"));
        }
        let template = &self.title_template;
        if template.chars().count() > TEMPLATE_MAX || template.contains('\0') {
            let detail = format!("must have at most {TEMPLATE_MAX} characters");
            faults.push(FieldFault::new("/title_template", detail));
        } else if let Some(wrong) = pieces(template).find_map(|piece| match piece {
            Piece::Placeholder(inside) if !is_key(named(inside)) => Some(inside.to_owned()),
            Piece::Open(_) => Some(String::new()),
            _ => None,
        }) {
            let detail = format!("{{{{ {wrong} }}}} is no attribute: write {{{{ key }}}}");
            faults.push(FieldFault::new("/title_template", detail));
        }
        faults
    }
}

impl CardKind {
    /// What expressions call the list of such cards of a customer: `cards.vehicle`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{CARDS}.{}", self.fields.key)
    }

    /// Whether these eyes see cards of this kind.
    #[must_use]
    pub fn is_seen_by(&self, viewer: &Viewer) -> bool {
        viewer.reads(self.fields.readers.as_deref(), self.fields.editors.as_deref())
    }

    /// Whether the viewer may change cards of this kind.
    #[must_use]
    pub fn is_edited_by(&self, viewer: &Viewer) -> bool {
        viewer.edits(self.fields.readers.as_deref(), self.fields.editors.as_deref())
    }
}

impl Card {
    /// The card with its title and what the viewer sees of the attributes, those of its own kind.
    #[must_use]
    pub fn shown_to(mut self, viewer: &Viewer, kind: &CardKind, attributes: &[Attribute]) -> Self {
        self.attributes = attribute::shown(attributes, &self.attributes, viewer);
        self.title = title(&kind.fields.title_template, &self.attributes);
        if self.title.is_empty() {
            self.title = self.id.to_string();
        }
        self
    }
}

/// The attribute that a placeholder of a title names, with or without `card.`.
fn named(inside: &str) -> &str {
    inside.strip_prefix("card.").unwrap_or(inside)
}

/// The template with the values in it; spaces that a missing value leaves are closed up.
#[must_use]
pub fn title(template: &str, values: &Values) -> String {
    let filled: String = pieces(template)
        .map(|piece| match piece {
            Piece::Said(text) => text.to_owned(),
            Piece::Placeholder(inside) => values.get(named(inside)).map_or_else(String::new, words),
            Piece::Open(_) => String::new(),
        })
        .collect();
    let closed = filled.split_whitespace().collect::<Vec<_>>().join(" ");
    if closed.chars().count() > TITLE_MAX * 2 {
        return closed.chars().take(TITLE_MAX * 2).chain(['…']).collect();
    }
    closed
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
