//! What the live part writes about contacts, through the write journal.
//!
//! The journal repeats a transaction whose answer was lost, so every function may run twice: each changes its row
//! only when the row does not say so yet, and event ids are derived from what happened. `now` is the moment of the
//! event, fixed before the write is submitted, not the moment of the write.

use crate::contact::{Arrival, Ending, Identity, OfferEnd, Offered, Orphan, Outcome, REPEAT_WITHIN};
use base::event::Journal;
use base::id::{ContactId, EventId, OfferId, OperatorId, QueueId};
use base::{Author, NewEvent};
use chrono::{DateTime, Utc};
use rand::SeedableRng;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// A contact began (CC-IN-01). Finds the contact it repeats.
///
/// # Errors
/// The database failed.
pub async fn contact_arrived(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    arrival: &Arrival,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "insert into routing.contact (contact_id, channel, direction, customer_id, caller_number, caller_name,
             dialled, language, arrived_at, outcome)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'in_progress')
         on conflict (contact_id) do nothing",
    )
    .bind(arrival.contact)
    .bind(arrival.channel)
    .bind(arrival.direction)
    .bind(arrival.customer)
    .bind(&arrival.caller_number)
    .bind(&arrival.caller_name)
    .bind(&arrival.dialled)
    .bind(arrival.language)
    .bind(now)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    link_repeat(db, arrival.contact).await?;
    let payload = json!({
        "channel": arrival.channel, "direction": arrival.direction, "customer_id": arrival.customer,
        "dialled": arrival.dialled, "language": arrival.language,
    });
    append(db, now, "routing.contact_arrived.v1", arrival.contact, payload).await
}

/// The flow found out who calls, or in which language to speak.
///
/// # Errors
/// The database failed.
pub async fn contact_identified(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    contact: ContactId,
    identity: &Identity,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "update routing.contact
         set customer_id = coalesce($2, customer_id), caller_name = coalesce($3, caller_name),
             language = coalesce($4, language)
         where contact_id = $1
           and (coalesce($2, customer_id), coalesce($3, caller_name), coalesce($4, language))
               is distinct from (customer_id, caller_name, language)",
    )
    .bind(contact)
    .bind(identity.customer)
    .bind(&identity.caller_name)
    .bind(identity.language)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    link_repeat(db, contact).await?;
    let payload = json!({ "customer_id": identity.customer, "language": identity.language });
    append(db, now, "routing.contact_identified.v1", contact, payload).await
}

/// A contact got in line, for the first time or again after its operator was lost.
///
/// # Errors
/// The database failed.
pub async fn contact_queued(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    contact: ContactId,
    queue: QueueId,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "update routing.contact
         set queue_id = $2, queued_at = coalesce(queued_at, $3), last_queued_at = $3
         where contact_id = $1 and ended_at is null and (last_queued_at is null or last_queued_at < $3)",
    )
    .bind(contact)
    .bind(queue)
    .bind(now)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    append(db, now, "routing.contact_queued.v1", contact, json!({ "queue_id": queue })).await
}

/// A contact is offered to an operator, whose desktop rings.
///
/// # Errors
/// The database failed.
pub async fn contact_offered(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    offered: &Offered,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "insert into routing.offer (offer_id, contact_id, queue_id, operator_id, offered_at, outcome)
         values ($1, $2, $3, $4, $5, 'ringing')
         on conflict (offer_id) do nothing",
    )
    .bind(offered.offer)
    .bind(offered.contact)
    .bind(offered.queue)
    .bind(offered.operator)
    .bind(now)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let payload = json!({
        "offer_id": offered.offer, "queue_id": offered.queue, "operator_id": offered.operator,
    });
    append(db, now, "routing.contact_offered.v1", offered.contact, payload).await
}

/// An offer ended: accepted, rejected, withdrawn.
///
/// # Errors
/// The database failed.
pub async fn offer_ended(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    offer: OfferId,
    end: OfferEnd,
) -> sqlx::Result<()> {
    let ended: Option<(ContactId, OperatorId)> = sqlx::query_as(
        "update routing.offer set outcome = $2, ended_at = $3
         where offer_id = $1 and outcome = 'ringing'
         returning contact_id, operator_id",
    )
    .bind(offer)
    .bind(end)
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    let Some((contact, operator)) = ended else { return Ok(()) };
    let kind = match end {
        OfferEnd::Accepted => "routing.offer_accepted.v1",
        OfferEnd::Rejected => "routing.offer_rejected.v1",
        OfferEnd::Lapsed => "routing.offer_lapsed.v1",
        OfferEnd::Withdrawn => "routing.offer_withdrawn.v1",
    };
    append(db, now, kind, contact, json!({ "offer_id": offer, "operator_id": operator })).await
}

/// An offer rang out: the operator missed it.
///
/// # Errors
/// The database failed.
pub async fn offer_lapsed(db: &mut PgConnection, now: DateTime<Utc>, offer: OfferId) -> sqlx::Result<()> {
    offer_ended(db, now, offer, OfferEnd::Lapsed).await
}

/// An operator and the caller hear each other.
///
/// # Errors
/// The database failed.
pub async fn contact_answered(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    contact: ContactId,
    operator: OperatorId,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "update routing.contact set answered_at = coalesce(answered_at, $3), operator_id = $2
         where contact_id = $1 and (answered_at is null or operator_id is distinct from $2)",
    )
    .bind(contact)
    .bind(operator)
    .bind(now)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    append(db, now, "routing.contact_answered.v1", contact, json!({ "operator_id": operator })).await
}

/// A contact ended. Times are computed from the moments stored before.
///
/// # Errors
/// The database failed.
pub async fn contact_ended(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    contact: ContactId,
    ending: &Ending,
) -> sqlx::Result<()> {
    let times: Option<(Option<i64>, Option<i64>)> = sqlx::query_as(
        "update routing.contact
         set ended_at = $2, outcome = $3, ended_by = $4, held_ms = case when answered_at is not null then $5 end,
             waited_ms = case when queued_at is not null then
                 greatest(0, extract(epoch from coalesce(answered_at, $2) - queued_at) * 1000)::bigint end,
             talked_ms = case when answered_at is not null then
                 coalesce($6, greatest(0, extract(epoch from $2 - answered_at) * 1000 - $5)::bigint) end
         where contact_id = $1 and ended_at is null
         returning waited_ms, talked_ms",
    )
    .bind(contact)
    .bind(now)
    .bind(ending.outcome)
    .bind(ending.ended_by)
    .bind(ending.held_ms)
    .bind(ending.talked_ms)
    .fetch_optional(&mut *db)
    .await?;
    let Some((waited_ms, talked_ms)) = times else { return Ok(()) };
    let kind = match ending.outcome {
        Outcome::Abandoned | Outcome::AbandonedInIvr => "routing.contact_abandoned.v1",
        Outcome::InProgress
        | Outcome::Answered
        | Outcome::IvrCompleted
        | Outcome::Refused
        | Outcome::Failed => "routing.contact_ended.v1",
    };
    let payload = json!({
        "outcome": ending.outcome, "ended_by": ending.ended_by, "waited_ms": waited_ms, "talked_ms": talked_ms,
        "held_ms": ending.held_ms,
    });
    append(db, now, kind, contact, payload).await
}

/// Keeps the explanation of a routing decision.
///
/// # Errors
/// The database failed.
pub async fn decision_explained(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    contact: ContactId,
    operator: Option<OperatorId>,
    explanation: &serde_json::Value,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "insert into routing.decision (contact_id, decided_at, operator_id, explanation)
         values ($1, $2, $3, $4)
         on conflict (contact_id, decided_at) do nothing",
    )
    .bind(contact)
    .bind(now)
    .bind(operator)
    .bind(Json(explanation))
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    append(db, now, "routing.decision_explained.v1", contact, json!({ "operator_id": operator })).await
}

/// Ends, as failed, what a crash left in progress, and withdraws offers that were ringing. Called at start, before
/// the first call is accepted.
///
/// # Errors
/// The database failed.
pub async fn close_orphans(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<Orphan>> {
    let orphans: Vec<Orphan> = sqlx::query_as(
        "select contact_id, operator_id from routing.contact where outcome = 'in_progress' for update",
    )
    .fetch_all(&mut *db)
    .await?;
    let failed = Ending {
        outcome: Outcome::Failed,
        ended_by: crate::contact::EndedBy::System,
        held_ms: 0,
        talked_ms: None,
    };
    for orphan in &orphans {
        contact_ended(db, now, orphan.contact_id, &failed).await?;
    }
    let ringing: Vec<OfferId> =
        sqlx::query_scalar("select offer_id from routing.offer where outcome = 'ringing'")
            .fetch_all(&mut *db)
            .await?;
    for offer in ringing {
        offer_ended(db, now, offer, OfferEnd::Withdrawn).await?;
    }
    Ok(orphans)
}

/// Finds the latest contact of the same customer or number within [`REPEAT_WITHIN`] before it.
async fn link_repeat(db: &mut PgConnection, contact: ContactId) -> sqlx::Result<()> {
    sqlx::query(
        "update routing.contact c
         set repeat_of = (
             select earlier.contact_id from (
                 (select contact_id, arrived_at from routing.contact
                  where customer_id = c.customer_id and arrived_at < c.arrived_at and arrived_at >= c.arrived_at - $2
                  order by arrived_at desc limit 1)
                 union all
                 (select contact_id, arrived_at from routing.contact
                  where caller_number = c.caller_number and arrived_at < c.arrived_at
                    and arrived_at >= c.arrived_at - $2
                  order by arrived_at desc limit 1)
             ) earlier
             order by earlier.arrived_at desc limit 1)
         where contact_id = $1",
    )
    .bind(contact)
    .bind(REPEAT_WITHIN)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn append(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    kind: &'static str,
    contact: ContactId,
    payload: serde_json::Value,
) -> sqlx::Result<()> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Activity,
        subject: contact.as_uuid(),
        correlation: Some(contact.as_uuid()),
        author: Author::System,
        payload,
    };
    append_once(db, now, &event).await
}

/// Appends under an id that follows from what happened, so that the same fact written twice is one event.
pub(super) async fn append_once(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    event: &NewEvent,
) -> sqlx::Result<()> {
    let id = derived_id(now, &event.kind, event.subject);
    platform::event::append_as(db, id, now, event).await?;
    Ok(())
}

fn derived_id(now: DateTime<Utc>, kind: &str, subject: Uuid) -> EventId {
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let kind_hash = kind.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
    let mut seed = [0_u8; 32];
    let parts = subject.as_bytes().iter().copied();
    let parts = parts.chain(kind_hash.to_be_bytes()).chain(now.timestamp_micros().to_be_bytes());
    for (place, byte) in seed.iter_mut().zip(parts) {
        *place = byte;
    }
    EventId::new(now, &mut rand::rngs::StdRng::from_seed(seed))
}
