//! Runs as they stand in the rows.

use crate::process::{Definition, State, Status};
use base::id::{ContactId, FlowId, InstanceId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use sqlx::PgConnection;
use uuid::Uuid;

/// A run with what it needs to go on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// Its id.
    #[sqlx(rename = "instance_id")]
    pub id: InstanceId,
    /// Its flow.
    pub flow_id: FlowId,
    /// Its version.
    pub flow_version: i32,
    /// The customer it is about.
    pub customer_id: Option<Uuid>,
    /// The contact it runs beside.
    pub contact_id: Option<ContactId>,
    state: Json,
    pub(crate) event_depth: i16,
    pub(crate) depth: i16,
    pub(crate) parent_id: Option<InstanceId>,
    pub(crate) parent_token: Option<i64>,
    pub(crate) parent_entry: Option<i64>,
    pub(crate) waits: bool,
}

impl Row {
    /// Where the run is; one that has not begun has the variables of its definition, with those it was given on top.
    #[must_use]
    pub fn state(&self, definition: &Definition) -> State {
        let mut state: State = serde_json::from_value(self.state.clone()).unwrap_or_default();
        if state.counter == 0 {
            let given = std::mem::take(&mut state.variables);
            state = State::new(definition, given);
        }
        state
    }
}

/// A run, locked until the transaction ends.
pub(crate) async fn lock_row(db: &mut PgConnection, id: InstanceId) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "select instance_id, flow_id, flow_version, customer_id, contact_id, state, event_depth, depth, parent_id,
             parent_token, parent_entry,
             exists (select 1 from flow.waiting w where w.instance_id = i.instance_id) as waits
         from flow.instance i where instance_id = $1 for update",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// A run, for who looks at it.
///
/// # Errors
/// The database failed.
pub async fn find_row(db: &mut PgConnection, id: InstanceId) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "select instance_id, flow_id, flow_version, customer_id, contact_id, state, event_depth, depth, parent_id,
             parent_token, parent_entry, false as waits
         from flow.instance where instance_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// A run in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    /// Its id.
    #[sqlx(rename = "instance_id")]
    pub id: InstanceId,
    /// The name of its flow.
    pub flow: String,
    /// What its flow is called.
    pub title: String,
    /// Its version.
    pub version: i32,
    /// How far it is.
    pub status: Status,
    /// Where it is and what it knows.
    pub state: Json,
    /// Why it cannot go on.
    pub error: Option<String>,
    /// What it came to.
    pub outcome: Option<String>,
    /// When it goes on by itself.
    pub due_at: Option<DateTime<Utc>>,
    /// The customer it is about.
    pub customer_id: Option<Uuid>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Which runs are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this flow.
    pub flow: Option<String>,
    /// So far.
    pub status: Option<Status>,
    /// About this customer.
    pub customer: Option<Uuid>,
    /// Beside this contact.
    pub contact: Option<ContactId>,
    /// After this one.
    pub after: Option<InstanceId>,
}

/// Runs, newest first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection, filter: &Filter, limit: i64) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as(
        "select i.instance_id, f.name as flow, f.title, i.flow_version as version, i.status, i.state, i.error, i.outcome,
             i.due_at, i.customer_id, i.started_at, i.ended_at
         from flow.instance i join flow.flow f using (flow_id)
         where ($1::text is null or f.name = $1) and ($2::text is null or i.status = $2)
             and ($3::uuid is null or i.customer_id = $3) and ($4::uuid is null or i.contact_id = $4)
             and ($5::uuid is null or i.instance_id < $5)
         order by i.instance_id desc limit $6",
    )
    .bind(&filter.flow)
    .bind(filter.status)
    .bind(filter.customer)
    .bind(filter.contact)
    .bind(filter.after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// One run.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: InstanceId) -> sqlx::Result<Option<Listed>> {
    sqlx::query_as(
        "select i.instance_id, f.name as flow, f.title, i.flow_version as version, i.status, i.state, i.error, i.outcome,
             i.due_at, i.customer_id, i.started_at, i.ended_at
         from flow.instance i join flow.flow f using (flow_id) where i.instance_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// A node that a run entered.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema, sqlx::FromRow)]
#[schema(as = FlowVisit)]
pub struct Visit {
    /// The node.
    pub node: String,
    /// The branch.
    pub token: i64,
    /// When it was entered.
    #[sqlx(rename = "entered_at")]
    pub at: DateTime<Utc>,
    /// When it was left.
    pub left_at: Option<DateTime<Utc>>,
    /// What people answered there, or why it failed.
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Json>,
}

/// The path of a run, oldest first, at most `limit` visits.
///
/// # Errors
/// The database failed.
pub async fn path(db: &mut PgConnection, id: InstanceId, limit: i64) -> sqlx::Result<Vec<Visit>> {
    sqlx::query_as(
        "select node, token, entered_at, left_at, detail from flow.visit
         where instance_id = $1 order by entry limit $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(db)
    .await
}
