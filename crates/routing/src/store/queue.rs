//! Queues: create, change, archive.

use super::{record, same_version};
use crate::config::{Queue, QueueFields, SkillLevel};
use base::id::{QueueId, SkillId};
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;

/// Creates a queue.
///
/// # Errors
/// Fields that cannot be accepted, a name that another queue has, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &QueueFields,
) -> Result<Queue, ChangeError> {
    let id = QueueId::new(edit.now, edit.rng);
    insert_as(db, edit, id, fields).await
}

/// Creates a queue under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert`].
pub async fn insert_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: QueueId,
    fields: &QueueFields,
) -> Result<Queue, ChangeError> {
    check(db, fields).await?;
    sqlx::query(
        "insert into routing.queue (queue_id, name, ring_seconds, wrap_up_seconds, wrap_up_mandatory, target_seconds,
             target_percent, short_abandon_seconds, waiting_max, priority, unit_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(fields.ring_seconds)
    .bind(fields.wrap_up_seconds)
    .bind(fields.wrap_up_mandatory)
    .bind(fields.target_seconds)
    .bind(fields.target_percent)
    .bind(fields.short_abandon_seconds)
    .bind(fields.waiting_max)
    .bind(fields.priority)
    .bind(fields.unit_id)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    insert_skills(db, id, &fields.skills).await?;
    let queue = crate::query::config::find_queue(db, id).await?.ok_or(ChangeError::Unknown("queue"))?;
    record(db, edit, "routing.queue_created.v1", id.as_uuid(), None::<&Queue>, Some(&queue)).await?;
    Ok(queue)
}

/// Changes a queue that is at `version`.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that another queue has, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: QueueId,
    version: i32,
    fields: &QueueFields,
) -> Result<Queue, ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    check(db, fields).await?;
    sqlx::query(
        "update routing.queue
         set name = $2, ring_seconds = $3, wrap_up_seconds = $4, wrap_up_mandatory = $5, target_seconds = $6,
             target_percent = $7, short_abandon_seconds = $8, waiting_max = $9, priority = $10, unit_id = $11,
             version = version + 1
         where queue_id = $1",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(fields.ring_seconds)
    .bind(fields.wrap_up_seconds)
    .bind(fields.wrap_up_mandatory)
    .bind(fields.target_seconds)
    .bind(fields.target_percent)
    .bind(fields.short_abandon_seconds)
    .bind(fields.waiting_max)
    .bind(fields.priority)
    .bind(fields.unit_id)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    sqlx::query("delete from routing.queue_skill where queue_id = $1").bind(id).execute(&mut *db).await?;
    insert_skills(db, id, &fields.skills).await?;
    let after = crate::query::config::find_queue(db, id).await?.ok_or(ChangeError::Unknown("queue"))?;
    record(db, edit, "routing.queue_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a queue out of use. Its contacts keep referring to it; its operators no longer serve it.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: QueueId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    sqlx::query("update routing.queue set archived_at = $2, version = version + 1 where queue_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "routing.queue_archived.v1", id.as_uuid(), Some(&before), None::<&Queue>).await
}

async fn lock(db: &mut PgConnection, id: QueueId) -> Result<Queue, ChangeError> {
    sqlx::query("select 1 from routing.queue where queue_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    crate::query::config::find_queue(db, id).await?.ok_or(ChangeError::Unknown("queue"))
}

async fn check(db: &mut PgConnection, fields: &QueueFields) -> Result<(), ChangeError> {
    let mut faults = fields.faults();
    skill_faults(db, &fields.skills, &mut faults).await?;
    ChangeError::unless_empty(faults)
}

/// Names each skill that does not exist or was archived.
pub(super) async fn skill_faults(
    db: &mut PgConnection,
    skills: &[SkillLevel],
    faults: &mut Vec<FieldFault>,
) -> Result<(), ChangeError> {
    let wanted: Vec<SkillId> = skills.iter().map(|skill| skill.skill_id).collect();
    let present: Vec<SkillId> = sqlx::query_scalar(
        "select skill_id from routing.skill where skill_id = any($1) and archived_at is null",
    )
    .bind(wanted)
    .fetch_all(db)
    .await?;
    for (position, skill) in skills.iter().enumerate() {
        if !present.contains(&skill.skill_id) {
            faults.push(FieldFault::new(format!("/skills/{position}/skill_id"), "this skill does not exist"));
        }
    }
    Ok(())
}

async fn insert_skills(db: &mut PgConnection, id: QueueId, skills: &[SkillLevel]) -> Result<(), ChangeError> {
    let (ids, levels): (Vec<SkillId>, Vec<i32>) =
        skills.iter().map(|skill| (skill.skill_id, skill.level)).unzip();
    sqlx::query(
        "insert into routing.queue_skill (queue_id, skill_id, level)
         select $1, skill_id, level from unnest($2::uuid[], $3::integer[]) as given (skill_id, level)",
    )
    .bind(id)
    .bind(ids)
    .bind(levels)
    .execute(db)
    .await?;
    Ok(())
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "queue_name_key", "/name", "another queue has this name")
}
