//! Simulations: a rule over stored events, with nothing done.

use base::Edit;
use base::id::{RuleId, SimulationId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// Asks for a simulation.
///
/// # Errors
/// The database failed.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    rule: RuleId,
    document: &Value,
    dates: &[String],
    span: (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<SimulationId> {
    let id = SimulationId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into rules.simulation
             (simulation_id, rule_id, document, date_fields, from_at, to_at, author_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(rule)
    .bind(document)
    .bind(dates)
    .bind(span.0)
    .bind(span.1)
    .bind(super::author_id(edit.author))
    .bind(edit.now)
    .execute(db)
    .await?;
    Ok(id)
}

/// A simulation that somebody works on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claimed {
    /// Its id.
    pub simulation_id: SimulationId,
    /// The rule's document.
    pub document: Value,
    /// Fields that its form compares as dates.
    pub date_fields: Vec<String>,
    /// Events from this moment on,
    pub from_at: DateTime<Utc>,
    /// until before this one.
    pub to_at: DateTime<Utc>,
}

/// Takes the oldest open simulation that nobody works on, for as long as `until`.
///
/// # Errors
/// The database failed.
pub async fn claim(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<Claimed>> {
    sqlx::query_as(
        "update rules.simulation set claimed_until = $2
         where simulation_id = (
             select simulation_id from rules.simulation
             where state = 'running' and (claimed_until is null or claimed_until < $1)
             order by created_at limit 1 for update skip locked)
         returning simulation_id, document, date_fields, from_at, to_at",
    )
    .bind(now)
    .bind(until)
    .fetch_optional(db)
    .await
}

/// Says how far a simulation is, and holds it until `until`; false when somebody gave it up.
///
/// # Errors
/// The database failed.
pub async fn progress(
    db: &mut PgConnection,
    id: SimulationId,
    seen: i64,
    result: &Value,
    until: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let held = sqlx::query(
        "update rules.simulation set seen = $2, total = greatest(total, $2), result = $3, claimed_until = $4
         where simulation_id = $1 and state = 'running'",
    )
    .bind(id)
    .bind(seen)
    .bind(result)
    .bind(until)
    .execute(db)
    .await?;
    Ok(held.rows_affected() > 0)
}

/// Ends a simulation: with its result, or with what went wrong.
///
/// # Errors
/// The database failed.
pub async fn end(db: &mut PgConnection, id: SimulationId, error: Option<&str>) -> sqlx::Result<()> {
    sqlx::query(
        "update rules.simulation set state = case when $2::text is null then 'done' else 'failed' end, error = $2,
             total = seen
         where simulation_id = $1 and state = 'running'",
    )
    .bind(id)
    .bind(error)
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a simulation up.
///
/// # Errors
/// The database failed.
pub async fn cancel(db: &mut PgConnection, rule: RuleId, id: SimulationId) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "update rules.simulation set state = 'cancelled' where rule_id = $1 and simulation_id = $2 and state = 'running'",
    )
    .bind(rule)
    .bind(id)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
