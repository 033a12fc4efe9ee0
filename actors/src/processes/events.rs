//! Hears the event log for runs that wait for events.

use base::Clock;
use base::event::Journal;
use flow::store::signal::{self, Heard, wake};
use futures_util::future::BoxFuture;
use platform::event::{Event, Handler, Position, read_kinds};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Under which name the place in the log is kept.
pub const CONSUMER: &str = "flows";
/// For how long events gather while many come: most are awaited by nobody.
const GATHERS: Duration = Duration::from_millis(20);
/// Events that are read at once when it looks back.
const EVENTS_MAX: u32 = 500;

/// Wakes runs by events.
pub struct Listening(pub Arc<dyn Clock>);

impl Handler for Listening {
    fn handle<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [Event],
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            let kinds: BTreeSet<&str> = events.iter().map(|event| event.kind.as_str()).collect();
            let awaited = signal::awaited(db, &kinds.into_iter().collect::<Vec<_>>()).await?;
            let heard: Vec<Heard> =
                events.iter().filter(|event| awaited.contains(&event.kind)).map(heard).collect();
            if heard.is_empty() {
                return Ok(());
            }
            wake(db, self.0.now(), &heard).await.map(drop)
        })
    }

    /// A run that waits goes on a moment later at the most.
    fn gathers(&self) -> Duration {
        GATHERS
    }

    /// Looks back for runs that began to wait while events came that stand before this place: they were handed out
    /// before the run could be seen to wait. Each event reaches a run by one of the two ways only.
    fn at<'a>(&'a self, db: &'a mut PgConnection, after: Position) -> BoxFuture<'a, sqlx::Result<bool>> {
        Box::pin(async move {
            let mut found = false;
            while let Some(behind) = signal::behind(db).await? {
                found = true;
                let mut from = Position { transaction_id: behind.from, position: -1 };
                loop {
                    let events = read_kinds(db, from..after, &behind.kinds, EVENTS_MAX).await?;
                    let heard: Vec<Heard> = events.iter().map(heard).collect();
                    signal::wake_behind(db, self.0.now(), &heard, &behind.runs).await?;
                    let Some(last) = events.last() else { break };
                    from = last.at;
                }
                signal::catch_up(db, &behind.runs).await?;
            }
            Ok(found)
        })
    }

    fn may_repeat(&self) -> bool {
        true
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
        data: if outside { of("data") } else { event.payload.clone().into_value() },
        meta,
        transaction_id: event.at.transaction_id,
    }
}
