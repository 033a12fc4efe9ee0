//! Live topics: a snapshot, then differences with sequence numbers, and a resume after a break.
//!
//! A topic holds the present value as JSON. Publishing computes the difference (RFC 7396 merge patch), encodes
//! its frame once and shares the bytes with every subscriber. Live data never contains `null`: an absent field
//! means none, so that a merge patch can delete.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Differences kept for sockets that resume: about a minute of a busy board.
const KEPT_DELTAS_MAX: usize = 256;

/// Frames a slow subscriber may be behind before it is given a snapshot instead.
const BEHIND_FRAMES_MAX: usize = 64;

/// Where a client stopped hearing a topic.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resume {
    /// The life of the topic the client knew.
    pub epoch: String,
    /// The last sequence number it applied.
    pub seq: u64,
}

/// One encoded frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its place in the topic.
    pub seq: u64,
    /// The JSON text, shared by all sockets.
    pub text: Bytes,
}

/// What a new subscriber gets.
#[derive(Debug)]
pub struct Subscription {
    /// A snapshot, or the differences since the resume point.
    pub first: Vec<Bytes>,
    /// What follows. `Lagged` means: ask the topic for a snapshot again.
    pub frames: broadcast::Receiver<Frame>,
}

struct Inner {
    value: Value,
    seq: u64,
    at: DateTime<Utc>,
    kept: VecDeque<Frame>,
}

/// One topic. Cheap to clone; every clone is the same topic.
#[derive(Clone)]
pub struct Topic {
    name: &'static str,
    epoch: Arc<str>,
    inner: Arc<Mutex<Inner>>,
    frames: broadcast::Sender<Frame>,
}

impl Topic {
    /// An empty topic; `epoch` names this life of it and must differ from every earlier one.
    #[must_use]
    pub fn new(name: &'static str, epoch: impl Into<Arc<str>>, now: DateTime<Utc>) -> Self {
        let inner = Inner { value: Value::Object(Map::new()), seq: 0, at: now, kept: VecDeque::new() };
        let (frames, _) = broadcast::channel(BEHIND_FRAMES_MAX);
        Self { name, epoch: epoch.into(), inner: Arc::new(Mutex::new(inner)), frames }
    }

    /// The topic's name in frames.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Makes `value` the present value and sends the difference, if there is one.
    ///
    /// Nulls inside objects are dropped first. Returns whether anything changed.
    pub fn publish(&self, now: DateTime<Utc>, mut value: Value) -> bool {
        drop_nulls(&mut value);
        let mut inner = self.lock();
        let Some(patch) = difference(&inner.value, &value) else { return false };
        inner.value = value;
        inner.seq += 1;
        inner.at = now;
        let seq = inner.seq;
        let text = json!({"type": "delta", "topic": self.name, "seq": seq, "at": stamp(now), "patch": patch});
        let frame = Frame { seq, text: Bytes::from(text.to_string()) };
        if inner.kept.len() == KEPT_DELTAS_MAX {
            inner.kept.pop_front();
        }
        inner.kept.push_back(frame.clone());
        let _nobody_listens = self.frames.send(frame);
        true
    }

    /// Starts hearing the topic: from where the client stopped when that is still known, else from a snapshot.
    #[must_use]
    pub fn subscribe(&self, resume: Option<&Resume>) -> Subscription {
        let inner = self.lock();
        let frames = self.frames.subscribe();
        let missed = resume.filter(|resume| *resume.epoch == *self.epoch).and_then(|resume| {
            let oldest = inner.kept.front().map_or(inner.seq + 1, |frame| frame.seq);
            let known = resume.seq <= inner.seq && resume.seq + 1 >= oldest;
            known.then(|| inner.kept.iter().filter(|frame| frame.seq > resume.seq).map(|f| f.text.clone()))
        });
        let first = match missed {
            Some(frames) => frames.collect(),
            None => vec![self.snapshot_of(&inner)],
        };
        Subscription { first, frames }
    }

    /// The present value as a snapshot frame.
    #[must_use]
    pub fn snapshot(&self) -> Bytes {
        self.snapshot_of(&self.lock())
    }

    /// The present value.
    #[must_use]
    pub fn value(&self) -> Value {
        self.lock().value.clone()
    }

    /// How many sockets hear the topic.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.frames.receiver_count()
    }

    fn snapshot_of(&self, inner: &Inner) -> Bytes {
        let text = json!({
            "type": "snapshot", "topic": self.name, "epoch": &*self.epoch, "seq": inner.seq,
            "at": stamp(inner.at), "data": &inner.value,
        });
        Bytes::from(text.to_string())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A moment as frames write it: RFC 3339, UTC, milliseconds.
#[must_use]
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The merge patch that turns `old` into `new`, or nothing when they are equal.
fn difference(old: &Value, new: &Value) -> Option<Value> {
    if old == new {
        return None;
    }
    let (Value::Object(before), Value::Object(after)) = (old, new) else { return Some(new.clone()) };
    let removed = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let changed = after.iter().filter_map(|(key, value)| {
        let patch = before.get(key).map_or_else(|| Some(value.clone()), |old| difference(old, value))?;
        Some((key.clone(), patch))
    });
    Some(Value::Object(removed.chain(changed).collect()))
}

#[cfg(test)]
mod tests;
