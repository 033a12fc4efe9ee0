//! SQL of deliveries.

use super::{ChangeError, DateTime, Delivery, DeliveryState, Event, EventId, PgConnection, Utc};
use super::{WebhookDeliveryId, WebhookId};
use sha2::{Digest, Sha256};

/// Longest error that is kept, in characters.
const ERROR_MAX: usize = 500;

/// Writes deliveries, due at once; one that is there already stays as it is.
pub(in crate::webhook) async fn insert_deliveries(
    db: &mut PgConnection,
    new: &[(WebhookId, &Event, String)],
) -> sqlx::Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into platform.webhook_delivery
             (delivery_id, webhook_id, event_id, kind, body, due_at, created_at)
         select delivery_id, webhook_id, event_id, kind, body, now(), now()
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
             as given (delivery_id, webhook_id, event_id, kind, body)
         on conflict (webhook_id, event_id) do nothing",
    )
    .bind(new.iter().map(|(hook, event, _)| id_of(*hook, event.event_id)).collect::<Vec<WebhookDeliveryId>>())
    .bind(new.iter().map(|(hook, ..)| *hook).collect::<Vec<WebhookId>>())
    .bind(new.iter().map(|(_, event, _)| event.event_id).collect::<Vec<EventId>>())
    .bind(new.iter().map(|(_, event, _)| event.kind.as_str()).collect::<Vec<&str>>())
    .bind(new.iter().map(|(.., body)| body.as_str()).collect::<Vec<&str>>())
    .execute(db)
    .await?;
    Ok(())
}

/// The id of an event's delivery: always the same, and ordered as the events are made.
fn id_of(webhook: WebhookId, event: EventId) -> WebhookDeliveryId {
    let mut bytes = [0_u8; 16];
    let time = event.as_uuid().into_bytes().into_iter().take(6);
    for (place, byte) in bytes.iter_mut().zip(time.chain(Sha256::digest(format!("{webhook} {event}")))) {
        *place = byte;
    }
    WebhookDeliveryId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A delivery that is to be sent, with what its endpoint needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    /// Its id.
    pub delivery_id: WebhookDeliveryId,
    /// Where it goes.
    pub webhook_id: WebhookId,
    /// The address.
    pub url: String,
    /// The key, sealed.
    pub secret: String,
    /// The key before it, sealed, while it counts.
    pub previous_secret: Option<String>,
    /// What is sent.
    pub body: String,
    /// Which try this is, from 1.
    pub attempts: i32,
}

/// Takes up to `rows` deliveries that are due, none of the webhooks in `busy`, and puts them off until `lease_until`
/// in case that the server dies before it knows what became of them.
///
/// # Errors
/// The database failed.
pub async fn due(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    busy: &[WebhookId],
    rows: i64,
) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as(
        "with taken as (
             select d.delivery_id from platform.webhook_delivery d join platform.webhook w using (webhook_id)
             where d.state = 'pending' and d.due_at <= $1 and w.enabled and w.webhook_id <> all ($3)
             order by d.due_at, d.delivery_id
             limit $4
             for update of d skip locked)
         update platform.webhook_delivery d
         set due_at = $2, attempts = attempts + 1
         from taken, platform.webhook w
         where d.delivery_id = taken.delivery_id and w.webhook_id = d.webhook_id
         returning d.delivery_id, d.webhook_id, w.url, w.secret, d.body, d.attempts,
             case when w.previous_until > $1 then w.previous_secret end as previous_secret",
    )
    .bind(now)
    .bind(lease_until)
    .bind(busy)
    .bind(rows)
    .fetch_all(db)
    .await
}

/// Writes what became of a try.
///
/// # Errors
/// The database failed.
pub async fn finish(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    id: WebhookDeliveryId,
    status: Option<i32>,
    error: Option<&str>,
    next: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    let state = match (error, next) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Pending,
        (Some(_), None) => DeliveryState::Failed,
    };
    let error: Option<String> =
        error.map(|error| error.chars().filter(|c| *c != '\0').take(ERROR_MAX).collect());
    sqlx::query(
        "update platform.webhook_delivery
         set state = $2, last_status = $3, last_error = $4, last_at = $5, due_at = coalesce($6, due_at),
             delivered_at = case when $2 = 'delivered' then $5 end
         where delivery_id = $1",
    )
    .bind(id)
    .bind(state)
    .bind(status)
    .bind(error)
    .bind(now)
    .bind(next)
    .execute(db)
    .await?;
    Ok(())
}

/// The deliveries of a webhook, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_deliveries(
    db: &mut PgConnection,
    webhook: WebhookId,
    after: Option<(DateTime<Utc>, WebhookDeliveryId)>,
    rows: i64,
) -> sqlx::Result<Vec<Delivery>> {
    let (after_at, after_id) = after.unzip();
    sqlx::query_as(
        "select delivery_id, event_id, kind, state, attempts, due_at, last_status, last_error, last_at, delivered_at,
             created_at
         from platform.webhook_delivery
         where webhook_id = $1 and ($2::timestamptz is null or (created_at, delivery_id) < ($2, $3))
         order by created_at desc, delivery_id desc
         limit $4",
    )
    .bind(webhook)
    .bind(after_at)
    .bind(after_id)
    .bind(rows)
    .fetch_all(db)
    .await
}

/// Has a delivery sent at once, also one that was delivered; its tries are counted anew.
///
/// # Errors
/// Unknown, or the database.
pub async fn retry(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    webhook: WebhookId,
    id: WebhookDeliveryId,
) -> Result<Delivery, ChangeError> {
    let found = sqlx::query_as(
        "update platform.webhook_delivery
         set state = 'pending', attempts = 0, due_at = $3, delivered_at = null
         where webhook_id = $1 and delivery_id = $2
         returning delivery_id, event_id, kind, state, attempts, due_at, last_status, last_error, last_at,
             delivered_at, created_at",
    )
    .bind(webhook)
    .bind(id)
    .bind(now)
    .fetch_optional(db)
    .await?;
    found.ok_or(ChangeError::Unknown("delivery"))
}

/// Removes deliveries that were made before this time and are done with, at most `rows`; how many.
///
/// # Errors
/// The database failed.
pub async fn forget(db: &mut PgConnection, before: DateTime<Utc>, rows: i64) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from platform.webhook_delivery where delivery_id in (
             select delivery_id from platform.webhook_delivery
             where created_at < $1 and state <> 'pending' limit $2)",
    )
    .bind(before)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
