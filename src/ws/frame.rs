//! The envelope of the live protocol.

use actors::live::{Resume, stamp};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a client sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Hear a topic.
    Subscribe {
        /// `desk`, `board` or `floor`.
        topic: String,
        /// Where the client stopped hearing it.
        resume: Option<Resume>,
    },
    /// Do something.
    Command {
        /// Names this command; the acknowledgement repeats it.
        id: Uuid,
        /// What to do, such as `presence.set`.
        name: String,
        /// The details.
        #[serde(default)]
        args: Value,
    },
    /// An answer to a ping; nobody needs it.
    Pong,
}

/// A problem as a frame: the body of an RFC 9457 problem, and the command it answers.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The slug of the problem type.
    pub code: &'static str,
    /// As HTTP would answer.
    pub status: u16,
    /// What is wrong and what to do about it.
    pub detail: String,
}

/// An acknowledgement; a null result is left out.
pub fn ack(id: Uuid, result: Value) -> Bytes {
    let mut frame = json!({"type": "ack", "id": id});
    if let (false, Some(fields)) = (result.is_null(), frame.as_object_mut()) {
        fields.insert("result".into(), result);
    }
    Bytes::from(frame.to_string())
}

/// A problem, answering command `id` when there is one.
pub fn problem(id: Option<Uuid>, problem: &Problem) -> Bytes {
    let mut frame = json!({"type": "problem", "problem": {
        "type": format!("/problems/{}", problem.code), "code": problem.code,
        "title": problem.code.replace('-', " "), "status": problem.status, "detail": problem.detail,
    }});
    if let (Some(id), Some(fields)) = (id, frame.as_object_mut()) {
        fields.insert("id".into(), json!(id));
    }
    Bytes::from(frame.to_string())
}

/// The heartbeat.
pub fn ping(now: DateTime<Utc>) -> Bytes {
    Bytes::from(json!({"type": "ping", "at": stamp(now)}).to_string())
}
