//! What rules decided and did.

use base::id::{EventId, ReactionId, RuleId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Decision {
    /// Which rule.
    #[schema(value_type = Uuid)]
    pub rule_id: RuleId,
    /// Its name.
    pub rule_name: String,
    /// The type of the event.
    pub event: String,
    /// About which event.
    #[schema(value_type = Uuid)]
    pub event_id: EventId,
    /// When that happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Which version decided.
    pub version: i32,
    /// As which variant: `a` or `b`.
    pub variant: String,
    /// The customer, when known.
    pub customer_id: Option<Uuid>,
    /// Whether the rule reacted.
    pub matched: bool,
    /// Why: `matched`, `criteria`, `outside_hours`, `limit`, …
    pub verdict: String,
    /// What the criteria read.
    #[schema(value_type = Object)]
    pub inputs: Value,
    /// The rows of a table that answered, from 0.
    #[schema(value_type = Option<Vec<u32>>)]
    pub rows: Option<Value>,
    /// The keys of the reactions.
    #[schema(value_type = Option<Vec<String>>)]
    pub reactions: Option<Value>,
    /// What could not be computed.
    pub fault: Option<String>,
}

/// What the rules decided about an event.
///
/// # Errors
/// The database failed.
pub async fn of_event(db: &mut PgConnection, event: EventId) -> sqlx::Result<Vec<Decision>> {
    sqlx::query_as(
        "select d.*, d.verdict = 'matched' as matched, r.name as rule_name, v.document->>'event' as event
         from rules.decision d join rules.rule r using (rule_id)
         join rules.rule_version v on v.rule_id = d.rule_id and v.number = d.version
         where event_id = $1 order by r.name, rule_id",
    )
    .bind(event)
    .fetch_all(db)
    .await
}

/// The decisions of a rule, newest event first. `matched` keeps only those that reacted, or did not.
///
/// # Errors
/// The database failed.
pub async fn of_rule(
    db: &mut PgConnection,
    rule: RuleId,
    matched: Option<bool>,
    after: Option<(DateTime<Utc>, EventId)>,
    limit: i64,
    customer: Option<Uuid>,
) -> sqlx::Result<Vec<Decision>> {
    let (after_at, after_id) = after.unzip();
    sqlx::query_as(
        "select d.*, d.verdict = 'matched' as matched, r.name as rule_name, v.document->>'event' as event
         from rules.decision d join rules.rule r using (rule_id)
         join rules.rule_version v on v.rule_id = d.rule_id and v.number = d.version
         where d.rule_id = $1 and ($2::boolean is null or (d.verdict = 'matched') = $2)
             and ($3::timestamptz is null or (d.occurred_at, d.event_id) < ($3, $4::uuid))
             and ($6::uuid is null or d.customer_id = $6)
         order by d.occurred_at desc, d.event_id desc limit $5",
    )
    .bind(rule)
    .bind(matched)
    .bind(after_at)
    .bind(after_id)
    .bind(limit)
    .bind(customer)
    .fetch_all(db)
    .await
}

/// The decisions about a customer, of all rules, newest event first.
///
/// # Errors
/// The database failed.
pub async fn of_customer(
    db: &mut PgConnection,
    customer: Uuid,
    matched: Option<bool>,
    after: Option<(DateTime<Utc>, EventId, RuleId)>,
    limit: i64,
) -> sqlx::Result<Vec<Decision>> {
    let (after_at, after_event, after_rule) =
        after.map_or((None, None, None), |(at, event, rule)| (Some(at), Some(event), Some(rule)));
    sqlx::query_as(
        "select d.*, d.verdict = 'matched' as matched, r.name as rule_name, v.document->>'event' as event
         from rules.decision d join rules.rule r using (rule_id)
         join rules.rule_version v on v.rule_id = d.rule_id and v.number = d.version
         where d.customer_id = $1 and ($2::boolean is null or (d.verdict = 'matched') = $2)
             and ($3::timestamptz is null or (d.occurred_at, d.event_id, d.rule_id) < ($3, $4::uuid, $5::uuid))
         order by d.occurred_at desc, d.event_id desc, d.rule_id desc limit $6",
    )
    .bind(customer)
    .bind(matched)
    .bind(after_at)
    .bind(after_event)
    .bind(after_rule)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// A reaction and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct ReactionState {
    /// Of which rule.
    #[schema(value_type = Uuid)]
    pub rule_id: RuleId,
    /// Its id.
    #[schema(value_type = Uuid)]
    pub reaction_id: ReactionId,
    /// To which event.
    #[schema(value_type = Uuid)]
    pub event_id: EventId,
    /// In which version of the rule.
    pub version: i32,
    /// Its key in the rule.
    pub key: String,
    /// What is done.
    #[schema(value_type = Object)]
    pub act: Value,
    /// For which customer.
    pub customer_id: Option<Uuid>,
    /// When it is due, or is tried again.
    pub due_at: DateTime<Utc>,
    /// `waiting`, `done`, `needless`, `failed`, `cancelled` or `undone`.
    pub state: String,
    /// Tries so far.
    pub attempts: i32,
    /// What was made.
    #[schema(value_type = Object)]
    pub result: Option<Value>,
    /// What went wrong at last.
    pub error: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The reactions to these events, of all rules.
///
/// # Errors
/// The database failed.
pub async fn reactions_to(db: &mut PgConnection, events: &[EventId]) -> sqlx::Result<Vec<ReactionState>> {
    sqlx::query_as(
        "select rule_id, reaction_id, event_id, version, key, act, customer_id, due_at, state, attempts, result, error, ended_at
         from rules.reaction where event_id = any($1) order by due_at, reaction_id",
    )
    .bind(events)
    .fetch_all(db)
    .await
}
