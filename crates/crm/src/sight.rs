//! What somebody sees of customers where expressions look at them: trials, previews, explanations (UMS-ENT-05).
//!
//! Rules and flows themselves see everything. Whoever writes or tries one sees through them only what is for the own
//! roles: the value of a hidden attribute would be known from whether `customer.debt > 1000` held.

#[cfg(test)]
mod tests;

use crate::attribute::{Attribute, CUSTOMER, is_own_field};
use crate::viewer::Viewer;
use rules::catalogue::is_closed;
use rules::facts::PREDICTION_KEY;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The parts of our own events about records that hold attributes: the record before and after.
const STATES: [&str; 2] = ["event.before", "event.after"];

/// What a viewer sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Attributes of customers that are seen; none: everything.
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
        let of_customers = |list: &[&Attribute]| -> BTreeSet<String> {
            let ours = list.iter().filter(|attribute| attribute.fields.of == CUSTOMER);
            ours.map(|attribute| attribute.key().to_owned()).collect()
        };
        let mut closed: BTreeSet<String> =
            of_customers(&hidden).iter().map(|key| format!("{CUSTOMER}.{key}")).collect();
        if !hidden.is_empty() {
            closed.extend(STATES.map(str::to_owned));
        }
        Self { seen: Some(of_customers(&seen)), closed }
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
            fields.retain(|key, _| is_own_field(key) || key.starts_with('@') || seen.contains(key));
            let moments = fields.get_mut(PREDICTION_KEY).and_then(Value::as_object_mut);
            for predicted in
                moments.into_iter().flatten().filter_map(|(_, predicted)| predicted.as_object_mut())
            {
                predicted.retain(|name, _| self.sees(&format!("prediction.{name}")));
            }
        }
        customer
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
