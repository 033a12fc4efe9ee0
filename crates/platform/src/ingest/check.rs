//! Whether an event is taken: pure, told by the type.

use super::{EventFault, Incoming};
use crate::event::{AppendError, NAME_MAX, OutsideEvent, Subject};
use crate::event_type::schema::{self, FAULTS_MAX};
use crate::event_type::{Known, SubjectKind};
use base::Author;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// Largest data of one event, in bytes of JSON: an event says what happened, it carries no files.
pub const DATA_BYTES_MAX: usize = 65_536;
/// Deepest nesting of an event's data.
pub const DATA_DEPTH_MAX: usize = 16;
/// How far ahead of ours the sender's clock may be.
pub const FUTURE_MAX: TimeDelta = TimeDelta::minutes(5);

/// The event as the log takes it, or everything that is wrong with it.
pub(super) fn check(
    event: Incoming,
    known: &Known,
    now: DateTime<Utc>,
    author: Author,
) -> Result<OutsideEvent, Vec<EventFault>> {
    let Some(known_type) = known.find(&event.kind) else {
        return Err(vec![unknown_type(&event.kind)]);
    };
    let fields = &known_type.event_type.fields;
    let mut faults = time_fault(event.time, now, fields.retention_days);
    let data = Value::Object(event.data);
    faults.extend(data_faults(&data));
    if faults.is_empty() {
        let wrong = schema::check(&known_type.validator, &data);
        let under = |fault: base::FieldFault| {
            EventFault::new("schema", format!("/data{}", fault.pointer), fault.detail)
        };
        faults.extend(wrong.into_iter().map(under));
    }
    let subject =
        subject(event.subject, fields.subject).map_err(|fault| faults.push(fault)).unwrap_or_default();
    let Value::Object(data) = data else { return Err(faults) };
    let checked = OutsideEvent {
        kind: event.kind,
        source: event.source,
        id: event.id,
        time: event.time,
        subject,
        customer: None,
        data,
        depth: 0,
        correlation: None,
        author,
    };
    if let Err(AppendError::Name { field }) = crate::event::outside::check(&checked) {
        let message = format!("must have 1 to {NAME_MAX} bytes and no NUL");
        faults.push(EventFault::new("name", format!("/{field}"), message));
    }
    faults.truncate(FAULTS_MAX);
    if faults.is_empty() { Ok(checked) } else { Err(faults) }
}

fn unknown_type(kind: &str) -> EventFault {
    let kind: String = kind.chars().take(100).collect();
    let message =
        format!("there is no event type {kind:?}: register it under Event types, or correct its name");
    EventFault::new("unknown_type", "/type", message)
}

fn time_fault(time: Option<DateTime<Utc>>, now: DateTime<Utc>, retention_days: i32) -> Vec<EventFault> {
    let Some(time) = time else { return Vec::new() };
    if time > now + FUTURE_MAX {
        let message = format!("lies in the future (it is {} here): set the sender's clock", now.to_rfc3339());
        return vec![EventFault::new("time_in_future", "/time", message)];
    }
    if time < now - TimeDelta::days(i64::from(retention_days)) {
        let message =
            format!("is longer ago than the {retention_days} days for which events of this type are kept");
        return vec![EventFault::new("too_old", "/time", message)];
    }
    Vec::new()
}

/// Whether the data can be stored at all.
fn data_faults(data: &Value) -> Option<EventFault> {
    if schema::depth(data) > DATA_DEPTH_MAX {
        let message = format!("is nested deeper than {DATA_DEPTH_MAX} levels");
        return Some(EventFault::new("too_deep", "/data", message));
    }
    let text = data.to_string();
    if text.len() > DATA_BYTES_MAX {
        return Some(EventFault::new("too_large", "/data", format!("is longer than {DATA_BYTES_MAX} bytes")));
    }
    has_nul(data).then(|| {
        EventFault::new(
            "nul",
            "/data",
            "has a text with a NUL character, which cannot be stored: leave it out",
        )
    })
}

fn has_nul(data: &Value) -> bool {
    match data {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whom the event is about: `+998901234567` of the kind that the type says, or `email:anna@example.com`.
fn subject(text: Option<String>, kind: SubjectKind) -> Result<Option<Subject>, EventFault> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        if kind == SubjectKind::None {
            return Ok(None);
        }
        let message = format!("is missing: events of this type name the {} they are about", kind.as_str());
        return Err(EventFault::new("subject_missing", "/subject", message));
    };
    if text.len() > NAME_MAX || text.contains('\0') {
        let message = format!("must have at most {NAME_MAX} bytes and no NUL");
        return Err(EventFault::new("name", "/subject", message));
    }
    let prefixed = text.split_once(':').and_then(|(word, name)| Some((SubjectKind::from_word(word)?, name)));
    let (kind, value) = match prefixed {
        Some((kind, name)) => (kind.as_str(), name.to_owned()),
        None if kind == SubjectKind::None => ("subject", text),
        None => (kind.as_str(), text),
    };
    // Customers keep numbers with a plus; billing systems write them without.
    let value = match kind {
        "phone" if !value.starts_with('+') => format!("+{value}"),
        _ => value,
    };
    Ok(Some(Subject { kind: kind.to_owned(), value }))
}
