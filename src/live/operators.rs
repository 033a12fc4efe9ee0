//! Who is at a desk, for lists of the administration: read from the floor that supervisors watch.

use crate::http::resources::parts::{LiveOperators, PresenceNow};
use actors::live::Topic;
use base::id::OperatorId;
use serde_json::Value;
use std::collections::BTreeMap;

/// Presences as the floor shows them.
pub struct Presences(Topic);

impl Presences {
    /// Read from this topic.
    #[must_use]
    pub const fn new(floor: Topic) -> Self {
        Self(floor)
    }
}

impl LiveOperators for Presences {
    fn presences(&self) -> BTreeMap<OperatorId, PresenceNow> {
        let floor = self.0.value();
        let operators = floor.get("operators").and_then(Value::as_object);
        operators
            .into_iter()
            .flatten()
            .filter_map(|(id, shown)| Some((id.parse().ok()?, presence(shown)?)))
            .collect()
    }
}

fn presence(shown: &Value) -> Option<PresenceNow> {
    let reason = shown.pointer("/reason/id").and_then(Value::as_str);
    Some(PresenceNow {
        state: serde_json::from_value(shown.get("state")?.clone()).ok()?,
        reason_id: reason.and_then(|id| id.parse().ok()),
        since: serde_json::from_value(shown.get("since")?.clone()).ok()?,
    })
}
