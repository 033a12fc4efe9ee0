//! SQL of the consumers' places.

use super::Consumer;
use base::event::Journal;
use base::{ChangeError, Edit, NewEvent};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// All that ever read, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Consumer>> {
    sqlx::query_as(
        "select c.name, c.moved_at, c.failure as failing, c.failing_since,
             (select count(*) from (
                 select 1 from platform.event e
                 where (e.transaction_id, e.position) > (c.transaction_id, c.position)
                 limit 10000) as unread) as lag
         from platform.event_consumer c
         order by c.name",
    )
    .fetch_all(db)
    .await
}

/// Moves a consumer back to the first event that happened at or after `from`, so that it reads again from there;
/// forward, when it is behind that. It waits for the batch that the consumer works on.
///
/// # Errors
/// Unknown, or the database.
pub async fn replay(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    from: DateTime<Utc>,
) -> Result<Consumer, ChangeError> {
    sqlx::query("select 1 from platform.event_consumer where name = $1 for update")
        .bind(name)
        .fetch_optional(&mut *db)
        .await?
        .ok_or(ChangeError::Unknown("consumer"))?;
    sqlx::query(
        "update platform.event_consumer c
         set transaction_id = coalesce(f.transaction_id, c.transaction_id),
             position = coalesce(f.position - 1, c.position), moved_at = now()
         from (select 1) as one left join lateral (
             select e.transaction_id, e.position from platform.event e where e.occurred_at >= $2
             order by e.transaction_id, e.position limit 1) as f on true
         where c.name = $1",
    )
    .bind(name)
    .bind(from)
    .execute(&mut *db)
    .await?;
    let event = NewEvent {
        kind: "platform.event_consumer_moved.v1".into(),
        journal: Journal::Change,
        subject: Uuid::nil(),
        correlation: None,
        author: edit.author,
        payload: json!({ "consumer": name, "from": from }),
    };
    crate::event::append(db, edit.now, edit.rng, &event).await?;
    let all = list(db).await?;
    all.into_iter().find(|consumer| consumer.name == name).ok_or(ChangeError::Unknown("consumer"))
}
