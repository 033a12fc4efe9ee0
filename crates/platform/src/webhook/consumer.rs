//! The consumer of the log that writes down what is to be delivered where.

use super::store;
use crate::event::{Event, Handler};
use base::event::Journal;
use chrono::SecondsFormat;
use futures_util::future::BoxFuture;
use serde_json::json;
use sqlx::PgConnection;
use std::time::Duration;

/// The consumer's name in `platform.event_consumer`.
pub const WEBHOOKS: &str = "platform.webhooks";

/// Writes deliveries. An event becomes one delivery to each webhook that wants its kind, however often it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Webhooks;

impl Handler for Webhooks {
    fn handle<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [Event],
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            let webhooks = store::wanting(db).await?;
            let mut new = Vec::new();
            for event in events {
                for (webhook, fields) in &webhooks {
                    if fields.wants(&event.kind) {
                        new.push((*webhook, event, body(event)));
                    }
                }
            }
            store::insert_deliveries(db, &new).await
        })
    }

    fn may_repeat(&self) -> bool {
        true
    }

    /// Beside the way to another system it does not show.
    fn gathers(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn isolates(&self) -> bool {
        true
    }
}

/// The event as a CloudEvent, with `timestamp` beside `time`, as receivers by the convention expect it.
fn body(event: &Event) -> String {
    let time = event.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (source, data) = match event.journal {
        Journal::Outside => (event.payload.get("source"), event.payload.get("data")),
        _ => (None, Some(&*event.payload)),
    };
    let source = source.and_then(serde_json::Value::as_str).unwrap_or("trunkline");
    json!({
        "specversion": "1.0", "id": event.event_id, "type": event.kind, "time": time, "timestamp": time,
        "source": source, "subject": event.subject, "data": data,
        "datacontenttype": "application/json",
    })
    .to_string()
}
