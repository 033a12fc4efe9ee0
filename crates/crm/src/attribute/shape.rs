//! What can be wrong with the definition of an attribute.

use super::{AttributeFields, AttributeType, CHOICES_MAX, CUSTOMER, Choice, KEY_MAX, TITLE_MAX};
use crate::viewer::Viewer;
use base::{FieldFault, LocalText};
use std::collections::BTreeSet;

/// What customers have of their own, and expressions call so: no attribute can take these names.
const OF_CUSTOMERS: [&str; 13] = [
    "id",
    "kind",
    "name",
    "vip",
    "language",
    "phone",
    "email",
    "telegram",
    "tax_number",
    "contract",
    "created_at",
    "updated_at",
    "identifiers",
];
/// What cards have of their own.
const OF_CARDS: [&str; 7] = ["id", "kind", "title", "name", "created_at", "updated_at", "version"];

/// Whether a word can be a key: a small letter, then small letters, digits and underscores.
#[must_use]
pub fn is_key(word: &str) -> bool {
    word.len() <= KEY_MAX
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether every customer has a field of this name, whatever attributes there are.
#[must_use]
pub fn is_own_field(key: &str) -> bool {
    OF_CUSTOMERS.contains(&key)
}

/// Whether every card has a field of this name, whatever attributes its kind has.
#[must_use]
pub fn is_card_field(key: &str) -> bool {
    OF_CARDS.contains(&key)
}

/// What is wrong with a key.
#[must_use]
pub fn key_fault(pointer: &str, key: &str) -> Option<FieldFault> {
    let detail = format!("must be 1 to {KEY_MAX} of a-z, 0-9 and _, and begin with a letter");
    (!is_key(key)).then(|| FieldFault::new(pointer, detail))
}

/// What is wrong with a title.
#[must_use]
pub fn title_fault(pointer: &str, title: &LocalText) -> Option<FieldFault> {
    let good = |text: &String| {
        let length = text.trim().chars().count();
        (1..=TITLE_MAX).contains(&length) && !text.contains('\0')
    };
    let fine = !title.0.is_empty() && title.0.values().all(good);
    (!fine).then(|| {
        FieldFault::new(pointer, format!("must be 1 to {TITLE_MAX} characters in one language or more"))
    })
}

impl AttributeFields {
    /// What cannot be accepted, by field; whether the kinds of records exist is for the store to say.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> =
            key_fault("/key", &self.key).into_iter().chain(title_fault("/title", &self.title)).collect();
        let taken: &[&str] = if self.of == CUSTOMER { &OF_CUSTOMERS } else { &OF_CARDS };
        if taken.contains(&self.key.as_str()) {
            faults.push(FieldFault::new("/key", "is the name of a field that every record has: use another"));
        }
        let unit_long = self.unit.as_ref().is_some_and(|unit| unit.chars().count() > TITLE_MAX);
        if unit_long || self.unit.as_ref().is_some_and(|unit| unit.contains('\0')) {
            faults.push(FieldFault::new("/unit", format!("must have at most {TITLE_MAX} characters")));
        }
        faults.extend(self.choice_faults());
        let is_link = self.value_type == AttributeType::Link;
        if is_link != self.link_to.is_some() {
            let detail = if is_link { "say what the link names" } else { "is for the type link only" };
            faults.push(FieldFault::new("/link_to", detail));
        }
        if self.unique && !self.value_type.can_be_unique() {
            faults.push(FieldFault::new("/unique", "this type cannot be unique"));
        }
        if self.indexed && self.value_type == AttributeType::Choices {
            faults.push(FieldFault::new("/indexed", "a list of choices cannot be indexed"));
        }
        if self.searchable && !self.value_type.has_words() {
            faults.push(FieldFault::new("/searchable", "values of this type have no words to find"));
        }
        faults
    }

    fn choice_faults(&self) -> Vec<FieldFault> {
        let chooses = matches!(self.value_type, AttributeType::Choice | AttributeType::Choices);
        if !chooses {
            let fault = FieldFault::new("/choices", "are for the types choice and choices only");
            return if self.choices.is_empty() { Vec::new() } else { vec![fault] };
        }
        if self.choices.is_empty() || self.choices.len() > CHOICES_MAX {
            return vec![FieldFault::new("/choices", format!("must be 1 to {CHOICES_MAX}"))];
        }
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (position, Choice { value, title }) in self.choices.iter().enumerate() {
            let pointer = format!("/choices/{position}/value");
            let length = value.chars().count();
            if length == 0 || length > TITLE_MAX || value.trim() != value || value.contains('\0') {
                let detail = format!("must have 1 to {TITLE_MAX} characters, without spaces around it");
                faults.push(FieldFault::new(pointer, detail));
            } else if !seen.insert(value) {
                faults.push(FieldFault::new(pointer, "is in the list twice"));
            }
            faults.extend(title_fault(&format!("/choices/{position}/title"), title));
        }
        faults
    }

    /// Whether these eyes see the attribute.
    #[must_use]
    pub fn is_seen_by(&self, viewer: &Viewer) -> bool {
        viewer.reads(self.readers.as_deref(), self.editors.as_deref())
    }

    /// Whether the viewer may change its values.
    #[must_use]
    pub fn is_edited_by(&self, viewer: &Viewer) -> bool {
        viewer.edits(self.readers.as_deref(), self.editors.as_deref())
    }
}
