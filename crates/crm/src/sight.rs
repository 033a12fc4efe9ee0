//! What somebody sees of customers where expressions look at them: trials, previews, explanations (UMS-ENT-05).
//!
//! Rules and flows themselves see everything. Whoever writes or tries one sees through them only what is for the own
//! roles: the value of a hidden attribute would be known from whether `customer.debt > 1000` held.

#[cfg(test)]
mod tests;

use crate::attribute::{Attribute, CUSTOMER, is_card_field, is_own_field};
use crate::card::CardKind;
use crate::viewer::Viewer;
use rules::catalogue::is_closed;
use rules::facts::{CARDS, CARDS_KEY, PREDICTION_KEY};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The parts of our own events about records that hold attributes: the record before and after.
const STATES: [&str; 2] = ["event.before", "event.after"];

/// What a viewer sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Attributes of customers that are seen, and those of cards as `cards.vehicle.year`; none: everything.
    seen: Option<BTreeSet<String>>,
    /// What is not seen, as expressions call it.
    closed: BTreeSet<String>,
}

impl Sight {
    /// What `viewer` sees, `attributes` being those in use of every kind of record.
    #[must_use]
    pub fn of(attributes: &[Attribute], viewer: &Viewer) -> Self {
        if *viewer == Viewer::Server {
            return Self { seen: None, closed: BTreeSet::new() };
        }
        let (seen, hidden): (Vec<_>, Vec<_>) =
            attributes.iter().partition(|attribute| attribute.fields.is_seen_by(viewer));
        // As expressions call it: of linked cards, when it is no attribute of customers.
        let path = |attribute: &Attribute| match attribute.fields.of.as_str() {
            CUSTOMER => format!("{CUSTOMER}.{}", attribute.key()),
            kind => format!("{CARDS}.{kind}.{}", attribute.key()),
        };
        let mut closed: BTreeSet<String> = hidden.into_iter().map(path).collect();
        if !closed.is_empty() {
            closed.extend(STATES.map(str::to_owned));
        }
        Self { seen: Some(seen.into_iter().map(path).collect()), closed }
    }

    /// What is not seen, as expressions call it: `customer.debt`.
    pub fn closed(&self) -> impl Iterator<Item = &str> {
        self.closed.iter().map(String::as_str)
    }

    /// The same sight, with more that is not seen: what follows from attributes that are not.
    #[must_use]
    pub fn without(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.closed.extend(paths);
        self
    }

    /// The same sight, without the cards of these kinds that are not for the viewer.
    #[must_use]
    pub fn without_kinds<'k>(self, kinds: impl IntoIterator<Item = &'k CardKind>, viewer: &Viewer) -> Self {
        let hidden = kinds.into_iter().filter(|kind| !kind.is_seen_by(viewer));
        self.without(hidden.map(CardKind::path))
    }

    /// Whether all of what an expression calls `path` is seen. `customer` alone is all of the customer.
    #[must_use]
    pub fn sees(&self, path: &str) -> bool {
        !is_closed(&self.closed, path)
    }

    /// Why a text that reads these fields is refused, in words.
    ///
    /// # Errors
    /// The first field that is not for this viewer.
    pub fn allows<'p>(&self, paths: impl IntoIterator<Item = &'p String>) -> Result<(), String> {
        match paths.into_iter().find(|path| !path.starts_with("event") && !self.sees(path)) {
            Some(path) => Err(format!("`{path}` is not for your roles to read")),
            None => Ok(()),
        }
    }

    /// The customer as this viewer's expressions see it.
    #[must_use]
    pub fn mask(&self, mut customer: Value) -> Value {
        if let (Some(seen), Some(fields)) = (&self.seen, customer.as_object_mut()) {
            // What begins with @ is no attribute: others put it there, and its rights are theirs.
            fields.retain(|key, _| {
                is_own_field(key) || key.starts_with('@') || seen.contains(&format!("{CUSTOMER}.{key}"))
            });
            fields.get_mut(CARDS_KEY).into_iter().for_each(|cards| self.mask_cards(cards, seen));
            let moments = fields.get_mut(PREDICTION_KEY).and_then(Value::as_object_mut);
            for predicted in
                moments.into_iter().flatten().filter_map(|(_, predicted)| predicted.as_object_mut())
            {
                predicted.retain(|name, _| self.sees(&format!("prediction.{name}")));
            }
        }
        customer
    }

    /// Cards of kinds that are not seen are left out, and of the others what is not.
    fn mask_cards(&self, cards: &mut Value, seen: &BTreeSet<String>) {
        let Some(lists) = cards.as_object_mut() else { return };
        lists.retain(|kind, _| !self.closed.contains(&format!("{CARDS}.{kind}")));
        for (kind, list) in lists {
            let cards = list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
            cards.for_each(|card| {
                card.retain(|key, _| is_card_field(key) || seen.contains(&format!("{CARDS}.{kind}.{key}")));
            });
        }
    }

    /// What criteria read, by path: what is not seen is null.
    pub fn mask_inputs(&self, inputs: &mut Value) {
        for (path, value) in inputs.as_object_mut().into_iter().flatten() {
            if !self.sees(path) {
                *value = Value::Null;
            }
        }
    }

    /// The data of an event: the states of records are left out unless everything is seen.
    pub fn mask_event(&self, data: &mut Map<String, Value>) {
        if self.closed.is_empty() {
            return;
        }
        for state in STATES {
            if let Some(value) = state.strip_prefix("event.").and_then(|key| data.get_mut(key)) {
                *value = Value::Null;
            }
        }
    }
}
