//! Tasks and approvals of people, and who stands in for whom.

use super::run::questions;
use super::{activity, whole};
use crate::process::NewTask;
use crate::query::task::{Task, find};
use base::id::{InstanceId, PersonId, TaskId};
use base::{ChangeError, Edit, FieldFault};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Most deputies of one person.
const DEPUTIES_MAX: usize = 50;

/// Which visit of which run a task belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfRun {
    pub instance: InstanceId,
    pub token: u64,
    pub entry: u64,
}

/// A task that no run waits for, as a rule gives it.
#[derive(Clone, Debug, Default)]
pub struct GivenTask {
    /// What gives it: the same key again is the same task.
    pub key: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// The role whose people may take it.
    pub role: Option<String>,
    /// The person who is to do it.
    pub person: Option<PersonId>,
    /// The customer it is about.
    pub customer: Option<Uuid>,
    /// The deadline.
    pub due_at: Option<DateTime<Utc>>,
}

/// Gives a task to people; the same key again changes nothing.
///
/// # Errors
/// The database failed.
pub async fn create_task(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    given: &GivenTask,
) -> Result<TaskId, ChangeError> {
    let new = NewTask {
        step: None,
        step_title: None,
        title: given.title.clone(),
        text: given.text.clone(),
        role: given.role.clone(),
        person: None,
        questions: vec![],
        due_at: given.due_at,
    };
    insert(db, edit, &given.key, None, &new, given.person, given.customer).await
}

pub(crate) async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    key: &str,
    of_run: Option<OfRun>,
    new: &NewTask,
    person: Option<PersonId>,
    customer: Option<Uuid>,
) -> Result<TaskId, ChangeError> {
    let id = TaskId::new(edit.now, edit.rng);
    let kind = if new.step.is_some() { "approval" } else { "task" };
    let key = match new.step {
        Some(step) => format!("{key}/{step}"),
        None => key.to_owned(),
    };
    let made = sqlx::query(
        "insert into flow.task (task_id, key, instance_id, token, entry, kind, step, step_title, title, text, role,
             person_id, questions, customer_id, due_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (key) do nothing",
    )
    .bind(id)
    .bind(&key)
    .bind(of_run.map(|of_run| of_run.instance))
    .bind(of_run.map(|of_run| whole(of_run.token)))
    .bind(of_run.map(|of_run| whole(of_run.entry)))
    .bind(kind)
    .bind(new.step.and_then(|step| i32::try_from(step).ok()))
    .bind(&new.step_title)
    .bind(&new.title)
    .bind(&new.text)
    .bind(&new.role)
    .bind(person)
    .bind(questions(new))
    .bind(customer)
    .bind(new.due_at)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    if made.rows_affected() == 0 {
        let known = sqlx::query_scalar("select task_id from flow.task where key = $1")
            .bind(&key)
            .fetch_one(db)
            .await?;
        return Ok(known);
    }
    let payload = json!({
        "title": new.title, "role": new.role, "person_id": person, "customer_id": customer,
        "instance_id": of_run.map(|of_run| of_run.instance),
    });
    activity(db, edit, "flow.task_given.v1", id.as_uuid(), payload).await?;
    Ok(id)
}

/// Takes back the open tasks of a token.
pub(crate) async fn close(
    db: &mut PgConnection,
    instance: InstanceId,
    token: u64,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update flow.task set state = 'cancelled', done_at = $3, version = version + 1
         where instance_id = $1 and token = $2 and state = 'open'",
    )
    .bind(instance)
    .bind(whole(token))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// A task, locked until the transaction ends; open, or it is refused.
///
/// # Errors
/// Unknown, over already, or the database.
pub async fn lock_open(db: &mut PgConnection, id: TaskId) -> Result<Task, ChangeError> {
    sqlx::query("select 1 from flow.task where task_id = $1 for update").bind(id).execute(&mut *db).await?;
    let task = find(db, id).await?.ok_or(ChangeError::Unknown("task"))?;
    if task.state != "open" {
        return Err(ChangeError::InUse("somebody did this already, or it is no longer needed".to_owned()));
    }
    Ok(task)
}

/// Takes an open task back: what gave it no longer wants it done.
///
/// # Errors
/// Unknown, over already, or the database.
pub async fn withdraw(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TaskId,
    reason: &str,
) -> Result<(), ChangeError> {
    let task = lock_open(db, id).await?;
    sqlx::query(
        "update flow.task set state = 'cancelled', done_at = $2, reason = $3, version = version + 1
         where task_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .bind(reason)
    .execute(&mut *db)
    .await?;
    let payload = json!({ "title": task.title, "customer_id": task.customer_id, "reason": reason });
    activity(db, edit, "flow.task_withdrawn.v1", id.as_uuid(), payload).await?;
    Ok(())
}

/// A person takes a task, so that others see who is at it.
///
/// # Errors
/// Unknown, over already, taken by somebody else, or the database.
pub async fn take(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TaskId,
    person: PersonId,
) -> Result<Task, ChangeError> {
    let before = lock_open(db, id).await?;
    if before.taken_by.is_some_and(|taken_by| taken_by != person) {
        return Err(ChangeError::InUse("somebody else has taken it".to_owned()));
    }
    sqlx::query("update flow.task set taken_by = $2, version = version + 1 where task_id = $1")
        .bind(id)
        .bind(person)
        .execute(&mut *db)
        .await?;
    activity(db, edit, "flow.task_taken.v1", id.as_uuid(), json!({ "person_id": person })).await?;
    find(db, id).await?.ok_or(ChangeError::Unknown("task"))
}

/// Hands a task on to another person.
///
/// # Errors
/// Unknown, over already, or the database.
pub async fn delegate(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TaskId,
    to: PersonId,
) -> Result<Task, ChangeError> {
    let before = lock_open(db, id).await?;
    sqlx::query(
        "update flow.task set person_id = $2, taken_by = null, version = version + 1 where task_id = $1",
    )
    .bind(id)
    .bind(to)
    .execute(&mut *db)
    .await?;
    let payload = json!({ "from": before.person_id, "to": to });
    activity(db, edit, "flow.task_delegated.v1", id.as_uuid(), payload).await?;
    find(db, id).await?.ok_or(ChangeError::Unknown("task"))
}

/// How a task ended.
#[derive(Clone, Debug, Default)]
pub struct Done<'a> {
    /// What was filled in.
    pub answers: Option<&'a Json>,
    /// What was decided.
    pub decision: Option<&'static str>,
    /// Why.
    pub reason: Option<&'a str>,
}

/// A task is done.
///
/// # Errors
/// The database failed.
pub async fn finish(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TaskId,
    person: Option<PersonId>,
    done: &Done<'_>,
) -> Result<(), ChangeError> {
    sqlx::query(
        "update flow.task
         set state = 'done', done_by = $2, done_at = $3, answers = $4, decision = $5, reason = $6, version = version + 1
         where task_id = $1",
    )
    .bind(id)
    .bind(person)
    .bind(edit.now)
    .bind(done.answers)
    .bind(done.decision)
    .bind(done.reason)
    .execute(&mut *db)
    .await?;
    let payload = json!({ "person_id": person, "decision": done.decision, "reason": done.reason });
    activity(db, edit, "flow.task_done.v1", id.as_uuid(), payload).await
}

/// Somebody stands in for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Deputy {
    /// Who is away.
    pub person_id: PersonId,
    /// Who stands in.
    pub deputy_id: PersonId,
    /// The first day.
    #[sqlx(rename = "from_day")]
    pub from: NaiveDate,
    /// The last day.
    #[sqlx(rename = "to_day")]
    pub to: NaiveDate,
}

/// Replaces the deputies of a person.
///
/// # Errors
/// Days the wrong way round, oneself as deputy, too many, or the database.
pub async fn set_deputies(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    deputies: &[Deputy],
) -> Result<(), ChangeError> {
    let mut faults = vec![];
    if deputies.len() > DEPUTIES_MAX {
        faults.push(FieldFault::new("/items", format!("at most {DEPUTIES_MAX}")));
    }
    for (index, deputy) in deputies.iter().enumerate() {
        if deputy.from > deputy.to {
            faults.push(FieldFault::new(format!("/items/{index}/to"), "must not be before the first day"));
        }
        if deputy.deputy_id == person {
            faults.push(FieldFault::new(
                format!("/items/{index}/deputy_id"),
                "nobody stands in for themselves",
            ));
        }
        if deputy.person_id != person {
            let detail = "only the own deputies can be set";
            faults.push(FieldFault::new(format!("/items/{index}/person_id"), detail));
        }
    }
    ChangeError::unless_empty(faults)?;
    sqlx::query("delete from flow.deputy where person_id = $1").bind(person).execute(&mut *db).await?;
    for deputy in deputies {
        sqlx::query(
            "insert into flow.deputy (person_id, deputy_id, from_day, to_day) values ($1, $2, $3, $4)
             on conflict do nothing",
        )
        .bind(person)
        .bind(deputy.deputy_id)
        .bind(deputy.from)
        .bind(deputy.to)
        .execute(&mut *db)
        .await?;
    }
    super::record(db, edit, "flow.deputies_changed.v1", person.as_uuid(), None, Some(&deputies)).await
}
