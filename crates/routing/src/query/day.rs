//! Counts since a moment, from which live counters continue after a restart.

use base::id::{OperatorId, QueueId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What an operator did since a moment (CC-SUP-02).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct OperatorDay {
    /// Contacts answered.
    pub handled: i64,
    /// Offers that rang out.
    pub missed: i64,
    /// With customers, without hold.
    pub talk_seconds: i64,
    /// Finishing contacts.
    pub wrap_up_seconds: i64,
    /// Free for an offer, ringing included.
    pub ready_seconds: i64,
    /// Away with a reason, or not responding.
    pub not_ready_seconds: i64,
}

/// What a queue did since a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct QueueDay {
    /// Which queue.
    pub queue_id: QueueId,
    /// Contacts that got in line.
    pub offered: i64,
    /// Contacts that an operator answered.
    pub answered: i64,
    /// Those answered within the queue's present target.
    pub answered_in_time: i64,
    /// Callers who left while waiting.
    pub abandoned: i64,
    /// Those who left within the queue's present limit of short abandons.
    pub abandoned_short: i64,
}

/// What `operator` did from `from` until `now`.
///
/// # Errors
/// The database failed.
pub async fn operator_day(
    db: &mut PgConnection,
    operator: OperatorId,
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<OperatorDay> {
    sqlx::query_as(
        "select
             (select count(*) from routing.contact
              where operator_id = $1 and arrived_at >= $2 and answered_at is not null) as handled,
             (select count(*) from routing.offer
              where operator_id = $1 and offered_at >= $2 and outcome = 'lapsed') as missed,
             (select coalesce(sum(talked_ms), 0)::bigint / 1000 from routing.contact
              where operator_id = $1 and arrived_at >= $2) as talk_seconds,
             coalesce(sum(seconds) filter (where state = 'wrap_up'), 0)::bigint as wrap_up_seconds,
             coalesce(sum(seconds) filter (where state in ('ready', 'ringing')), 0)::bigint as ready_seconds,
             coalesce(sum(seconds) filter (where state in ('not_ready', 'not_responding')), 0)::bigint
                 as not_ready_seconds
         from (
             select state, extract(epoch from least(coalesce(ended_at, $3), $3) - greatest(started_at, $2)) as seconds
             from routing.operator_state
             where operator_id = $1 and started_at < $3 and coalesce(ended_at, $3) > $2
         ) intervals",
    )
    .bind(operator)
    .bind(from)
    .bind(now)
    .fetch_one(db)
    .await
}

/// What every queue did since `from`, by the moment of arrival. Contacts still waiting are only `offered`.
///
/// # Errors
/// The database failed.
pub async fn queue_days(db: &mut PgConnection, from: DateTime<Utc>) -> sqlx::Result<Vec<QueueDay>> {
    sqlx::query_as(
        "select queue_id, count(*) as offered,
             count(*) filter (where answered_at is not null) as answered,
             count(*) filter (where answered_at - queued_at <= make_interval(secs => q.target_seconds))
                 as answered_in_time,
             count(*) filter (where outcome = 'abandoned') as abandoned,
             count(*) filter (where outcome = 'abandoned'
                 and ended_at - queued_at <= make_interval(secs => q.short_abandon_seconds)) as abandoned_short
         from routing.contact c join routing.queue q using (queue_id)
         where c.arrived_at >= $1 and c.queued_at is not null
         group by queue_id
         order by queue_id",
    )
    .bind(from)
    .fetch_all(db)
    .await
}
