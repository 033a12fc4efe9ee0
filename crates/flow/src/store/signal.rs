//! What happens to runs from outside of them: events they wait for, and inputs that others leave for them.

use crate::process::Input;
use base::id::InstanceId;
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Leaves an input for a run and wakes it.
///
/// # Errors
/// The database failed.
pub async fn leave(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    instance: InstanceId,
    input: &Input,
) -> sqlx::Result<()> {
    sqlx::query(
        "with left_input as (insert into flow.signal (instance_id, input) values ($1, $2)),
              woken as (update flow.instance set due_at = least(due_at, $3) where instance_id = $1)
         select pg_notify('flow_due', '')",
    )
    .bind(instance)
    .bind(super::as_json(Some(input)))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// An event of the log, as far as runs are concerned.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its type.
    pub event_type: String,
    /// The customer it is about.
    pub customer: Option<Uuid>,
    /// Its data.
    pub data: Json,
    /// Type, source, id, time, depth.
    pub meta: Json,
}

/// Wakes every run that waits for one of these events, in their order. Runs decide themselves whether their conditions
/// hold. How many inputs were left.
///
/// # Errors
/// The database failed.
pub async fn wake(db: &mut PgConnection, now: DateTime<Utc>, events: &[Heard]) -> sqlx::Result<u64> {
    let kinds: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    let customers: Vec<Option<Uuid>> = events.iter().map(|event| event.customer).collect();
    let bodies: Vec<Json> = events.iter().map(body).collect();
    let woken = sqlx::query(
        "with heard as (
             select * from unnest($1::text[], $2::uuid[], $3::jsonb[]) with ordinality
                 as heard (event_kind, customer_id, body, place)),
         found as (
             select distinct w.instance_id, h.place,
                 h.body || jsonb_build_object('same_customer',
                     i.customer_id is not null and i.customer_id is not distinct from h.customer_id) as body
             from heard h
             join flow.waiting w on w.event_kind = h.event_kind
                 and (w.customer_id is null or w.customer_id = h.customer_id)
             join flow.instance i on i.instance_id = w.instance_id),
         left_inputs as (
             insert into flow.signal (instance_id, input)
             select instance_id, jsonb_build_object('kind', 'event') || body from found order by place
             returning instance_id)
         update flow.instance i set due_at = least(i.due_at, $4)
         where i.instance_id in (select instance_id from left_inputs)",
    )
    .bind(kinds)
    .bind(customers)
    .bind(bodies)
    .bind(now)
    .execute(&mut *db)
    .await?
    .rows_affected();
    if woken > 0 {
        sqlx::query("select pg_notify('flow_due', '')").execute(db).await?;
    }
    Ok(woken)
}

fn body(event: &Heard) -> Json {
    json!({ "event_type": event.event_type, "data": event.data, "meta": event.meta })
}

/// The inputs that were left for a run, in order; they are taken away.
pub(super) async fn take(db: &mut PgConnection, instance: InstanceId) -> sqlx::Result<Vec<Input>> {
    let rows: Vec<(i64, Json)> = sqlx::query_as(
        "with taken as (delete from flow.signal where instance_id = $1 returning signal_id, input)
         select signal_id, input from taken order by signal_id",
    )
    .bind(instance)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(|(_, input)| serde_json::from_value(input).ok()).collect())
}
