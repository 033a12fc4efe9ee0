//! Tasks as they stand in the rows.

use crate::process::effect::Asked;
use crate::store::task::Deputy;
use base::id::{InstanceId, PersonId, TaskId};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value as Json;
use sqlx::PgConnection;
use uuid::Uuid;

/// A task.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Task {
    /// Its id.
    #[sqlx(rename = "task_id")]
    pub id: TaskId,
    /// The run that waits for it.
    pub instance_id: Option<InstanceId>,
    /// Where in the run.
    pub token: Option<i64>,
    /// For which visit.
    pub entry: Option<i64>,
    /// `task` or `approval`.
    pub kind: String,
    /// Which step of a route.
    pub step: Option<i32>,
    /// What the step is called.
    pub step_title: Option<String>,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// The role whose people may take it.
    pub role: Option<String>,
    /// The person who is to do it.
    pub person_id: Option<PersonId>,
    /// What is filled in.
    pub questions: sqlx::types::Json<Vec<Asked>>,
    /// The customer it is about.
    pub customer_id: Option<Uuid>,
    /// `open`, `done` or `cancelled`.
    pub state: String,
    /// The deadline.
    pub due_at: Option<DateTime<Utc>>,
    /// Who is at it.
    pub taken_by: Option<PersonId>,
    /// Who did it.
    pub done_by: Option<PersonId>,
    /// When.
    pub done_at: Option<DateTime<Utc>>,
    /// What was decided.
    pub decision: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What was filled in.
    pub answers: Option<Json>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
    /// The name of the flow of the run.
    pub flow: Option<String>,
}

/// Whose tasks are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Tasks of this person, of those for whom the person stands in on `today`, and of these roles; of anybody when
    /// absent.
    pub mine: Option<(PersonId, Vec<String>, NaiveDate)>,
    /// In this state.
    pub state: Option<String>,
    /// After this one.
    pub after: Option<TaskId>,
}

/// Tasks, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection, filter: &Filter, limit: i64) -> sqlx::Result<Vec<Task>> {
    let (person, roles, today) = match &filter.mine {
        Some((person, roles, today)) => (Some(*person), lower(roles), Some(*today)),
        None => (None, vec![], None),
    };
    sqlx::query_as(
        "select t.*, f.name as flow
         from flow.task t
         left join flow.instance i on i.instance_id = t.instance_id
         left join flow.flow f on f.flow_id = i.flow_id
         where ($1::text is null or t.state = $1)
             and ($2::uuid is null or t.person_id = $2 or t.taken_by = $2 or t.done_by = $2
                 or (t.person_id is null and lower(t.role) = any($3))
                 or t.person_id in (select d.person_id from flow.deputy d
                     where d.deputy_id = $2 and $4 between d.from_day and d.to_day))
             and ($5::uuid is null or t.task_id > $5)
         order by t.task_id limit $6",
    )
    .bind(&filter.state)
    .bind(person)
    .bind(roles)
    .bind(today)
    .bind(filter.after)
    .bind(limit)
    .fetch_all(db)
    .await
}

fn lower(roles: &[String]) -> Vec<String> {
    roles.iter().map(|role| role.to_lowercase()).collect()
}

/// One task.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: TaskId) -> sqlx::Result<Option<Task>> {
    sqlx::query_as(
        "select t.*, f.name as flow
         from flow.task t
         left join flow.instance i on i.instance_id = t.instance_id
         left join flow.flow f on f.flow_id = i.flow_id
         where t.task_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The steps of the route that a task belongs to, in order.
///
/// # Errors
/// The database failed.
pub async fn route(db: &mut PgConnection, task: &Task) -> sqlx::Result<Vec<Task>> {
    let (Some(instance), Some(entry), "approval") = (task.instance_id, task.entry, task.kind.as_str()) else {
        return Ok(vec![]);
    };
    sqlx::query_as(
        "select t.*, null::text as flow from flow.task t where t.instance_id = $1 and t.entry = $2 order by t.step",
    )
    .bind(instance)
    .bind(entry)
    .fetch_all(db)
    .await
}

/// Whether a person may act on a task: it is theirs, or their role's, or that of somebody they stand in for.
///
/// # Errors
/// The database failed.
pub async fn may_act(
    db: &mut PgConnection,
    task: &Task,
    person: PersonId,
    roles: &[String],
    today: NaiveDate,
) -> sqlx::Result<bool> {
    if task.person_id == Some(person) {
        return Ok(true);
    }
    match (task.person_id, &task.role) {
        (Some(other), _) => {
            sqlx::query_scalar(
                "select exists (select 1 from flow.deputy
                 where person_id = $1 and deputy_id = $2 and $3 between from_day and to_day)",
            )
            .bind(other)
            .bind(person)
            .bind(today)
            .fetch_one(db)
            .await
        }
        (None, Some(role)) => Ok(lower(roles).contains(&role.to_lowercase())),
        (None, None) => Ok(true),
    }
}

/// Who stands in for a person, and for whom the person stands in.
///
/// # Errors
/// The database failed.
pub async fn deputies(db: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<Deputy>> {
    sqlx::query_as(
        "select person_id, deputy_id, from_day, to_day from flow.deputy
         where person_id = $1 or deputy_id = $1 order by from_day, person_id, deputy_id",
    )
    .bind(person)
    .fetch_all(db)
    .await
}
