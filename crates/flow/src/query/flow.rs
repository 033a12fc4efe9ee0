//! Flows and their versions as they stand in the rows.

use crate::definition::Kind;
use base::id::{FlowId, PersonId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A flow in the database.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct Flow {
    /// Its id.
    #[sqlx(rename = "flow_id")]
    pub id: FlowId,
    /// By which name it is started.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// What is drawn.
    pub draft: Json,
    /// The version in force.
    pub live_version: Option<i32>,
    /// Grows with each change of the draft.
    pub version: i32,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A flow in a list, with its runs counted.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Listed {
    /// By which name it is started.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// The version in force.
    pub live_version: Option<i32>,
    /// Which version the draft would be in force as.
    pub draft_version: i32,
    /// How many nodes the draft has.
    pub nodes: i64,
    /// Runs that are not over.
    pub running: i64,
    /// Runs that wait for a person.
    pub failed: i64,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A version.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Version {
    /// Its number.
    pub number: i32,
    /// What was published.
    pub definition: Json,
    /// What the person who published it said.
    pub note: String,
    /// Who published it, when it was a person.
    pub author_id: Option<PersonId>,
    /// When.
    pub published_at: DateTime<Utc>,
}

/// Flows in use, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as(
        "select f.name, f.kind, f.title, f.live_version,
             coalesce((select max(number) from flow.flow_version v where v.flow_id = f.flow_id), 0) + 1 as draft_version,
             (select count(*) from jsonb_object_keys(f.draft -> 'nodes')) as nodes,
             (select count(*) from flow.instance i where i.flow_id = f.flow_id and i.status in ('running', 'waiting'))
                 as running,
             (select count(*) from flow.instance i where i.flow_id = f.flow_id and i.status = 'failed') as failed,
             f.updated_at
         from flow.flow f where f.archived_at is null order by f.name",
    )
    .fetch_all(db)
    .await
}

/// One flow.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: FlowId) -> sqlx::Result<Option<Flow>> {
    sqlx::query_as(
        "select flow_id, name, kind, title, draft, live_version, version, updated_at
         from flow.flow where flow_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// One flow in use.
///
/// # Errors
/// The database failed.
pub async fn find_by_name(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<Flow>> {
    sqlx::query_as(
        "select flow_id, name, kind, title, draft, live_version, version, updated_at
         from flow.flow where name = $1 and archived_at is null",
    )
    .bind(name)
    .fetch_optional(db)
    .await
}

/// Versions of a flow, newest first.
///
/// # Errors
/// The database failed.
pub async fn versions(db: &mut PgConnection, flow: FlowId) -> sqlx::Result<Vec<Version>> {
    sqlx::query_as(
        "select number, definition, note, author_id, published_at
         from flow.flow_version where flow_id = $1 order by number desc",
    )
    .bind(flow)
    .fetch_all(db)
    .await
}

/// One version of a flow.
///
/// # Errors
/// The database failed.
pub async fn version(db: &mut PgConnection, flow: FlowId, number: i32) -> sqlx::Result<Option<Version>> {
    sqlx::query_as(
        "select number, definition, note, author_id, published_at
         from flow.flow_version where flow_id = $1 and number = $2",
    )
    .bind(flow)
    .bind(number)
    .fetch_optional(db)
    .await
}

/// The IVRs in force: name and definition.
///
/// # Errors
/// The database failed.
pub async fn live_ivrs(db: &mut PgConnection) -> sqlx::Result<Vec<(String, Json)>> {
    sqlx::query_as(
        "select f.name, v.definition from flow.flow f
         join flow.flow_version v on v.flow_id = f.flow_id and v.number = f.live_version
         where f.kind = 'ivr' and f.archived_at is null order by f.name",
    )
    .fetch_all(db)
    .await
}

/// A script in force.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LiveScript {
    /// By which name it is started.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// The queues in whose conversations it is suggested, by name or id.
    #[sqlx(json)]
    pub queues: Vec<String>,
}

/// Scripts in force, by title.
///
/// # Errors
/// The database failed.
pub async fn live_scripts(db: &mut PgConnection) -> sqlx::Result<Vec<LiveScript>> {
    sqlx::query_as(
        "select f.name, f.title, coalesce(v.definition -> 'queues', '[]') as queues
         from flow.flow f join flow.flow_version v on v.flow_id = f.flow_id and v.number = f.live_version
         where f.kind = 'script' and f.archived_at is null order by f.title, f.name",
    )
    .fetch_all(db)
    .await
}

/// What happened at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FlowNodeCounter)]
pub struct Counter {
    /// How often runs entered it.
    pub entered: i64,
    /// Runs that are in it.
    pub waiting: i64,
    /// Runs that failed in it.
    pub failed: i64,
}

/// What happened at each node of a flow, all its versions together.
///
/// # Errors
/// The database failed.
pub async fn counters(db: &mut PgConnection, flow: FlowId) -> sqlx::Result<BTreeMap<String, Counter>> {
    let entered: Vec<(String, i64)> = sqlx::query_as(
        "select v.node, count(*) from flow.visit v join flow.instance i using (instance_id)
         where i.flow_id = $1 group by v.node
         union all
         select c.node, c.entered from flow.call_node c join flow.flow f on f.name = c.flow where f.flow_id = $1",
    )
    .bind(flow)
    .fetch_all(&mut *db)
    .await?;
    let there: Vec<(String, bool, i64)> = sqlx::query_as(
        "select t ->> 'node', t #>> '{doing,kind}' = 'failed', count(*)
         from flow.instance i, jsonb_array_elements(i.state -> 'tokens') t
         where i.flow_id = $1 and i.status in ('running', 'waiting', 'failed') group by 1, 2
         union all
         select c.node, false, c.there from flow.call_node c join flow.flow f on f.name = c.flow
         where f.flow_id = $1 and c.there > 0",
    )
    .bind(flow)
    .fetch_all(db)
    .await?;
    let mut counters: BTreeMap<String, Counter> = BTreeMap::new();
    for (node, entered) in entered {
        counters.entry(node).or_default().entered = entered;
    }
    for (node, failed, count) in there {
        let counter = counters.entry(node).or_default();
        if failed {
            counter.failed = count;
        } else {
            counter.waiting = count;
        }
    }
    Ok(counters)
}
