//! Flows: drawn, published, taken back, archived.

use super::{as_json, record, same_version};
use crate::definition::Kind;
use crate::process::check::is_flow_name;
use crate::query::flow::{Flow, find, find_by_name};
use base::id::FlowId;
use base::{Author, ChangeError, Edit, FieldFault};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;

/// What a person says about a new flow.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFlow)]
pub struct NewFlow {
    /// By which name it is started: small letters, digits and dashes.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// What it is called; the name when not said.
    #[serde(default)]
    pub title: String,
}

/// Adds a flow whose draft has nothing in it but an end.
///
/// # Errors
/// A name that cannot be accepted or that another flow has, or the database.
pub async fn insert(db: &mut PgConnection, edit: &mut Edit<'_>, new: &NewFlow) -> Result<Flow, ChangeError> {
    let end = if new.kind == Kind::Ivr { "hang_up" } else { "end" };
    let title = if new.title.trim().is_empty() { new.name.clone() } else { new.title.trim().to_owned() };
    let draft = json!({
        "name": new.name, "title": title, "version": 1, "kind": new.kind, "start": "end",
        "nodes": { "end": { "type": end } },
    });
    insert_drawn(db, edit, new, &draft).await
}

/// Adds a flow with its draft.
///
/// # Errors
/// As [`insert`].
pub async fn insert_drawn(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    new: &NewFlow,
    draft: &Json,
) -> Result<Flow, ChangeError> {
    if !is_flow_name(&new.name) {
        let rule = "a name has 1 to 100 small letters, digits and dashes, such as tariff-change";
        return Err(ChangeError::Invalid(vec![FieldFault::new("/name", rule)]));
    }
    let title = if new.title.trim().is_empty() { &new.name } else { new.title.trim() };
    let id = FlowId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into flow.flow (flow_id, name, kind, title, draft, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(&new.name)
    .bind(new.kind)
    .bind(title)
    .bind(draft)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let flow = find(db, id).await?.ok_or(ChangeError::Unknown("flow"))?;
    record(db, edit, "flow.flow_created.v1", id.as_uuid(), None::<&Flow>, Some(&flow)).await?;
    Ok(flow)
}

/// Changes the draft of a flow that is at `version`. Its name and kind stay what they are.
///
/// # Errors
/// Unknown, changed meanwhile, another name or kind, or the database.
pub async fn change_draft(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    version: i32,
    draft: &Json,
) -> Result<Flow, ChangeError> {
    let before = lock(db, name).await?;
    same_version(before.version, version)?;
    let mut faults = vec![];
    if draft.get("name").and_then(Json::as_str) != Some(name) {
        faults.push(FieldFault::new("/definition/name", format!("the flow is called {name}: keep it")));
    }
    if draft.get("kind").and_then(Json::as_str) != Some(before.kind.word()) {
        let detail = format!("the flow is of kind {}: keep it", before.kind.word());
        faults.push(FieldFault::new("/definition/kind", detail));
    }
    ChangeError::unless_empty(faults)?;
    let title = draft.get("title").and_then(Json::as_str).filter(|title| !title.trim().is_empty());
    sqlx::query(
        "update flow.flow set draft = $2, title = coalesce($3, title), updated_at = $4, version = version + 1
         where flow_id = $1",
    )
    .bind(before.id)
    .bind(draft)
    .bind(title)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let after = find(db, before.id).await?.ok_or(ChangeError::Unknown("flow"))?;
    record(db, edit, "flow.draft_changed.v1", before.id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Puts the draft into force as the next version. The caller has checked it.
///
/// # Errors
/// Unknown, or the database.
pub async fn publish(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    note: &str,
) -> Result<i32, ChangeError> {
    let flow = lock(db, name).await?;
    let (author_kind, author_id) = match edit.author {
        Author::Person(id) => ("person", Some(id.as_uuid())),
        Author::ApiKey(id) => ("api_key", Some(id.as_uuid())),
        Author::System => ("system", None),
    };
    let number: i32 = sqlx::query_scalar(
        "insert into flow.flow_version (flow_id, number, definition, note, author_kind, author_id, published_at)
         select f.flow_id, coalesce((select max(number) from flow.flow_version v where v.flow_id = f.flow_id), 0) + 1,
             f.draft, $2, $3, $4, $5
         from flow.flow f where f.flow_id = $1
         returning number",
    )
    .bind(flow.id)
    .bind(note.trim())
    .bind(author_kind)
    .bind(author_id)
    .bind(edit.now)
    .fetch_one(&mut *db)
    .await?;
    go_live(db, edit, &flow, number, "flow.flow_published.v1").await?;
    Ok(number)
}

/// Puts an older version into force again; runs keep the version they began with.
///
/// # Errors
/// Unknown, or the database.
pub async fn roll_back(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    number: i32,
) -> Result<(), ChangeError> {
    let flow = lock(db, name).await?;
    let there: bool = sqlx::query_scalar(
        "select exists (select 1 from flow.flow_version where flow_id = $1 and number = $2)",
    )
    .bind(flow.id)
    .bind(number)
    .fetch_one(&mut *db)
    .await?;
    if !there {
        return Err(ChangeError::Unknown("version"));
    }
    go_live(db, edit, &flow, number, "flow.flow_rolled_back.v1").await
}

async fn go_live(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    flow: &Flow,
    number: i32,
    kind: &'static str,
) -> Result<(), ChangeError> {
    sqlx::query("update flow.flow set live_version = $2, updated_at = $3 where flow_id = $1")
        .bind(flow.id)
        .bind(number)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    let (before, after) = (json!({ "live_version": flow.live_version }), json!({ "live_version": number }));
    record(db, edit, kind, flow.id.as_uuid(), Some(&before), Some(&after)).await
}

/// Takes a flow out of use. Runs go on to their end; nothing starts it any more.
///
/// # Errors
/// Unknown, or the database.
pub async fn archive(db: &mut PgConnection, edit: &mut Edit<'_>, name: &str) -> Result<(), ChangeError> {
    let flow = lock(db, name).await?;
    sqlx::query("update flow.flow set archived_at = $2, version = version + 1 where flow_id = $1")
        .bind(flow.id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "flow.flow_archived.v1", flow.id.as_uuid(), Some(&flow), None::<&Flow>).await
}

/// Publishes a flow of a file, unless a flow of its name is in the database already: the file wins only once.
///
/// # Errors
/// A file that names no kind, or the database.
pub async fn seed(db: &mut PgConnection, edit: &mut Edit<'_>, draft: &Json) -> Result<bool, ChangeError> {
    let text = |field: &str| draft.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let kind = draft.get("kind").and_then(|kind| serde_json::from_value(kind.clone()).ok());
    let kind = kind.ok_or_else(|| ChangeError::Invalid(vec![FieldFault::new("/kind", "names no kind")]))?;
    let known: bool = sqlx::query_scalar("select exists (select 1 from flow.flow where name = $1)")
        .bind(text("name"))
        .fetch_one(&mut *db)
        .await?;
    if known {
        return Ok(false);
    }
    let new = NewFlow { name: text("name"), kind, title: text("title") };
    insert_drawn(db, edit, &new, draft).await?;
    publish(db, edit, &new.name, "as delivered").await?;
    Ok(true)
}

async fn lock(db: &mut PgConnection, name: &str) -> Result<Flow, ChangeError> {
    sqlx::query("select 1 from flow.flow where name = $1 and archived_at is null for update")
        .bind(name)
        .execute(&mut *db)
        .await?;
    find_by_name(db, name).await?.ok_or(ChangeError::Unknown("flow"))
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "flow_name_key", "/name", "another flow has this name")
}

/// What came of moving runs to another version.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FlowMigration)]
pub struct Migration {
    /// How many runs were moved, or would be.
    pub moved: usize,
    /// How many runs of the old version are not over.
    pub total: usize,
    /// Runs that cannot be moved.
    pub refused: Vec<NotMoved>,
    /// Nodes that runs stand in and the new version does not have.
    pub missing: Vec<String>,
}

/// A run that cannot be moved.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FlowNotMoved)]
pub struct NotMoved {
    /// The run.
    pub instance_id: base::id::InstanceId,
    /// The node it stands in.
    pub node: String,
    /// Why.
    pub reason: String,
}

/// Moves the runs of one version to another; `nodes` says where runs go whose node has another name or is gone. With
/// `dry_run` nothing is changed. All runs are moved or none.
///
/// # Errors
/// No such version, or the database.
pub async fn migrate(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    (from, to): (i32, i32),
    nodes: &std::collections::BTreeMap<String, String>,
    dry_run: bool,
) -> Result<Migration, ChangeError> {
    let flow = lock(db, name).await?;
    let target =
        crate::query::flow::version(db, flow.id, to).await?.ok_or(ChangeError::Unknown("version"))?;
    let known = target.definition.get("nodes").and_then(Json::as_object).cloned().unwrap_or_default();
    let runs: Vec<(base::id::InstanceId, Json)> = sqlx::query_as(
        "select instance_id, state from flow.instance
         where flow_id = $1 and flow_version = $2 and status in ('running', 'waiting', 'failed')
         order by instance_id for update",
    )
    .bind(flow.id)
    .bind(from)
    .fetch_all(&mut *db)
    .await?;
    let source =
        crate::query::flow::version(db, flow.id, from).await?.ok_or(ChangeError::Unknown("version"))?;
    let types = |definition: &Json, node: &str| {
        definition.pointer(&format!("/nodes/{}/type", node.replace('~', "~0").replace('/', "~1"))).cloned()
    };
    let mut result = Migration { total: runs.len(), ..Migration::default() };
    let mut moved = vec![];
    for (id, state) in runs {
        let Ok(mut state) = serde_json::from_value::<crate::process::State>(state) else { continue };
        let mut reason = None;
        for token in &mut state.tokens {
            let here = token.node.as_str().to_owned();
            let there = nodes.get(&here).cloned().unwrap_or_else(|| here.clone());
            if !known.contains_key(&there) {
                result.missing.push(here.clone());
                reason = Some((here, format!("version {to} has no node {there:?}: say where it goes")));
            } else if types(&source.definition, &here) != types(&target.definition, &there) {
                reason = Some((here, format!("{there:?} of version {to} is a node of another type")));
            } else {
                token.node = there.as_str().into();
            }
        }
        match reason {
            Some((node, reason)) => result.refused.push(NotMoved { instance_id: id, node, reason }),
            None => moved.push((id, as_json(Some(&state)))),
        }
    }
    result.missing.sort();
    result.missing.dedup();
    result.moved = moved.len();
    if !dry_run && result.refused.is_empty() {
        let (ids, states): (Vec<_>, Vec<_>) = moved.into_iter().unzip();
        sqlx::query(
            "update flow.instance i set flow_version = $3, state = given.state
             from unnest($1::uuid[], $2::jsonb[]) as given (instance_id, state)
             where i.instance_id = given.instance_id",
        )
        .bind(ids)
        .bind(states)
        .bind(to)
        .execute(&mut *db)
        .await?;
        let (before, after) = (json!({ "version": from }), json!({ "version": to, "moved": result.moved }));
        record(db, edit, "flow.instances_moved.v1", flow.id.as_uuid(), Some(&before), Some(&after)).await?;
    }
    Ok(result)
}
