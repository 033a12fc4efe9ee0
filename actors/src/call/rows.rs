//! What a call leaves in the rows, through the journal.

use super::{CallActor, translate};
use base::id::{ContactId, OperatorId};
use chrono::{DateTime, Utc};
use routing::board;
use routing::contact::{Arrival, Channel, Direction, Ending, Identity};
use routing::store::live;
use telephony::call::{Caller, Ended, StoredRecording};
use telephony::config::Recording;

/// Channels of a recording: the caller left, the operator right.
const CHANNELS: i32 = 2;

impl CallActor {
    pub(super) fn write_arrived(
        &self,
        now: DateTime<Utc>,
        contact: ContactId,
        who: &Caller,
        dialled: String,
    ) {
        let caller = translate::caller(who);
        let arrival = Arrival {
            contact,
            channel: Channel::Voice,
            direction: Direction::Inbound,
            customer: caller.customer_id,
            caller_number: caller.number,
            caller_name: caller.name,
            dialled,
            language: None,
        };
        self.submit("contact_arrived", move |db| {
            let arrival = arrival.clone();
            Box::pin(async move { live::contact_arrived(db, now, &arrival).await })
        });
    }

    /// The caller was recognised or chose a language: boards and rows hear of it.
    pub(super) fn caller_changed(&self, now: DateTime<Utc>) {
        self.tell_board(board::Event::CallChanged { card: self.card(None, None) });
        let contact = self.call.contact();
        let caller = translate::caller(self.call.caller());
        let identity =
            Identity { customer: caller.customer_id, caller_name: caller.name, language: caller.language };
        self.submit("contact_identified", move |db| {
            let identity = identity.clone();
            Box::pin(async move { live::contact_identified(db, now, contact, &identity).await })
        });
    }

    pub(super) fn write_answered(&self, now: DateTime<Utc>, contact: ContactId, operator: OperatorId) {
        self.submit("contact_answered", move |db| {
            Box::pin(async move { live::contact_answered(db, now, contact, operator).await })
        });
    }

    pub(super) fn write_ended(&self, now: DateTime<Utc>, ended: &Ended) {
        let contact = ended.contact;
        let ending = Ending {
            outcome: translate::outcome(ended.outcome),
            ended_by: translate::ended_by(ended.by),
            held_ms: i64::try_from(ended.held.as_millis()).unwrap_or(i64::MAX),
            talked_ms: Some(i64::try_from(ended.talked.as_millis()).unwrap_or(i64::MAX)),
        };
        self.submit("contact_ended", move |db| {
            Box::pin(async move { live::contact_ended(db, now, contact, &ending).await })
        });
    }

    pub(super) fn write_recording(&mut self, now: DateTime<Utc>, stored: StoredRecording) {
        let started_at = self.recordings.remove(&stored.recording).unwrap_or(now);
        self.world.legs.remove(stored.recording.as_uuid());
        let recording = Recording {
            id: stored.recording,
            contact_id: self.call.contact(),
            path: stored.path,
            bytes: i64::try_from(stored.size_bytes).unwrap_or(i64::MAX),
            sha256: stored.sha256,
            started_at,
            duration_ms: i64::try_from(stored.duration.as_millis()).unwrap_or(i64::MAX),
            channels: CHANNELS,
        };
        self.submit("recording_stored", move |db| {
            let recording = recording.clone();
            Box::pin(async move { telephony::config::store::recording_stored(db, now, &recording).await })
        });
    }

    fn submit<W>(&self, label: &'static str, write: W)
    where
        W: for<'c> Fn(
                &'c mut sqlx::PgConnection,
            ) -> futures_util::future::BoxFuture<'c, Result<(), sqlx::Error>>
            + Send
            + 'static,
    {
        if let Err(error) = self.world.journal.submit(label, write) {
            tracing::error!(%error, contact.id = %self.call.contact(), write = label, "a write was refused");
        }
    }
}
