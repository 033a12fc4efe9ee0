//! Decisions and what a rule remembers, a batch at a time.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One decision, about to be stored.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// Which rule.
    pub rule_id: Uuid,
    /// About which event.
    pub event_id: Uuid,
    /// When that happened.
    pub occurred_at: DateTime<Utc>,
    /// Which version.
    pub version: i32,
    /// As which variant.
    pub variant: &'static str,
    /// Whom or what the event is about.
    pub subject_id: Uuid,
    /// The customer, when known.
    pub customer_id: Option<Uuid>,
    /// Why.
    pub verdict: &'static str,
    /// What the criteria read.
    pub inputs: Value,
    /// The rows of a table that answered.
    pub rows: Option<Value>,
    /// The keys of the reactions.
    pub reactions: Option<Value>,
    /// What could not be computed.
    pub fault: Option<String>,
}

/// Stores decisions; answers which of them are new. A rule decides about an event once, whatever is replayed.
///
/// # Errors
/// The database failed.
pub async fn decide(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rows: &[DecisionRow],
) -> sqlx::Result<BTreeSet<(Uuid, Uuid)>> {
    let new: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "insert into rules.decision (rule_id, event_id, occurred_at, version, variant, subject_id, customer_id,
             verdict, inputs, rows, reactions, fault, decided_at)
         select *, $13 from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::text[], $6::uuid[],
             $7::uuid[], $8::text[], $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::text[])
         on conflict do nothing
         returning rule_id, event_id",
    )
    .bind(column(rows, |row| row.rule_id))
    .bind(column(rows, |row| row.event_id))
    .bind(column(rows, |row| row.occurred_at))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.variant))
    .bind(column(rows, |row| row.subject_id))
    .bind(column(rows, |row| row.customer_id))
    .bind(column(rows, |row| row.verdict))
    .bind(column(rows, |row| &row.inputs))
    .bind(column(rows, |row| row.rows.as_ref()))
    .bind(column(rows, |row| row.reactions.as_ref()))
    .bind(column(rows, |row| row.fault.as_deref()))
    .bind(now)
    .fetch_all(db)
    .await?;
    Ok(new.into_iter().collect())
}

/// One column of the rows, for `unnest`.
pub(super) fn column<'r, R, T>(rows: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// Who counts. Each has rows of its own, so that none waits for the commit of the other.
#[derive(Clone, Copy, Debug)]
pub enum CountedBy {
    /// The reader of events.
    Decisions,
    /// The worker of reactions.
    Reactions,
}

/// Adds to the counters of rules: rule, seen, matched, reacted, failed.
///
/// # Errors
/// The database failed.
pub async fn count(db: &mut PgConnection, by: CountedBy, rows: &[(Uuid, [i64; 4])]) -> sqlx::Result<()> {
    let part = match by {
        CountedBy::Decisions => "decisions",
        CountedBy::Reactions => "reactions",
    };
    let counted = |place: usize| column(rows, |(_, counts)| counts.get(place).copied().unwrap_or(0));
    sqlx::query(
        "insert into rules.counter as c (part, rule_id, seen, matched, reacted, failed)
         select $6, * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
         on conflict (rule_id, part) do update set seen = c.seen + excluded.seen, matched = c.matched + excluded.matched,
             reacted = c.reacted + excluded.reacted, failed = c.failed + excluded.failed",
    )
    .bind(column(rows, |(rule_id, _)| *rule_id))
    .bind(counted(0))
    .bind(counted(1))
    .bind(counted(2))
    .bind(counted(3))
    .bind(part)
    .execute(db)
    .await?;
    Ok(())
}

/// When a rule reacted for a subject of late.
#[derive(Clone, Debug)]
pub struct UseRow {
    /// Which rule.
    pub rule_id: Uuid,
    /// For whom.
    pub subject_id: Uuid,
    /// When, as JSON texts.
    pub used_at: Vec<DateTime<Utc>>,
}

/// What is remembered of these pairs of rule and subject.
///
/// # Errors
/// The database failed.
pub async fn uses(
    db: &mut PgConnection,
    pairs: &[(Uuid, Uuid)],
) -> sqlx::Result<BTreeMap<(Uuid, Uuid), Vec<DateTime<Utc>>>> {
    let rows: Vec<(Uuid, Uuid, Vec<DateTime<Utc>>)> = sqlx::query_as(
        "select rule_id, subject_id, used_at from rules.use
         where (rule_id, subject_id) in (select * from unnest($1::uuid[], $2::uuid[]))",
    )
    .bind(column(pairs, |pair| pair.0))
    .bind(column(pairs, |pair| pair.1))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(rule, subject, at)| ((rule, subject), at)).collect())
}

/// Stores what a rule remembers of a subject, in the place of what it remembered before.
///
/// # Errors
/// The database failed.
pub async fn remember_uses(db: &mut PgConnection, rows: &[UseRow]) -> sqlx::Result<()> {
    // Lists of different lengths cannot be unnested; as JSON they can.
    sqlx::query(
        "insert into rules.use (rule_id, subject_id, used_at)
         select rule_id, subject_id, array(select t::timestamptz from jsonb_array_elements_text(used_at) as t)
         from unnest($1::uuid[], $2::uuid[], $3::jsonb[]) as given (rule_id, subject_id, used_at)
         on conflict (rule_id, subject_id) do update set used_at = excluded.used_at",
    )
    .bind(column(rows, |row| row.rule_id))
    .bind(column(rows, |row| row.subject_id))
    .bind(column(rows, |row| serde_json::json!(row.used_at)))
    .execute(db)
    .await?;
    Ok(())
}

/// Whom a version reached.
#[derive(Clone, Debug)]
pub struct ExposureRow {
    /// Which rule.
    pub rule_id: Uuid,
    /// Which version.
    pub version: i32,
    /// Whom.
    pub customer_id: Uuid,
    /// As which variant.
    pub variant: &'static str,
    /// When first.
    pub first_at: DateTime<Utc>,
    /// Until when the goal counts.
    pub until: Option<DateTime<Utc>>,
    /// Until when interest counts.
    pub interest_until: Option<DateTime<Utc>>,
}

/// Stores whom versions reached; the first time counts.
///
/// # Errors
/// The database failed.
pub async fn expose(db: &mut PgConnection, rows: &[ExposureRow]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into rules.exposure (rule_id, version, customer_id, variant, first_at, until, interest_until)
         select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[],
             $7::timestamptz[])
         on conflict do nothing",
    )
    .bind(column(rows, |row| row.rule_id))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.customer_id))
    .bind(column(rows, |row| row.variant))
    .bind(column(rows, |row| row.first_at))
    .bind(column(rows, |row| row.until))
    .bind(column(rows, |row| row.interest_until))
    .execute(db)
    .await?;
    Ok(())
}
