//! The values of a record against the definitions: what is stored, what is refused, what is seen.

use super::value::{is_empty, normalised};
use super::{Attribute, Values};
use crate::viewer::Viewer;
use base::FieldFault;
use serde_json::Value;

/// Most faults that one answer names.
const FAULTS_MAX: usize = 50;
/// Longest unknown key that an error repeats.
const SHOWN_MAX: usize = 60;

/// What is stored when `viewer` sends `given` for a record that has `before`: values in their stored form. What the
/// viewer does not see stays as it is; what the viewer sees and may not change must not change; what is absent of
/// the rest is taken away.
///
/// # Errors
/// At least one fault, each at `/attributes/<key>`.
pub fn checked(
    attributes: &[Attribute],
    before: &Values,
    given: &Values,
    viewer: &Viewer,
) -> Result<Values, Vec<FieldFault>> {
    let seen = |attribute: &&Attribute| attribute.fields.is_seen_by(viewer);
    let mut faults: Vec<FieldFault> = given
        .keys()
        .filter(|key| !attributes.iter().filter(seen).any(|attribute| attribute.key() == key.as_str()))
        .take(FAULTS_MAX)
        .map(|key| unknown(key, attributes.iter().filter(seen)))
        .collect();
    let mut after = before.clone();
    for attribute in attributes.iter().filter(seen) {
        let (was, new) = (before.get(attribute.key()), given.get(attribute.key()));
        if !attribute.fields.is_edited_by(viewer) {
            if new.is_some_and(|new| Some(new) != was && !(is_empty(new) && was.is_none())) {
                faults.push(attribute.fault("none of your roles may change it"));
            }
            continue;
        }
        match one_checked(attribute, new.unwrap_or(&Value::Null), was) {
            Ok(Some(value)) => drop(after.insert(attribute.key().to_owned(), value)),
            Ok(None) => drop(after.remove(attribute.key())),
            Err(fault) => faults.push(fault),
        }
    }
    faults.truncate(FAULTS_MAX);
    if faults.is_empty() { Ok(after) } else { Err(faults) }
}

/// One value in its stored form; nothing when it is empty.
///
/// # Errors
/// The value cannot be accepted, or is missing.
pub fn one_checked(
    attribute: &Attribute,
    value: &Value,
    was: Option<&Value>,
) -> Result<Option<Value>, FieldFault> {
    if !is_empty(value) {
        return normalised(attribute, value, was).map(Some).map_err(|detail| attribute.fault(detail));
    }
    if attribute.fields.required { Err(attribute.fault("is required")) } else { Ok(None) }
}

/// The values that the viewer sees: of attributes in use that are for the viewer's roles.
#[must_use]
pub fn shown(attributes: &[Attribute], values: &Values, viewer: &Viewer) -> Values {
    attributes
        .iter()
        .filter(|attribute| attribute.fields.is_seen_by(viewer))
        .filter_map(|attribute| Some((attribute.key().to_owned(), values.get(attribute.key())?.clone())))
        .collect()
}

fn unknown<'a>(key: &str, seen: impl Iterator<Item = &'a Attribute>) -> FieldFault {
    let short: String = key.chars().take(SHOWN_MAX).collect();
    let known: Vec<&str> = seen.map(Attribute::key).take(10).collect();
    let pointer = format!("/attributes/{}", short.replace('~', "~0").replace('/', "~1"));
    FieldFault::new(pointer, format!("there is no such attribute; there are: {}", known.join(", ")))
}
