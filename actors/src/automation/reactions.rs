//! Does what rules owe when it is due: at least once tried, at most once done, given up in the end and said.

use super::perform::{Cause, Perform, Trouble, event_of, facts};
use crate::prediction::Scores;
use base::event::Journal;
use base::id::CustomerId;
use base::{Author, Clock, Edit, NewEvent};
use chrono::{DateTime, TimeDelta, Utc};
use flow::connector::http::AskError;
use flow::store::call::{Unanswered, answer};
use platform::event::query::{Filter, search};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rules::decide::card_kinds_of;
use rules::decide::react::facts_of;
use rules::document::{Act, Program, Unless, values};
use rules::store::{self, DueReaction};
use rules::{Facts, References};
use serde_json::{Value, json};
use sqlx::{Acquire, PgConnection, PgPool};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Reactions of one transaction: enough to make it cheap, few enough to be done within milliseconds, for which the
/// readers of the log wait.
const BATCH: i64 = 200;
/// How often it looks at everything that is due, and between that only from where it took last: what was done a moment
/// ago stands in the index of what waits until the database has swept it, and is passed over one by one.
const WHOLE_EVERY: Duration = Duration::from_millis(250);
/// How often it looks without being told.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// Wait after the database failed.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// Tries before a reaction is given up: with the waits between them about an hour.
const ATTEMPTS_MAX: i32 = 8;
/// Wait before the second try; each further one is twice as long.
const BACK_OFF: TimeDelta = TimeDelta::seconds(15);
/// How long an outside system has for its answer before it is asked again.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// Events of a customer that are looked through for what makes a reaction needless.
const UNLESS_EVENTS_MAX: i64 = 200;

/// The worker.
pub struct Reactions {
    /// The database.
    pub pool: PgPool,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The site's zone.
    pub zone: chrono_tz::Tz,
    /// Does them.
    pub perform: Box<dyn Perform>,
    /// Asks outside systems.
    pub client: flow::connector::http::Client,
    /// Told when reactions were written.
    pub owed: Arc<Notify>,
    /// Reference tables, kept between batches.
    pub references: rules::query::KnownReferences,
}

impl Reactions {
    /// Works until `stop` is cancelled. Runs on an arbiter: what it calls stays on one thread.
    pub async fn run(self, seed: [u8; 32], stop: CancellationToken) {
        let mut dice = ChaCha20Rng::from_seed(seed);
        let (mut from, mut whole) = (None, None::<Instant>);
        while !stop.is_cancelled() {
            if whole.is_none_or(|at| at.elapsed() >= WHOLE_EVERY) {
                (from, whole) = (None, Some(Instant::now()));
            }
            let wait = match work(&self, &mut dice, from).await {
                Ok(Some(taken)) => {
                    from = Some(taken.first_due);
                    if taken.is_full {
                        continue;
                    }
                    WHOLE_EVERY
                }
                Ok(None) if from.is_some() => WHOLE_EVERY,
                Ok(None) => POLL_EVERY,
                Err(error) => {
                    tracing::warn!(%error, "reactions of rules could not be done, they are tried again");
                    RETRY_AFTER
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.owed.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// Does what is due, at most one batch; how many it was.
///
/// # Errors
/// The database failed; nothing of the batch is done.
pub async fn work_off(worker: &Reactions, dice: &mut ChaCha20Rng) -> sqlx::Result<usize> {
    Ok(work(worker, dice, None).await?.map_or(0, |taken| taken.count))
}

/// What was taken of what is due.
struct Taken {
    count: usize,
    /// When the oldest of them was due.
    first_due: DateTime<Utc>,
    /// There may be more.
    is_full: bool,
}

/// Does what is due since a moment, or at all: then the oldest is looked for first, without a lock.
async fn work(
    worker: &Reactions,
    dice: &mut ChaCha20Rng,
    from: Option<DateTime<Utc>>,
) -> sqlx::Result<Option<Taken>> {
    let now = worker.clock.now();
    let oldest = match from {
        Some(from) => Some(from),
        None => store::first_due(&mut *worker.pool.acquire().await?, now).await?,
    };
    let Some(oldest) = oldest else { return Ok(None) };
    let mut tx = worker.pool.begin().await?;
    let due = store::claim_due(&mut tx, (oldest, now), BATCH).await?;
    let Some(first) = due.first() else { return Ok(None) };
    let is_full = i64::try_from(due.len()).is_ok_and(|count| count >= BATCH);
    let taken = Taken { count: due.len(), first_due: first.due_at, is_full };
    let reference = worker.references.get(&mut tx).await?;
    let facts = all_facts(worker, &mut tx, now, &due, &reference).await?;
    let mut calls = Vec::new();
    let mut by_kind: BTreeMap<&str, Vec<Cause<'_>>> = BTreeMap::new();
    for (due, facts) in due.iter().zip(&facts) {
        if needless(worker, &mut tx, now, due, &reference).await? {
            continue;
        }
        if matches!(due.act.0, Act::Call { .. }) {
            store::retry(&mut tx, due.reaction_id, now + LEASE, "the outside system is asked").await?;
            calls.push((due, facts));
            continue;
        }
        by_kind.entry(due.act.0.kind()).or_default().push(Cause { due, facts });
    }
    let mut batch = Batch { worker, now, dice, done: BTreeMap::new(), cancelled: BTreeSet::new() };
    // Points last: whoever posts to the ledger holds the end of its chain until the commit.
    let accruals = by_kind.remove("accrue");
    for causes in by_kind.values().chain(&accruals) {
        batch.perform(&mut tx, causes).await?;
    }
    // Last: other workers wait for these rows until the commit.
    batch.count(&mut tx).await?;
    tx.commit().await?;
    for (one, facts) in &calls {
        ask(worker, dice, one, facts).await?;
    }
    Ok(Some(taken))
}

/// The facts of each, the customers with one question.
async fn all_facts(
    worker: &Reactions,
    db: &mut PgConnection,
    now: DateTime<Utc>,
    due: &[DueReaction],
    reference: &References,
) -> sqlx::Result<Vec<Facts>> {
    let ids: BTreeSet<CustomerId> =
        due.iter().filter_map(|one| one.customer_id).map(CustomerId::from_uuid).collect();
    let ids: Vec<CustomerId> = ids.into_iter().collect();
    let mut customers = match ids.as_slice() {
        [] => BTreeMap::new(),
        ids => crate::loyalty::customers(&mut *db, ids, now).await?,
    };
    let predictions: BTreeSet<String> = due.iter().flat_map(|one| one.act.0.predictions()).collect();
    let mut cards: BTreeSet<String> = due.iter().flat_map(|one| one.act.0.card_kinds()).collect();
    let templates = due.iter().filter_map(|one| match &one.act.0 {
        Act::Message { template, .. } => Some(template),
        _ => None,
    });
    for template in templates.collect::<BTreeSet<_>>() {
        let found = channels::query::find_template_named(&mut *db, template).await?;
        cards.extend(found.map(|found| card_kinds_of(&found.fields)).unwrap_or_default());
    }
    crm::query::add_cards(&mut *db, &cards, &mut customers).await?;
    Scores::new(worker.zone).add(db, &predictions, &mut customers, now).await?;
    let of = |one: &DueReaction| {
        let customer = one.customer_id.and_then(|id| customers.get(&CustomerId::from_uuid(id))).cloned();
        facts(one, customer.unwrap_or(Value::Null), reference, now, worker.zone)
    };
    Ok(due.iter().map(of).collect())
}

/// What is done in one transaction.
struct Batch<'w> {
    worker: &'w Reactions,
    now: DateTime<Utc>,
    dice: &'w mut ChaCha20Rng,
    /// How many were done, by rule.
    done: BTreeMap<Uuid, i64>,
    /// Decisions, by rule and event, whose other reactions were called off since the batch was claimed.
    cancelled: BTreeSet<(Uuid, Uuid)>,
}

impl Batch<'_> {
    /// Does those of one kind together. When one of them cannot be done, each behind a savepoint of its own, so that
    /// it harms no other.
    async fn perform(&mut self, db: &mut PgConnection, causes: &[Cause<'_>]) -> sqlx::Result<()> {
        let is_off = |cause: &Cause<'_>| self.cancelled.contains(&decision_of(cause.due));
        if causes.iter().any(is_off) || self.try_all(db, causes).await?.is_err() {
            for cause in causes {
                self.perform_one(db, cause).await?;
            }
        }
        Ok(())
    }

    async fn perform_one(&mut self, db: &mut PgConnection, cause: &Cause<'_>) -> sqlx::Result<()> {
        if self.cancelled.contains(&decision_of(cause.due)) {
            return Ok(());
        }
        let Err(trouble) = self.try_all(db, std::slice::from_ref(cause)).await? else { return Ok(()) };
        let mut edit = Edit { now: self.now, author: Author::System, rng: self.dice };
        if troubled(self.worker, db, &mut edit, cause.due, &trouble).await? {
            self.cancelled.insert(decision_of(cause.due));
        }
        Ok(())
    }

    /// All of them, or nothing and why.
    async fn try_all(
        &mut self,
        db: &mut PgConnection,
        causes: &[Cause<'_>],
    ) -> sqlx::Result<Result<(), Trouble>> {
        let mut step = db.begin().await?;
        let mut edit = Edit { now: self.now, author: Author::System, rng: self.dice };
        match self.worker.perform.perform(&mut step, &mut edit, causes).await {
            Ok(made) => {
                let done: Vec<_> =
                    causes.iter().zip(made).map(|(cause, made)| (cause.due.reaction_id, made)).collect();
                store::end_done(&mut step, self.now, &done).await?;
                step.commit().await?;
                for cause in causes {
                    *self.done.entry(cause.due.rule_id).or_default() += 1;
                }
                Ok(Ok(()))
            }
            Err(trouble) => {
                step.rollback().await?;
                Ok(Err(trouble))
            }
        }
    }

    async fn count(&self, db: &mut PgConnection) -> sqlx::Result<()> {
        let counts: Vec<(Uuid, [i64; 4])> =
            self.done.iter().map(|(rule, count)| (*rule, [0, 0, *count, 0])).collect();
        store::count(db, store::CountedBy::Reactions, &counts).await
    }
}

/// Of which decision a reaction is: rule and event.
fn decision_of(due: &DueReaction) -> (Uuid, Uuid) {
    (due.rule_id, due.event_id)
}

/// Whether a reaction need not be done any more; it is ended then.
async fn needless(
    worker: &Reactions,
    db: &mut PgConnection,
    now: DateTime<Utc>,
    due: &DueReaction,
    reference: &References,
) -> sqlx::Result<bool> {
    let Some(unless) = &due.unless else { return Ok(false) };
    if !happened(db, due, unless, reference, worker.zone, now).await? {
        return Ok(false);
    }
    let why = Some("what it waited for happened");
    store::end(db, now, due.reaction_id, "needless", None, why).await?;
    Ok(true)
}

/// Asks an outside system, outside of any transaction; the answer is written in one of its own. Who dies meanwhile
/// asks again when the lease is over, under the same key.
async fn ask(
    worker: &Reactions,
    dice: &mut ChaCha20Rng,
    due: &DueReaction,
    facts: &Facts,
) -> sqlx::Result<()> {
    let Act::Call { connector, operation, input } = &due.act.0 else { return Ok(()) };
    let cause = Cause { due, facts };
    let asked = match values(input, facts) {
        Err(error) => Err(Trouble::Refused(error)),
        Ok(input) => {
            let now = || worker.clock.now();
            answer(&worker.pool, &worker.client, now, (connector, operation), &input, &cause.key())
                .await
                .map_err(|error| match error {
                    Unanswered::Database(error) => Trouble::Database(error),
                    Unanswered::Ask(AskError::Away(..)) => Trouble::Later(error.to_string()),
                    Unanswered::Ask(error) => Trouble::Refused(error.to_string()),
                })
        }
    };
    let mut tx = worker.pool.begin().await?;
    let mut edit = Edit { now: worker.clock.now(), author: Author::System, rng: dice };
    match asked {
        Ok(answer) => {
            let result = serde_json::to_value(answer).unwrap_or_default();
            store::end(&mut tx, edit.now, due.reaction_id, "done", Some(result), None).await?;
            store::count(&mut tx, store::CountedBy::Reactions, &[(due.rule_id, [0, 0, 1, 0])]).await?;
        }
        Err(trouble) => {
            troubled(worker, &mut tx, &mut edit, due, &trouble).await?;
        }
    }
    tx.commit().await
}

/// Tries a reaction again later, or gives it up; whether the others of its decision were called off with it.
async fn troubled(
    worker: &Reactions,
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    due: &DueReaction,
    trouble: &Trouble,
) -> sqlx::Result<bool> {
    let said = trouble.to_string();
    if matches!(trouble, Trouble::Refused(_)) || due.attempts + 1 >= ATTEMPTS_MAX {
        give_up(worker, db, edit, due, &said).await?;
        return Ok(due.on_error == "roll_back");
    }
    let wait = BACK_OFF * 2_i32.saturating_pow(u32::try_from(due.attempts).unwrap_or(0).min(10));
    store::retry(db, due.reaction_id, edit.now + wait, &said).await?;
    Ok(false)
}

/// Whether what makes the reaction needless happened since its event.
async fn happened(
    db: &mut PgConnection,
    due: &DueReaction,
    unless: &Unless,
    reference: &References,
    zone: chrono_tz::Tz,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let filter = Filter {
        kind: Some(unless.event.clone()),
        subject: Some(due.subject_id),
        from: Some(due.occurred_at),
        to: Some(now + TimeDelta::milliseconds(1)),
        ..Filter::default()
    };
    let events = search(db, &filter, UNLESS_EVENTS_MAX).await?;
    let program = unless.criteria.as_ref().and_then(|criteria| Program::compile(criteria, &|_| false).ok());
    Ok(events.iter().filter(|event| event.event_id != event_of(due)).any(|event| match &program {
        None => true,
        Some(Program::Condition(condition)) => {
            condition.holds(&facts_of(event, Value::Null, reference, zone)).unwrap_or(false)
        }
        Some(Program::Table(table)) => {
            !table.evaluate(&facts_of(event, Value::Null, reference, zone)).rows.is_empty()
        }
    }))
}

/// Gives a reaction up, says so, and takes back the others of its decision when the rule wants it so.
async fn give_up(
    worker: &Reactions,
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    due: &DueReaction,
    said: &str,
) -> sqlx::Result<()> {
    store::end(db, edit.now, due.reaction_id, "failed", None, Some(said)).await?;
    store::count(db, store::CountedBy::Reactions, &[(due.rule_id, [0, 0, 0, 1])]).await?;
    if due.on_error == "roll_back" {
        roll_back(worker, db, edit, due).await?;
    }
    let event = NewEvent {
        kind: "rules.reaction_failed.v1".into(),
        journal: Journal::Failure,
        subject: due.rule_id,
        correlation: Some(due.event_id),
        author: Author::System,
        payload: json!({
            "rule_id": due.rule_id, "event_id": due.event_id, "reaction": due.key, "error": said,
            "rolled_back": due.on_error == "roll_back",
        }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

async fn roll_back(
    worker: &Reactions,
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    due: &DueReaction,
) -> sqlx::Result<()> {
    let why = format!("the reaction {} of the same decision failed", due.key);
    store::cancel_waiting(db, edit.now, due.rule_id, due.event_id, &why).await?;
    for done in store::done_of_decision(db, due.rule_id, due.event_id).await? {
        let mut step = db.begin().await?;
        match worker.perform.undo(&mut step, edit, &done).await {
            Ok(()) => {
                store::mark_undone(&mut step, edit.now, done.reaction_id, None).await?;
                step.commit().await?;
            }
            Err(trouble) => {
                step.rollback().await?;
                let failed = format!("could not be taken back: {trouble}");
                store::mark_undone(db, edit.now, done.reaction_id, Some(&failed)).await?;
            }
        }
    }
    Ok(())
}
