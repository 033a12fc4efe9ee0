//! SQL of event types.

use super::{EventType, EventTypeFields, name_fault};
use base::event::Journal;
use base::{ChangeError, Edit, NewEvent};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Every type, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<EventType>> {
    sqlx::query_as(
        "select name, title, description, schema, subject, retention_days, built_in, version, updated_at
         from platform.event_type order by name",
    )
    .fetch_all(db)
    .await
}

/// One type.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<EventType>> {
    sqlx::query_as(
        "select name, title, description, schema, subject, retention_days, built_in, version, updated_at
         from platform.event_type where name = $1",
    )
    .bind(name)
    .fetch_optional(db)
    .await
}

/// Registers a type.
///
/// # Errors
/// Fields that cannot be accepted, a name that is taken, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    fields: &EventTypeFields,
    built_in: bool,
) -> Result<EventType, ChangeError> {
    let mut faults = fields.faults();
    // Names of our own that come with the server are ours to give.
    faults.extend(name_fault(name).filter(|_| !built_in));
    ChangeError::unless_empty(faults)?;
    sqlx::query(
        "insert into platform.event_type
             (name, title, description, schema, subject, retention_days, built_in, updated_at, changed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, nextval('platform.event_type_changed'))",
    )
    .bind(name)
    .bind(sqlx::types::Json(&fields.title))
    .bind(&fields.description)
    .bind(&fields.schema)
    .bind(fields.subject)
    .bind(fields.retention_days)
    .bind(built_in)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "event_type_pkey", "/name", "another type has this name")
    })?;
    let after = find(db, name).await?.ok_or(ChangeError::Unknown("event type"))?;
    record(db, edit, "platform.event_type_created.v1", name, None, Some(&after)).await?;
    Ok(after)
}

/// Changes a type that is at `version`. Events that stand in the log keep what they say.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    name: &str,
    version: i32,
    fields: &EventTypeFields,
) -> Result<EventType, ChangeError> {
    let before = lock(db, name).await?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query(
        "update platform.event_type
         set title = $2, description = $3, schema = $4, subject = $5, retention_days = $6, updated_at = $7,
             version = version + 1, changed = nextval('platform.event_type_changed')
         where name = $1",
    )
    .bind(name)
    .bind(sqlx::types::Json(&fields.title))
    .bind(&fields.description)
    .bind(&fields.schema)
    .bind(fields.subject)
    .bind(fields.retention_days)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let after = find(db, name).await?.ok_or(ChangeError::Unknown("event type"))?;
    record(db, edit, "platform.event_type_changed.v1", name, Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Removes a type: its events are taken no more. Those that stand in the log stay for as long as it said.
///
/// # Errors
/// Unknown, one that came with the server, or the database.
pub async fn delete(db: &mut PgConnection, edit: &mut Edit<'_>, name: &str) -> Result<(), ChangeError> {
    let before = lock(db, name).await?;
    if before.built_in {
        let detail = format!("the type {name} came with the server: change it, or stop sending its events");
        return Err(ChangeError::InUse(detail));
    }
    sqlx::query("delete from platform.event_type where name = $1").bind(name).execute(&mut *db).await?;
    record(db, edit, "platform.event_type_deleted.v1", name, Some(&before), None).await
}

async fn lock(db: &mut PgConnection, name: &str) -> Result<EventType, ChangeError> {
    sqlx::query("select 1 from platform.event_type where name = $1 for update")
        .bind(name)
        .execute(&mut *db)
        .await?;
    find(db, name).await?.ok_or(ChangeError::Unknown("event type"))
}

/// What changes with every change of any type: a server compares it with what it knows.
pub(super) async fn stamp(db: &mut PgConnection) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as("select count(*), coalesce(sum(changed), 0)::bigint from platform.event_type")
        .fetch_one(db)
        .await
}

async fn record(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    name: &str,
    before: Option<&EventType>,
    after: Option<&EventType>,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject: subject(name),
        correlation: None,
        author: edit.author,
        payload: json!({ "name": name, "before": before, "after": after }),
    };
    crate::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

/// A type is known by its name: the id of its story follows from it.
fn subject(name: &str) -> Uuid {
    let mut bytes = [0_u8; 16];
    for (place, byte) in bytes.iter_mut().zip(Sha256::digest(format!("trunkline.event_type {name}"))) {
        *place = byte;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
