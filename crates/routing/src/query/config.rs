//! Reads configuration: one record, or all in use.

use crate::config::{ContactResult, NotReadyReason, OperatorSettings, Queue, Skill, Topic};
use base::id::{NotReadyReasonId, OperatorId, QueueId, ResultId, SkillId, TopicId};
use sqlx::PgConnection;

/// A queue in use.
///
/// # Errors
/// The database failed.
pub async fn find_queue(db: &mut PgConnection, id: QueueId) -> sqlx::Result<Option<Queue>> {
    sqlx::query_as(
        "select queue_id, name, ring_seconds, wrap_up_seconds, wrap_up_mandatory, target_seconds, target_percent,
             short_abandon_seconds, waiting_max, priority, unit_id, version,
             (select coalesce(jsonb_agg(jsonb_build_object('skill_id', skill_id, 'level', level) order by skill_id), '[]')
              from routing.queue_skill s where s.queue_id = q.queue_id) as skills
         from routing.queue q
         where queue_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every queue in use, by name.
///
/// # Errors
/// The database failed.
pub async fn queues(db: &mut PgConnection) -> sqlx::Result<Vec<Queue>> {
    sqlx::query_as(
        "select queue_id, name, ring_seconds, wrap_up_seconds, wrap_up_mandatory, target_seconds, target_percent,
             short_abandon_seconds, waiting_max, priority, unit_id, version,
             (select coalesce(jsonb_agg(jsonb_build_object('skill_id', skill_id, 'level', level) order by skill_id), '[]')
              from routing.queue_skill s where s.queue_id = q.queue_id) as skills
         from routing.queue q
         where archived_at is null
         order by lower(name)",
    )
    .fetch_all(db)
    .await
}

/// A skill in use.
///
/// # Errors
/// The database failed.
pub async fn find_skill(db: &mut PgConnection, id: SkillId) -> sqlx::Result<Option<Skill>> {
    sqlx::query_as(
        "select skill_id, name, version from routing.skill where skill_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every skill in use, oldest first.
///
/// # Errors
/// The database failed.
pub async fn skills(db: &mut PgConnection) -> sqlx::Result<Vec<Skill>> {
    sqlx::query_as(
        "select skill_id, name, version from routing.skill where archived_at is null order by skill_id",
    )
    .fetch_all(db)
    .await
}

/// A result in use.
///
/// # Errors
/// The database failed.
pub async fn find_result(db: &mut PgConnection, id: ResultId) -> sqlx::Result<Option<ContactResult>> {
    sqlx::query_as(
        "select result_id, name, version from routing.result where result_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every result in use, oldest first.
///
/// # Errors
/// The database failed.
pub async fn results(db: &mut PgConnection) -> sqlx::Result<Vec<ContactResult>> {
    sqlx::query_as(
        "select result_id, name, version from routing.result where archived_at is null order by result_id",
    )
    .fetch_all(db)
    .await
}

/// A not-ready reason in use.
///
/// # Errors
/// The database failed.
pub async fn find_reason(
    db: &mut PgConnection,
    id: NotReadyReasonId,
) -> sqlx::Result<Option<NotReadyReason>> {
    sqlx::query_as(
        "select reason_id, code, name, version from routing.not_ready_reason
         where reason_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every not-ready reason in use, oldest first.
///
/// # Errors
/// The database failed.
pub async fn reasons(db: &mut PgConnection) -> sqlx::Result<Vec<NotReadyReason>> {
    sqlx::query_as(
        "select reason_id, code, name, version from routing.not_ready_reason
         where archived_at is null order by reason_id",
    )
    .fetch_all(db)
    .await
}

/// A topic in use.
///
/// # Errors
/// The database failed.
pub async fn find_topic(db: &mut PgConnection, id: TopicId) -> sqlx::Result<Option<Topic>> {
    sqlx::query_as(
        "select topic_id, parent_id, name, version from routing.topic where topic_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every topic in use, oldest first; screens build the tree.
///
/// # Errors
/// The database failed.
pub async fn topics(db: &mut PgConnection) -> sqlx::Result<Vec<Topic>> {
    sqlx::query_as(
        "select topic_id, parent_id, name, version from routing.topic where archived_at is null order by topic_id",
    )
    .fetch_all(db)
    .await
}

/// The settings of one operator; archived queues and skills are left out.
///
/// # Errors
/// The database failed.
pub async fn find_operator(db: &mut PgConnection, id: OperatorId) -> sqlx::Result<Option<OperatorSettings>> {
    Ok(operators_of(db, &[id]).await?.pop())
}

/// The settings of these operators, those that were ever set up; archived queues and skills are left out.
///
/// # Errors
/// The database failed.
pub async fn operators_of(db: &mut PgConnection, ids: &[OperatorId]) -> sqlx::Result<Vec<OperatorSettings>> {
    sqlx::query_as(
        "select operator_id, receives_incoming, sends_outgoing, wrap_up_mandatory, version,
             (select coalesce(jsonb_agg(queue_id order by queue_id), '[]')
              from routing.operator_queue oq join routing.queue q using (queue_id)
              where oq.operator_id = o.operator_id and q.archived_at is null) as queues,
             (select coalesce(jsonb_agg(jsonb_build_object('skill_id', skill_id, 'level', level) order by skill_id), '[]')
              from routing.operator_skill os join routing.skill s using (skill_id)
              where os.operator_id = o.operator_id and s.archived_at is null) as skills
         from routing.operator o
         where operator_id = any($1)
         order by operator_id",
    )
    .bind(ids)
    .fetch_all(db)
    .await
}

/// The settings of every operator, for the live part at its start.
///
/// # Errors
/// The database failed.
pub async fn operators(db: &mut PgConnection) -> sqlx::Result<Vec<OperatorSettings>> {
    let ids: Vec<OperatorId> =
        sqlx::query_scalar("select operator_id from routing.operator").fetch_all(&mut *db).await?;
    operators_of(db, &ids).await
}
