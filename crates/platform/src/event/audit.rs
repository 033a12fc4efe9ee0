//! Brings the events of the security and change journals into their log files (NFR-LOG-03, NFR-LOG-04).
//!
//! It reads the event log like any consumer, so the files show what was committed, all of it and nothing else.

use super::{Event, Handler};
use base::event::Journal;
use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use std::time::Duration;

/// The consumer's name in `platform.event_consumer`.
pub const AUDIT_LOG: &str = "platform.audit_log";

/// Writes each security and change event as one line.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditLog;

impl Handler for AuditLog {
    fn handle<'a>(&'a self, _: &'a mut PgConnection, events: &'a [Event]) -> BoxFuture<'a, sqlx::Result<()>> {
        for event in events {
            write(event);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn may_repeat(&self) -> bool {
        true
    }

    /// People read the files later.
    fn gathers(&self) -> Duration {
        Duration::from_millis(200)
    }
}

fn write(event: &Event) {
    let Event { event_id: id, kind, subject, author, payload, occurred_at, .. } = event;
    // The target is part of a line's static description, so each log has a call of its own.
    match event.journal {
        Journal::Security => {
            tracing::info!(target: "audit::security", %id, %subject, ?author, %occurred_at, %payload, "{kind}");
        }
        Journal::Change => {
            tracing::info!(target: "audit::change", %id, %subject, ?author, %occurred_at, %payload, "{kind}");
        }
        Journal::Activity | Journal::Failure | Journal::Outside => {}
    }
}
