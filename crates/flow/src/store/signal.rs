//! What happens to runs from outside of them: events they wait for, and inputs that others leave for them.

use crate::process::Input;
use base::ChangeError;
use base::id::InstanceId;
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use std::collections::BTreeSet;
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

/// Has a run end where it is, with its open tasks and sub-flows; what it did stays. A run is told, it ends when it is
/// taken on next.
///
/// # Errors
/// Unknown, over already, or the database.
pub async fn cancel(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    instance: InstanceId,
) -> Result<(), ChangeError> {
    let status: Option<String> =
        sqlx::query_scalar("select status from flow.instance where instance_id = $1 for update")
            .bind(instance)
            .fetch_optional(&mut *db)
            .await?;
    match status.as_deref() {
        None => Err(ChangeError::Unknown("run")),
        Some("done" | "cancelled") => {
            Err(ChangeError::InUse("the run is over: what it did stays done".to_owned()))
        }
        Some(_) => Ok(leave(db, now, instance, &Input::Cancel).await?),
    }
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
    /// The transaction that wrote it (Postgres `xid8`).
    pub transaction_id: i64,
}

/// Runs that began to wait and for which nobody has looked back yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Which runs; locked until the transaction ends.
    pub runs: Vec<InstanceId>,
    /// For which types of events.
    pub kinds: Vec<String>,
    /// What was written by earlier transactions came before each of them began to wait.
    pub from: i64,
}

/// Runs for which the reader of the log must look back, some hundreds at once: an event that came while they began to
/// wait may stand before its place, and was handed to nobody. Runs that somebody works on are left for the next time.
///
/// # Errors
/// The database failed.
pub async fn behind(db: &mut PgConnection) -> sqlx::Result<Option<Behind>> {
    let rows: Vec<(InstanceId, String, i64)> = sqlx::query_as(
        "select instance_id, event_kind, pg_snapshot_xmin(since)::text::bigint
         from flow.waiting where not caught_up order by instance_id limit 500",
    )
    .fetch_all(&mut *db)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let runs: Vec<InstanceId> = rows.iter().map(|(run, ..)| *run).collect();
    let runs: Vec<InstanceId> = sqlx::query_scalar(
        "select instance_id from flow.instance where instance_id = any($1) for update skip locked",
    )
    .bind(runs)
    .fetch_all(db)
    .await?;
    let free: BTreeSet<InstanceId> = runs.iter().copied().collect();
    let rows = rows.into_iter().filter(|(run, ..)| free.contains(run));
    let (kinds, from): (BTreeSet<String>, Vec<i64>) = rows.map(|(_, kind, from)| (kind, from)).unzip();
    Ok(from.into_iter().min().map(|from| Behind { runs, kinds: kinds.into_iter().collect(), from }))
}

/// Those of the types for which any run waits: mostly none, and then nothing is to be handed out.
///
/// # Errors
/// The database failed.
pub async fn awaited(db: &mut PgConnection, kinds: &[&str]) -> sqlx::Result<BTreeSet<String>> {
    let kinds: Vec<String> = sqlx::query_scalar(
        "select sought.kind from unnest($1::text[]) as sought (kind) cross join lateral (
             select 1 from flow.waiting w where w.event_kind = sought.kind order by w.event_kind limit 1) as waits",
    )
    .bind(kinds)
    .fetch_all(db)
    .await?;
    Ok(kinds.into_iter().collect())
}

/// Says that the reader looked back for these runs: from its place on they hear all events.
///
/// # Errors
/// The database failed.
pub async fn catch_up(db: &mut PgConnection, runs: &[InstanceId]) -> sqlx::Result<()> {
    sqlx::query("update flow.waiting set caught_up = true where instance_id = any($1) and not caught_up")
        .bind(runs)
        .execute(db)
        .await?;
    Ok(())
}

/// Wakes every run that waits for one of these events, in their order; what came before it began to wait is not for
/// it. Runs decide themselves whether their conditions hold. How many runs were woken.
///
/// # Errors
/// The database failed.
pub async fn wake(db: &mut PgConnection, now: DateTime<Utc>, events: &[Heard]) -> sqlx::Result<u64> {
    wake_those(db, now, events, None).await
}

/// [`wake`] for those of the runs that began to wait, see [`behind`].
///
/// # Errors
/// The database failed.
pub async fn wake_behind(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    events: &[Heard],
    runs: &[InstanceId],
) -> sqlx::Result<u64> {
    wake_those(db, now, events, Some(runs)).await
}

async fn wake_those(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    events: &[Heard],
    behind: Option<&[InstanceId]>,
) -> sqlx::Result<u64> {
    let kinds: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    let customers: Vec<Option<Uuid>> = events.iter().map(|event| event.customer).collect();
    let bodies: Vec<Json> = events.iter().map(body).collect();
    let transactions: Vec<String> = events.iter().map(|event| event.transaction_id.to_string()).collect();
    let woken = sqlx::query(
        "with heard as (
             select event_kind, customer_id, body, transaction_id::xid8 as transaction_id, place
             from unnest($1::text[], $2::uuid[], $3::jsonb[], $4::text[]) with ordinality
                 as heard (event_kind, customer_id, body, transaction_id, place)),
         found as (
             select distinct w.instance_id, h.place,
                 h.body || jsonb_build_object('same_customer',
                     i.customer_id is not null and i.customer_id is not distinct from h.customer_id) as body
             from heard h
             cross join lateral (
                 select * from flow.waiting w where w.event_kind = h.event_kind and w.customer_id = h.customer_id
                 union all
                 select * from flow.waiting w where w.event_kind = h.event_kind and w.customer_id is null) as w
             join flow.instance i on i.instance_id = w.instance_id
             where (w.began_in = h.transaction_id or not pg_visible_in_snapshot(h.transaction_id, w.since))
                 and w.caught_up = ($6::uuid[] is null) and ($6 is null or w.instance_id = any($6))),
         left_inputs as (
             insert into flow.signal (instance_id, input)
             select instance_id, jsonb_build_object('kind', 'event') || body from found order by place
             returning instance_id)
         update flow.instance i set due_at = least(i.due_at, $5)
         where i.instance_id in (select instance_id from left_inputs)",
    )
    .bind(kinds)
    .bind(customers)
    .bind(bodies)
    .bind(transactions)
    .bind(now)
    .bind(behind)
    // Planned each time: a plan made while few runs waited would read all that wait, for each event.
    .persistent(false)
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
