//! Topics: create, change, archive. They form a tree.

use crate::config::{Topic, TopicFields};
use crate::query::config::find_topic;
use crate::store::{record, same_version};
use base::id::TopicId;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Creates a topic.
///
/// # Errors
/// Fields that cannot be accepted, a parent that does not exist, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &TopicFields,
) -> Result<Topic, ChangeError> {
    let id = TopicId::new(edit.now, edit.rng);
    insert_as(db, edit, id, fields).await
}

/// Creates a topic under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert`].
pub async fn insert_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TopicId,
    fields: &TopicFields,
) -> Result<Topic, ChangeError> {
    check(db, id, fields).await?;
    sqlx::query("insert into routing.topic (topic_id, parent_id, name) values ($1, $2, $3)")
        .bind(id)
        .bind(fields.parent_id)
        .bind(Json(&fields.name))
        .execute(&mut *db)
        .await?;
    let row = find_topic(db, id).await?.ok_or(ChangeError::Unknown("topic"))?;
    record(db, edit, "routing.topic_created.v1", id.as_uuid(), None::<&Topic>, Some(&row)).await?;
    Ok(row)
}

/// Changes the topic that is at `version`.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a parent below itself, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TopicId,
    version: i32,
    fields: &TopicFields,
) -> Result<Topic, ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    check(db, id, fields).await?;
    sqlx::query(
        "update routing.topic set parent_id = $2, name = $3, version = version + 1 where topic_id = $1",
    )
    .bind(id)
    .bind(fields.parent_id)
    .bind(Json(&fields.name))
    .execute(&mut *db)
    .await?;
    let after = find_topic(db, id).await?.ok_or(ChangeError::Unknown("topic"))?;
    record(db, edit, "routing.topic_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a topic without subtopics out of use; history keeps referring to it.
///
/// # Errors
/// Unknown, changed meanwhile, subtopics in use, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TopicId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    let has_children: bool = sqlx::query_scalar(
        "select exists (select 1 from routing.topic where parent_id = $1 and archived_at is null)",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await?;
    if has_children {
        return Err(ChangeError::InUse("this topic has subtopics: remove them first".to_owned()));
    }
    sqlx::query("update routing.topic set archived_at = $2, version = version + 1 where topic_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "routing.topic_archived.v1", id.as_uuid(), Some(&before), None::<&Topic>).await
}

/// The tree is locked while it is changed, so that two moves cannot together make a ring.
async fn lock(db: &mut PgConnection, id: TopicId) -> Result<Topic, ChangeError> {
    sqlx::query("select 1 from routing.topic where archived_at is null order by topic_id for update")
        .execute(&mut *db)
        .await?;
    find_topic(db, id).await?.ok_or(ChangeError::Unknown("topic"))
}

async fn check(db: &mut PgConnection, id: TopicId, fields: &TopicFields) -> Result<(), ChangeError> {
    let mut faults = fields.faults();
    if let Some(parent) = fields.parent_id {
        let (exists, below_itself): (bool, bool) = sqlx::query_as(
            "with recursive line (topic_id, parent_id) as (
                 select topic_id, parent_id from routing.topic where topic_id = $1 and archived_at is null
                 union
                 select up.topic_id, up.parent_id from routing.topic up join line on up.topic_id = line.parent_id
             )
             select exists (select 1 from line), exists (select 1 from line where topic_id = $2)",
        )
        .bind(parent)
        .bind(id)
        .fetch_one(db)
        .await?;
        if !exists {
            faults.push(FieldFault::new("/parent_id", "this topic does not exist"));
        } else if below_itself {
            faults.push(FieldFault::new("/parent_id", "a topic cannot be below itself"));
        }
    }
    ChangeError::unless_empty(faults)
}
