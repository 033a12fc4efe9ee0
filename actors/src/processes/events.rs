//! Hears the event log for runs that wait for events.

use base::Clock;
use base::event::Journal;
use flow::store::signal::{Heard, wake};
use futures_util::future::BoxFuture;
use platform::event::{Event, Handler};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

/// Under which name the place in the log is kept.
pub const CONSUMER: &str = "flows";

/// Wakes runs by events.
pub struct Listening(pub Arc<dyn Clock>);

impl Handler for Listening {
    fn handle<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [Event],
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            let heard: Vec<Heard> = events.iter().map(heard).collect();
            wake(db, self.0.now(), &heard).await.map(drop)
        })
    }
}

/// An event as flows see it: of one from outside the data, of one of our own the payload.
fn heard(event: &Event) -> Heard {
    let of = |field: &str| event.payload.get(field).cloned().unwrap_or_default();
    let customer =
        event.payload.get("customer_id").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let outside = event.journal == Journal::Outside;
    let subject = event.kind.starts_with("crm.customer_").then_some(event.subject);
    let meta = json!({
        "type": event.kind,
        "source": if outside { of("source") } else { json!("trunkline") },
        "id": if outside { of("id") } else { json!(event.event_id) },
        "time": if outside { of("time") } else { json!(event.occurred_at) },
        "depth": if outside { of("depth") } else { json!(0) },
    });
    Heard {
        event_type: event.kind.clone(),
        customer: customer.or(subject),
        data: if outside { of("data") } else { event.payload.clone() },
        meta,
    }
}
