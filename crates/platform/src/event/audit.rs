//! Brings the events of the security and change journals into their log files (NFR-LOG-03, NFR-LOG-04).
//!
//! It reads the event log like any consumer, so the files show what was committed, all of it and nothing else.

use super::{Event, Handler};
use crate::telemetry::{CHANGE, SECURITY};
use base::event::Journal;
use futures_util::future::BoxFuture;
use sqlx::PgConnection;

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
}

fn write(event: &Event) {
    // The target is part of a line's static description, so each log has its own call.
    macro_rules! line {
        ($target:expr) => {
            tracing::info!(
                target: $target,
                event.id = %event.event_id,
                event.subject = %event.subject,
                event.author = ?event.author,
                event.occurred_at = %event.occurred_at.to_rfc3339(),
                event.payload = %event.payload,
                "{}",
                event.kind
            )
        };
    }
    match event.journal {
        Journal::Security => line!(SECURITY),
        Journal::Change => line!(CHANGE),
        Journal::Activity | Journal::Failure => {}
    }
}
