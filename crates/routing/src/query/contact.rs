//! Reads contacts: one, or a page of a search.

use crate::contact::{Contact, Decision, Outcome};
use base::id::{ContactId, CustomerId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What a search looks for; what is none, or empty, does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Digits that the caller's or the dialled number contains.
    pub number: Option<String>,
    /// Contacts of these customers, found by name before; together with `number` either is enough.
    pub customers: Option<Vec<CustomerId>>,
    /// In this queue.
    pub queue: Option<QueueId>,
    /// In one of these queues: those that the one who searches may see.
    pub visible: Option<Vec<QueueId>>,
    /// Served by this operator.
    pub operator: Option<OperatorId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Arrived at or after this moment.
    pub from: Option<DateTime<Utc>>,
    /// Arrived before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Only these contacts, such as those with a recording.
    pub only: Option<Vec<ContactId>>,
}

/// Where a page begins: after this contact. Lists are newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// When the last contact of the page before arrived.
    pub arrived_at: DateTime<Utc>,
    /// Which it was.
    pub id: ContactId,
}

/// One contact.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: ContactId) -> sqlx::Result<Option<Contact>> {
    sqlx::query_as(
        "select contact_id, channel, direction, c.queue_id, q.name as queue_name, customer_id, caller_number,
             caller_name, dialled, language, arrived_at, queued_at, answered_at, ended_at, operator_id, outcome,
             ended_by, waited_ms, talked_ms, held_ms, wrap_up_ms, topic_id, result_id, note, repeat_of,
             wrapped_up_at, c.version
         from routing.contact c left join routing.queue q on q.queue_id = c.queue_id
         where contact_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// At most `limit` contacts that match, newest first.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    search: &Search,
    after: Option<After>,
    limit: i64,
) -> sqlx::Result<Vec<Contact>> {
    sqlx::query_as(
        "select contact_id, channel, direction, c.queue_id, q.name as queue_name, customer_id, caller_number,
             caller_name, dialled, language, arrived_at, queued_at, answered_at, ended_at, operator_id, outcome,
             ended_by, waited_ms, talked_ms, held_ms, wrap_up_ms, topic_id, result_id, note, repeat_of,
             wrapped_up_at, c.version
         from routing.contact c left join routing.queue q on q.queue_id = c.queue_id
         where ($1::text is null and $2::uuid[] is null
                or position($1 in caller_number) > 0 or position($1 in dialled) > 0 or customer_id = any($2))
           and ($3::uuid is null or c.queue_id = $3)
           and ($4::uuid is null or operator_id = $4)
           and ($5::text is null or outcome = $5)
           and ($6::timestamptz is null or arrived_at >= $6)
           and ($7::timestamptz is null or arrived_at < $7)
           and ($8::uuid[] is null or contact_id = any($8))
           and ($9::timestamptz is null or (arrived_at, contact_id) < ($9, $10::uuid))
           and ($12::uuid[] is null or c.queue_id = any($12))
         order by arrived_at desc, contact_id desc
         limit $11",
    )
    .bind(&search.number)
    .bind(&search.customers)
    .bind(search.queue)
    .bind(search.operator)
    .bind(search.outcome)
    .bind(search.from)
    .bind(search.to)
    .bind(&search.only)
    .bind(after.map(|after| after.arrived_at))
    .bind(after.map(|after| after.id))
    .bind(limit)
    .bind(&search.visible)
    .fetch_all(db)
    .await
}

/// The routing decisions about a contact, oldest first.
///
/// # Errors
/// The database failed.
pub async fn decisions(db: &mut PgConnection, contact: ContactId) -> sqlx::Result<Vec<Decision>> {
    sqlx::query_as(
        "select decided_at, operator_id, explanation from routing.decision where contact_id = $1 order by decided_at",
    )
    .bind(contact)
    .fetch_all(db)
    .await
}
