//! SQL of the keys of events from outside.

use base::id::EventId;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// The events that have the keys, with the hashes of their bodies.
pub(super) async fn find_keys(
    db: &mut PgConnection,
    keys: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, (Vec<u8>, EventId)>> {
    let rows: Vec<(Uuid, Vec<u8>, EventId)> =
        // One by one by the index, whatever the table looked like when the plan was made.
        sqlx::query_as(
            "select k.key, k.body_hash, k.event_id from unnest($1::uuid[]) as sought (key)
            cross join lateral (
                select key, body_hash, event_id from platform.outside_key where key = sought.key offset 0) k",
        )
        .bind(keys)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|(key, hash, event_id)| (key, (hash, event_id))).collect())
}
