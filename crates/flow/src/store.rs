//! SQL that changes the schema `flow`. Functions take a connection; whoever calls owns the transaction.

pub mod call;
pub mod connector;
pub mod flow;
pub mod retention;
pub mod run;
pub mod signal;
pub mod task;
pub mod voice;

use crate::definition::Kind;
use crate::process::State;
use base::event::Journal;
use base::id::{ContactId, FlowId, InstanceId, PersonId};
use base::{ChangeError, Edit, NewEvent, same_version};
use platform::event::record;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

pub use task::{GivenTask, create_task};

/// Flows that start each other: one in the other, at most so deep.
pub const SUB_FLOW_DEPTH_MAX: i16 = 8;
/// The channel that announces that runs can go on (Postgres `notify`). A hint only: the runner also polls.
pub const CHANNEL: &str = "flow_due";

/// A run that is to start.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// What starts it: the same key again is the same run.
    pub key: String,
    /// The name of the flow.
    pub flow: String,
    /// The customer it is about.
    pub customer: Option<Uuid>,
    /// What it is given.
    pub variables: Map<String, Json>,
    /// How many events caused each other before it.
    pub event_depth: u8,
    /// The contact it runs beside, for a script.
    pub contact: Option<ContactId>,
    /// The person who started it.
    pub by: Option<PersonId>,
}

/// The run that waits for the end of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub instance: InstanceId,
    pub token: u64,
    pub entry: u64,
    pub depth: i16,
}

/// Starts a run of the version in force; the runner takes it from there. The same key again changes nothing.
///
/// # Errors
/// No such flow in force, an IVR, or the database.
pub async fn start(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    start: &Start,
) -> Result<InstanceId, ChangeError> {
    start_under(db, edit, start, None).await
}

pub(crate) async fn start_under(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    start: &Start,
    parent: Option<Parent>,
) -> Result<InstanceId, ChangeError> {
    let live: Option<(FlowId, i32, Kind)> = sqlx::query_as(
        "select flow_id, live_version, kind from flow.flow
         where name = $1 and archived_at is null and live_version is not null",
    )
    .bind(&start.flow)
    .fetch_optional(&mut *db)
    .await?;
    let (flow, version, kind) = live.ok_or(ChangeError::Unknown("flow"))?;
    if kind == Kind::Ivr {
        return Err(ChangeError::InUse("an IVR is walked by calls and cannot be started".to_owned()));
    }
    let id = InstanceId::new(edit.now, edit.rng);
    let state = State { variables: start.variables.clone(), ..State::default() };
    let made = sqlx::query(
        "with made as (
             insert into flow.instance (instance_id, key, flow_id, flow_version, customer_id, contact_id, status, state,
                 due_at, event_depth, depth, parent_id, parent_token, parent_entry, started_by, started_at)
             values ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9, $10, $11, $12, $13, $14, $8)
             on conflict (key) do nothing returning 1)
         select pg_notify('flow_due', '') from made",
    )
    .bind(id)
    .bind(&start.key)
    .bind(flow)
    .bind(version)
    .bind(start.customer)
    .bind(start.contact)
    .bind(as_json(Some(&state)))
    .bind(edit.now)
    .bind(i16::from(start.event_depth))
    .bind(parent.map_or(0, |parent| parent.depth + 1))
    .bind(parent.map(|parent| parent.instance))
    .bind(parent.map(|parent| whole(parent.token)))
    .bind(parent.map(|parent| whole(parent.entry)))
    .bind(start.by)
    .fetch_optional(&mut *db)
    .await?;
    if made.is_none() {
        let known = sqlx::query_scalar("select instance_id from flow.instance where key = $1")
            .bind(&start.key)
            .fetch_one(db)
            .await?;
        return Ok(known);
    }
    let payload = json!({ "flow": start.flow, "version": version, "customer_id": start.customer });
    activity(db, edit, "flow.instance_started.v1", id.as_uuid(), payload).await?;
    Ok(id)
}

/// Appends an event of the work of runs.
async fn activity(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    subject: Uuid,
    payload: Json,
) -> Result<(), ChangeError> {
    append(db, edit, kind, Journal::Activity, subject, payload).await
}

async fn append(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    journal: Journal,
    subject: Uuid,
    payload: Json,
) -> Result<(), ChangeError> {
    let event =
        NewEvent { kind: kind.into(), journal, subject, correlation: None, author: edit.author, payload };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

fn as_json(value: Option<&impl Serialize>) -> Json {
    value.and_then(|value| serde_json::to_value(value).ok()).unwrap_or(Json::Null)
}

/// A count as a column keeps it.
pub(crate) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as a column kept it.
pub(crate) fn count(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}
