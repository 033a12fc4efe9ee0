//! CloudEvents 1.0 read from their JSON format, from headers beside a body (HTTP and Kafka), and from batches.
//!
//! Source: github.com/cloudevents/spec, v1.0.2: spec.md, formats/json-format.md, bindings/http-protocol-binding.md,
//! bindings/kafka-protocol-binding.md. Extension attributes are accepted and not kept.

use super::{EventFault, Incoming};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// Content type of one event as JSON.
pub const STRUCTURED: &str = "application/cloudevents+json";
/// Content type of several events as JSON.
pub const BATCH: &str = "application/cloudevents-batch+json";

type Read = Result<Incoming, Vec<EventFault>>;

/// One event in the JSON format.
///
/// # Errors
/// What is wrong with it.
pub fn structured(bytes: &[u8]) -> Read {
    match serde_json::from_slice(bytes) {
        Ok(value) => from_value(value),
        Err(error) => Err(vec![no_json(&error)]),
    }
}

/// Several events as a JSON array; a wrong one harms no other.
///
/// # Errors
/// It is no array.
pub fn batch(bytes: &[u8]) -> Result<Vec<Read>, EventFault> {
    let values: Vec<Value> = serde_json::from_slice(bytes).map_err(|error| no_json(&error))?;
    Ok(values.into_iter().map(from_value).collect())
}

fn no_json(error: &serde_json::Error) -> EventFault {
    EventFault::new("malformed", "", format!("is no CloudEvent in JSON: {error}"))
}

fn from_value(value: Value) -> Read {
    let Value::Object(mut members) = value else {
        return Err(vec![EventFault::new(
            "malformed",
            "",
            "must be a JSON object with specversion, id, source and type",
        )]);
    };
    let data = members.remove("data");
    let mut faults = Vec::new();
    if members.contains_key("data_base64") {
        let message = "binary data is not taken: send JSON in data";
        faults.push(EventFault::new("data", "/data_base64", message));
    }
    let data = object(data, &mut faults);
    let attribute = |name: &str| {
        members.get(name).and_then(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        })
    };
    read(attribute, data, faults)
}

/// An event whose attributes stand in headers, with or without `ce-` before their names, and its data as the body.
/// Values are as HTTP sends them when `percent` says so: percent-encoded UTF-8.
///
/// # Errors
/// What is wrong with it.
pub fn binary<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>, body: &[u8], percent: bool) -> Read {
    let mut attributes = Map::new();
    for (name, value) in headers {
        let value = if percent { percent_decoded(value) } else { value.to_owned() };
        attributes.insert(name.to_ascii_lowercase(), Value::String(value));
    }
    let mut faults = Vec::new();
    let data = if body.iter().all(u8::is_ascii_whitespace) {
        None
    } else {
        serde_json::from_slice(body)
            .map_err(|error| {
                faults.push(EventFault::new("malformed", "/data", format!("is no JSON: {error}")))
            })
            .ok()
    };
    let data = object(data, &mut faults);
    read(|name| attributes.get(name).and_then(Value::as_str).map(str::to_owned), data, faults)
}

fn object(data: Option<Value>, faults: &mut Vec<EventFault>) -> Map<String, Value> {
    match data {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(data)) => data,
        Some(_) => {
            faults.push(EventFault::new("data", "/data", "must be a JSON object"));
            Map::new()
        }
    }
}

fn read(
    attribute: impl Fn(&str) -> Option<String>,
    data: Map<String, Value>,
    mut faults: Vec<EventFault>,
) -> Read {
    if attribute("specversion").as_deref() != Some("1.0") {
        faults.push(EventFault::new("specversion", "/specversion", "must be \"1.0\""));
    }
    if let Some(kind) = attribute("datacontenttype")
        && !is_json(&kind)
    {
        faults.push(EventFault::new(
            "data",
            "/datacontenttype",
            "must be application/json: data is JSON here",
        ));
    }
    let time = match attribute("time").map(|text| DateTime::parse_from_rfc3339(&text)) {
        None => None,
        Some(Ok(time)) => Some(time.with_timezone(&Utc)),
        Some(Err(_)) => {
            let message = "must be a time with a zone, such as 2026-11-27T09:30:00Z (RFC 3339)";
            faults.push(EventFault::new("time", "/time", message));
            None
        }
    };
    let mut needed = |name: &str| {
        attribute(name).filter(|text| !text.is_empty()).unwrap_or_else(|| {
            faults.push(EventFault::new("missing", format!("/{name}"), "is missing: every event has one"));
            String::new()
        })
    };
    let (id, source, kind) = (needed("id"), needed("source"), needed("type"));
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Incoming { kind, source, id, time, subject: attribute("subject"), data })
}

/// `application/json`, `text/json`, or anything that ends in `+json`, whatever its parameters.
#[must_use]
pub fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

/// HTTP binding 3.1.3.2: what is not plain ASCII comes as `%` and two hexadecimal digits of UTF-8.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.first_chunk::<2>().and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.split_at_checked(2).map_or(&[], |(_, rest)| rest);
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
