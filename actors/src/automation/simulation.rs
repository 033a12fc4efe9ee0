//! Simulations in the background: a rule over stored events, a chunk at a time, nothing performed.

use crate::prediction::Scores;
use base::Clock;
use base::id::{CustomerId, EventId};
use chrono::{DateTime, TimeDelta, Utc};
use platform::event::Event;
use platform::event::query::{Filter, search};
use rules::decide::CompiledRule;
use rules::decide::react::customer_of;
use rules::decide::simulation::Tally;
use rules::document::Document;
use rules::store::{self, Claimed};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Events of one question.
const CHUNK: i64 = 1_000;
/// Events that are in memory at once.
const HELD_MAX: usize = 10_000;
/// A time that is not halved again, however many events it has.
const SHORTEST: TimeDelta = TimeDelta::seconds(10);
/// How often it looks for a new simulation.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// For how long a simulation belongs to who works on it: after a crash another goes on from its beginning.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Most events of one simulation: a month of a busy type; more is said.
const EVENTS_MAX: u64 = 2_000_000;

/// Runs simulations until `stop` is cancelled.
pub async fn run_simulations(
    pool: PgPool,
    clock: Arc<dyn Clock>,
    zone: chrono_tz::Tz,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let found = tokio::select! {
            () = stop.cancelled() => return,
            found = simulate_next(&pool, &*clock, zone) => found,
        };
        if let Err(error) = &found {
            tracing::warn!(%error, "a simulation could not go on, it is tried again");
        }
        if !matches!(found, Ok(true)) {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL_EVERY) => {}
            }
        }
    }
}

/// Runs the next simulation to its end; false when there is none.
///
/// # Errors
/// The database failed; the simulation is taken up again.
pub async fn simulate_next(pool: &PgPool, clock: &dyn Clock, zone: chrono_tz::Tz) -> sqlx::Result<bool> {
    let mut db = pool.acquire().await?;
    let now = clock.now();
    let Some(claimed) = store::claim_simulation(&mut db, now, now + LEASE).await? else { return Ok(false) };
    let is_date = |path: &str| claimed.date_fields.iter().any(|date| date == path);
    let compiled =
        Document::read(&claimed.document).and_then(|document| CompiledRule::compile(document, &is_date));
    let error = match compiled {
        Ok(rule) => simulate(&mut db, clock, zone, &claimed, rule).await?,
        Err(faults) => Some(faults.into_iter().next().map_or_else(String::new, |fault| fault.message)),
    };
    store::end_simulation(&mut db, claimed.simulation_id, error.as_deref()).await?;
    Ok(true)
}

async fn simulate(
    db: &mut PgConnection,
    clock: &dyn Clock,
    zone: chrono_tz::Tz,
    claimed: &Claimed,
    rule: CompiledRule,
) -> sqlx::Result<Option<String>> {
    let reference = rules::query::references(db).await?;
    let (predictions, scores) = (rule.predictions(), Scores::new(zone));
    let cards = rule.card_kinds();
    let mut tally = Tally::new(rule, reference, zone);
    let mut open = vec![(claimed.from_at, claimed.to_at)];
    while let Some((from, to)) = open.pop() {
        let Some(events) = window(db, tally.event(), from, to).await? else {
            // Too many at once: the earlier half first.
            let middle = from + (to - from) / 2;
            open.extend([(middle, to), (from, middle)]);
            continue;
        };
        let ids: Vec<CustomerId> = events.iter().filter_map(customer_of).map(CustomerId::from_uuid).collect();
        let mut customers = crate::loyalty::customers(&mut *db, &ids, clock.now()).await?;
        crm::query::add_cards(&mut *db, &cards, &mut customers).await?;
        let moment = |event: &Event| Some((CustomerId::from_uuid(customer_of(event)?), event.occurred_at));
        let moments: Vec<_> = events.iter().filter_map(moment).collect();
        scores.add_at(&mut *db, &predictions, &mut customers, &moments).await?;
        let customers: BTreeMap<_, _> =
            customers.into_iter().map(|(id, facts)| (id.as_uuid(), facts)).collect();
        tally.add(&events, &customers);
        let seen = i64::try_from(tally.seen()).unwrap_or(i64::MAX);
        if !store::progress(db, claimed.simulation_id, seen, &tally.result(), clock.now() + LEASE).await? {
            return Ok(None);
        }
        if tally.seen() >= EVENTS_MAX {
            return Ok(Some(format!(
                "only the first {EVENTS_MAX} events were looked at: choose a shorter time"
            )));
        }
    }
    Ok(None)
}

/// The events of a time, oldest first, as limits count them; none when they are too many to hold and the time can
/// still be halved.
async fn window(
    db: &mut PgConnection,
    kind: &str,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> sqlx::Result<Option<Vec<Event>>> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after: Option<(DateTime<Utc>, EventId)> =
            events.last().map(|last| (last.occurred_at, last.event_id));
        let filter = Filter {
            kind: Some(kind.to_owned()),
            from: Some(from),
            to: Some(to),
            after,
            ..Filter::default()
        };
        let more = search(db, &filter, CHUNK).await?;
        let is_last = more.len() < usize::try_from(CHUNK).unwrap_or(usize::MAX);
        events.extend(more);
        if is_last {
            break;
        }
        if events.len() >= HELD_MAX && to - from > SHORTEST {
            return Ok(None);
        }
    }
    events.reverse();
    Ok(Some(events))
}
