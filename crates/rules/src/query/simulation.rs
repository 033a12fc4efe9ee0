//! Simulations.

use base::id::{RuleId, SimulationId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

/// A simulation, as far as it is.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct Simulation {
    /// Its id.
    pub simulation_id: SimulationId,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// Events it looked at so far.
    pub seen: i64,
    /// Events there are.
    pub total: i64,
    /// What came out so far.
    pub result: Value,
    /// What went wrong.
    pub error: Option<String>,
    /// Events from this moment on,
    pub from_at: DateTime<Utc>,
    /// until before this one.
    pub to_at: DateTime<Utc>,
}

/// One simulation of a rule.
///
/// # Errors
/// The database failed.
pub async fn find_simulation(
    db: &mut PgConnection,
    rule: RuleId,
    id: SimulationId,
) -> sqlx::Result<Option<Simulation>> {
    sqlx::query_as(
        "select simulation_id, state, seen, total, result, error, from_at, to_at
         from rules.simulation where rule_id = $1 and simulation_id = $2",
    )
    .bind(rule)
    .bind(id)
    .fetch_optional(db)
    .await
}
