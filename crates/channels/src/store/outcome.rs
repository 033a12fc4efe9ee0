//! What providers answered to what links handed them.

use super::queue::tell_of;
use super::receipt::{adopt, settle};
use crate::message::{MessageState, Reason};
use base::Edit;
use base::id::{LinkId, MessageId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// A part that the provider took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which part, from 1.
    pub number: i32,
    /// The provider's id in the link's one form; none when the answer was lost.
    pub provider_id: Option<String>,
}

/// When and why a message is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Not before.
    pub due_at: DateTime<Utc>,
    /// As the provider gave it.
    pub code: Option<String>,
    /// In words.
    pub detail: String,
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider took every part.
    Sent,
    /// The provider refused it for good.
    Failed {
        /// As the provider gave it.
        code: Option<String>,
        /// In words.
        detail: String,
    },
    /// It waits in the queue again.
    Retry(Retry),
    /// The link was lost before the provider answered.
    Unknown {
        /// In words.
        detail: String,
    },
}

/// The end of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of which message.
    pub message: MessageId,
    /// Which try.
    pub attempt: i32,
    /// The parts that the provider took, or may have taken.
    pub taken: Vec<Taken>,
    /// How it ended.
    pub verdict: Verdict,
}

#[derive(Serialize)]
struct Row<'o> {
    message_id: MessageId,
    attempt: i32,
    outcome: &'static str,
    state: MessageState,
    reason: Option<Reason>,
    code: Option<&'o str>,
    detail: Option<&'o str>,
    due_at: Option<DateTime<Utc>>,
}

impl<'o> Row<'o> {
    fn new(outcome: &'o Outcome, resend: bool) -> Self {
        let row = Self {
            message_id: outcome.message,
            attempt: outcome.attempt,
            outcome: "sent",
            state: MessageState::Sent,
            reason: None,
            code: None,
            detail: None,
            due_at: None,
        };
        match &outcome.verdict {
            Verdict::Sent => row,
            Verdict::Failed { code, detail } => Row {
                outcome: "failed",
                state: MessageState::Failed,
                reason: Some(Reason::Provider),
                code: code.as_deref(),
                detail: Some(detail),
                ..row
            },
            Verdict::Retry(retry) => Row {
                outcome: "retry",
                state: MessageState::Queued,
                reason: Some(Reason::Busy),
                code: retry.code.as_deref(),
                detail: Some(&retry.detail),
                due_at: Some(retry.due_at),
                ..row
            },
            Verdict::Unknown { detail } => Row {
                outcome: "unknown",
                state: if resend { MessageState::Queued } else { MessageState::Unknown },
                reason: Some(Reason::LinkLost),
                detail: Some(detail),
                ..row
            },
        }
    }
}

/// Writes down how tries ended, in few statements however many they are. `resend`: what is unknown is sent again.
/// Receipts that came before are found now.
///
/// # Errors
/// The database failed.
pub async fn record_outcomes(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    link: LinkId,
    resend: bool,
    outcomes: &[Outcome],
) -> sqlx::Result<()> {
    let rows: Vec<Row<'_>> = outcomes.iter().map(|outcome| Row::new(outcome, resend)).collect();
    let changed: Vec<MessageId> = sqlx::query_scalar(
        "with given as (
             select * from jsonb_to_recordset($1) as given (message_id uuid, attempt integer, outcome text,
                 state text, reason text, code text, detail text, due_at timestamptz)),
         ended as (
             update channels.attempt a
             set ended_at = $2, outcome = given.outcome, code = given.code, detail = given.detail
             from given
             where a.message_id = given.message_id and a.attempt = given.attempt
                 and (a.outcome is null or a.outcome = 'unknown'))
         update channels.message m
         set state = given.state, reason = given.reason, detail = given.detail, updated_at = $2,
             due_at = coalesce(given.due_at, m.due_at)
         from given
         where m.message_id = given.message_id and m.attempts = given.attempt and m.state in ('sending', 'unknown')
         returning m.message_id",
    )
    .bind(sqlx::types::Json(&rows))
    .bind(edit.now)
    .fetch_all(&mut *db)
    .await?;
    tell_of(db, edit, &changed).await?;
    let taken = insert_parts(db, edit.now, link, outcomes).await?;
    if taken.is_empty() {
        return Ok(());
    }
    let met = adopt(db, link, &taken).await?;
    settle(db, edit, &met).await
}

/// Writes down the parts that were taken; their provider's ids.
async fn insert_parts(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    link: LinkId,
    outcomes: &[Outcome],
) -> sqlx::Result<Vec<String>> {
    let mut parts: (Vec<MessageId>, Vec<i32>, Vec<i32>, Vec<String>) = Default::default();
    for outcome in outcomes {
        for taken in &outcome.taken {
            parts.0.push(outcome.message);
            parts.1.push(outcome.attempt);
            parts.2.push(taken.number);
            parts.3.push(taken.provider_id.clone().unwrap_or_default());
        }
    }
    if parts.0.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query(
        "insert into channels.part (message_id, attempt, number, link_id, provider_id, state, updated_at)
         select message_id, attempt, number, $5, provider_id, 'sent', $6
         from unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[])
             as given (message_id, attempt, number, provider_id)
         on conflict (message_id, attempt, number) do nothing",
    )
    .bind(parts.0)
    .bind(parts.1)
    .bind(parts.2)
    .bind(&parts.3)
    .bind(link)
    .bind(now)
    .execute(db)
    .await?;
    parts.3.retain(|id| !id.is_empty());
    Ok(parts.3)
}
