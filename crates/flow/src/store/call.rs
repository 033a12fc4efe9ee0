//! Calls of outside systems: claimed in one transaction, made outside of any, answered in another.

use super::{connector, count, signal, whole};
use crate::connector::http::{AskError, Client, ask};
use crate::connector::{Answer, Method};
use crate::process::Input;
use crate::query::connector::find_by_name;
use base::id::InstanceId;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value as Json};
use sqlx::{PgConnection, PgPool};

/// How long whoever claimed a call has for it before it is made again: longer than the longest timeout.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// How often an outside system is asked before the run goes on without it.
const ATTEMPTS_MAX: i32 = 3;
/// The wait before the second try; doubled for the third.
const RETRY_AFTER: TimeDelta = TimeDelta::seconds(5);

/// How long whoever serves the desk has for a call before the runner makes it.
const DESK_HEAD_START: TimeDelta = TimeDelta::seconds(10);

/// A call that is to be made.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Call {
    /// For which run.
    pub instance_id: InstanceId,
    token: i64,
    entry: i64,
    connector: String,
    operation: String,
    input: Json,
    attempts: i32,
    at_desk: bool,
}

/// Claims calls that are due; of one run only, when said.
///
/// # Errors
/// The database failed.
pub async fn claim(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    of: Option<InstanceId>,
    limit: i64,
) -> sqlx::Result<Vec<Call>> {
    sqlx::query_as(
        "with due as (
             select instance_id, entry from flow.call
             where next_at <= $1 and ($2::uuid is null or instance_id = $2)
                 and ($2::uuid is not null or not at_desk or next_at <= $5)
             order by next_at limit $3 for update skip locked)
         update flow.call c set attempts = c.attempts + 1, next_at = $4
         from due where c.instance_id = due.instance_id and c.entry = due.entry
         returning c.instance_id, c.token, c.entry, c.connector, c.operation, c.input, c.attempts, c.at_desk",
    )
    .bind(now)
    .bind(of)
    .bind(limit)
    .bind(now + LEASE)
    .bind(now - DESK_HEAD_START)
    .fetch_all(db)
    .await
}

/// Makes a call and leaves its answer for the run. A system that is away gives its last answer, or is asked again a
/// little later; an operator at the desk does not wait for that.
///
/// # Errors
/// The database failed; the call is made again when its lease is over, under the same idempotency key.
pub async fn make(
    pool: &PgPool,
    client: &Client,
    now: impl Fn() -> DateTime<Utc>,
    call: &Call,
) -> sqlx::Result<()> {
    let input = call.input.as_object().cloned().unwrap_or_default();
    let key = format!("flow/{}/{}", call.instance_id, call.entry);
    let asked = answer(pool, client, &now, (&call.connector, &call.operation), &input, &key).await;
    let (token, entry) = (count(call.token), count(call.entry));
    let input = match asked {
        Ok(answer) => {
            Input::Performed { token, entry, value: serde_json::to_value(answer).unwrap_or_default() }
        }
        Err(Unanswered::Database(error)) => return Err(error),
        Err(Unanswered::Ask(AskError::Away(..))) if call.attempts < ATTEMPTS_MAX && !call.at_desk => {
            let wait = RETRY_AFTER * 2_i32.pow(u32::try_from(call.attempts.max(1) - 1).unwrap_or(0));
            return again(pool, call, now() + wait).await;
        }
        Err(Unanswered::Ask(error)) => Input::Failed { token, entry, reason: error.to_string() },
    };
    let mut tx = pool.begin().await?;
    sqlx::query("delete from flow.call where instance_id = $1 and entry = $2")
        .bind(call.instance_id)
        .bind(whole(entry))
        .execute(&mut *tx)
        .await?;
    signal::leave(&mut tx, now(), call.instance_id, &input).await?;
    tx.commit().await
}

async fn again(pool: &PgPool, call: &Call, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("update flow.call set next_at = $3 where instance_id = $1 and entry = $2")
        .bind(call.instance_id)
        .bind(call.entry)
        .bind(at)
        .execute(pool)
        .await?;
    Ok(())
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The system, or the question.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
}

/// The answer of an outside system: a current one, or the last one when it is away.
///
/// # Errors
/// [`Unanswered`].
pub async fn answer(
    pool: &PgPool,
    client: &Client,
    now: impl Fn() -> DateTime<Utc>,
    (name, key): (&str, &str),
    input: &Map<String, Json>,
    idempotency_key: &str,
) -> Result<Answer, Unanswered> {
    let wrong = |problem: String| Unanswered::Ask(AskError::Wrong(problem));
    let found = {
        let mut db = pool.acquire().await?;
        find_by_name(&mut db, name).await?
    };
    let known = found.ok_or_else(|| wrong(format!("there is no connector {name:?}")))?;
    let operation = known.operation(key).ok_or_else(|| wrong(format!("{name} has no operation {key:?}")))?;
    let remembered = async |stale: bool| {
        let mut db = pool.acquire().await?;
        let last = connector::last_answer(&mut db, known.id, key, input).await?;
        Ok::<_, sqlx::Error>(last.map(|last| Answer { stale, ..last }))
    };
    if operation.method == Method::Get && operation.cache_seconds > 0 {
        let fresh_from = now() - TimeDelta::seconds(i64::from(operation.cache_seconds));
        if let Some(last) = remembered(false).await?.filter(|last| last.as_of >= fresh_from) {
            return Ok(last);
        }
    }
    match ask(client, &known, operation, input, idempotency_key).await {
        Ok(data) => {
            let answer = Answer { data, as_of: now(), stale: false };
            if operation.method == Method::Get {
                let mut db = pool.acquire().await?;
                connector::keep_answer(&mut db, known.id, key, input, &answer).await?;
            }
            Ok(answer)
        }
        Err(away @ AskError::Away(..)) if operation.method == Method::Get => {
            remembered(true).await?.ok_or(Unanswered::Ask(away))
        }
        Err(error) => Err(error.into()),
    }
}
