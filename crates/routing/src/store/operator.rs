//! Settings of operators (CC-OPER-02, CC-OPER-03).

use super::queue::skill_faults;
use super::{record, same_version};
use crate::config::{OperatorFields, OperatorSettings};
use base::id::{OperatorId, QueueId, SkillId};
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;

/// Sets what an operator serves and can do. `version` is 0 for a person who was never set up.
///
/// # Errors
/// Changed meanwhile, fields that cannot be accepted, or the database. That the person exists and may serve
/// contacts is for the caller to know: people are records of access.
pub async fn put(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: OperatorId,
    version: i32,
    fields: &OperatorFields,
) -> Result<OperatorSettings, ChangeError> {
    let mut faults = fields.faults();
    skill_faults(db, &fields.skills, &mut faults).await?;
    queue_faults(db, &fields.queues, &mut faults).await?;
    ChangeError::unless_empty(faults)?;

    sqlx::query("select 1 from routing.operator where operator_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let before = crate::query::config::find_operator(db, id).await?;
    same_version(before.as_ref().map_or(0, |settings| settings.version), version)?;

    sqlx::query(
        "insert into routing.operator (operator_id, receives_incoming, sends_outgoing, wrap_up_mandatory)
         values ($1, $2, $3, $4)
         on conflict (operator_id) do update
         set receives_incoming = excluded.receives_incoming, sends_outgoing = excluded.sends_outgoing,
             wrap_up_mandatory = excluded.wrap_up_mandatory, version = routing.operator.version + 1",
    )
    .bind(id)
    .bind(fields.receives_incoming)
    .bind(fields.sends_outgoing)
    .bind(fields.wrap_up_mandatory)
    .execute(&mut *db)
    .await?;
    replace_lists(db, id, fields).await?;

    let after = crate::query::config::find_operator(db, id).await?.ok_or(ChangeError::Unknown("operator"))?;
    record(db, edit, "routing.operator_changed.v1", id.as_uuid(), before.as_ref(), Some(&after)).await?;
    Ok(after)
}

async fn replace_lists(
    db: &mut PgConnection,
    id: OperatorId,
    fields: &OperatorFields,
) -> Result<(), ChangeError> {
    sqlx::query("delete from routing.operator_queue where operator_id = $1")
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from routing.operator_skill where operator_id = $1")
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "insert into routing.operator_queue (operator_id, queue_id)
         select $1, queue_id from unnest($2::uuid[]) as given (queue_id)",
    )
    .bind(id)
    .bind(&fields.queues)
    .execute(&mut *db)
    .await?;
    let (skills, levels): (Vec<SkillId>, Vec<i32>) =
        fields.skills.iter().map(|skill| (skill.skill_id, skill.level)).unzip();
    sqlx::query(
        "insert into routing.operator_skill (operator_id, skill_id, level)
         select $1, skill_id, level from unnest($2::uuid[], $3::integer[]) as given (skill_id, level)",
    )
    .bind(id)
    .bind(skills)
    .bind(levels)
    .execute(db)
    .await?;
    Ok(())
}

async fn queue_faults(
    db: &mut PgConnection,
    queues: &[QueueId],
    faults: &mut Vec<FieldFault>,
) -> Result<(), ChangeError> {
    let present: Vec<QueueId> = sqlx::query_scalar(
        "select queue_id from routing.queue where queue_id = any($1) and archived_at is null",
    )
    .bind(queues)
    .fetch_all(db)
    .await?;
    for (position, queue) in queues.iter().enumerate() {
        if !present.contains(queue) {
            faults.push(FieldFault::new(format!("/queues/{position}"), "this queue does not exist"));
        }
    }
    Ok(())
}
