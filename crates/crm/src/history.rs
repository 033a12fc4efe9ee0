//! What happened to a record, field by field, from the events that were written with each change.

#[cfg(test)]
mod tests;

use crate::attribute::{Attribute, Values};
use crate::viewer::Viewer;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What changes with every change, and so says nothing.
const SILENT: [&str; 5] = ["id", "version", "created_at", "updated_at", "title"];

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Its name; of an attribute `attributes.<key>`.
    #[schema(example = "attributes.tier")]
    pub field: String,
    /// What it was; null for nothing.
    #[schema(value_type = Option<Object>)]
    pub before: Value,
    /// What it became; null for nothing.
    #[schema(value_type = Option<Object>)]
    pub after: Value,
}

/// The fields that differ between two states of a record, attributes each for itself, those that the viewer does not
/// see left out. Attributes that are out of use are shown only to the server.
#[must_use]
pub fn differences(
    before: Option<&Value>,
    after: Option<&Value>,
    attributes: &[Attribute],
    viewer: &Viewer,
) -> Vec<FieldChange> {
    let (before, after) = (flat(before), flat(after));
    let sees = |field: &str| match field.strip_prefix("attributes.") {
        None => true,
        Some(_) if *viewer == Viewer::Server => true,
        Some(key) => {
            attributes.iter().any(|attribute| attribute.key() == key && attribute.fields.is_seen_by(viewer))
        }
    };
    let mut fields: Vec<&String> = before.keys().chain(after.keys()).collect();
    fields.sort();
    fields.dedup();
    fields
        .into_iter()
        .filter(|field| sees(field))
        .filter_map(|field| {
            let (was, is) = (before.get(field).cloned(), after.get(field).cloned());
            let change = FieldChange {
                field: field.clone(),
                before: was.unwrap_or_default(),
                after: is.unwrap_or_default(),
            };
            (change.before != change.after).then_some(change)
        })
        .collect()
}

/// The fields of a record with attributes as `attributes.<key>`.
fn flat(record: Option<&Value>) -> Values {
    let mut fields = Values::new();
    for (key, value) in record.and_then(Value::as_object).into_iter().flatten() {
        match value {
            _ if SILENT.contains(&key.as_str()) => {}
            Value::Object(attributes) if key == "attributes" => {
                for (key, value) in attributes {
                    fields.insert(format!("attributes.{key}"), value.clone());
                }
            }
            Value::Array(items) if items.is_empty() => {}
            other => drop(fields.insert(key.clone(), other.clone())),
        }
    }
    fields
}
