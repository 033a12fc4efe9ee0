//! Reads the event log in order and lets the live rules decide about each event, a batch in one transaction.

use crate::prediction::Scores;
use arc_swap::ArcSwapOption;
use base::Clock;
use base::id::CustomerId;
use channels::message::MessageState;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use platform::event::{Event, Handler};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rules::decide::RuleSet;
use rules::decide::react::{self, Consequences, Considered, customer_of};
use rules::store;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use uuid::Uuid;

/// The name under which its place in the log is kept.
pub const CONSUMER: &str = "rules";

/// The reader. One for each database: its place is locked while it works.
pub struct RulesConsumer {
    zone: chrono_tz::Tz,
    clock: Arc<dyn Clock>,
    set: ArcSwapOption<RuleSet>,
    dice: Mutex<ChaCha20Rng>,
    owed: Arc<Notify>,
    kept: TimeDelta,
    scores: Scores,
}

impl RulesConsumer {
    /// A reader for a site in `zone`; `owed` is told when reactions were written. Decisions are kept for the time
    /// `kept`: an event that happened before is not decided, because nobody knows whether it was.
    #[must_use]
    pub fn new(
        zone: chrono_tz::Tz,
        clock: Arc<dyn Clock>,
        seed: [u8; 32],
        owed: Arc<Notify>,
        kept: TimeDelta,
    ) -> Self {
        Self {
            zone,
            clock,
            set: ArcSwapOption::empty(),
            dice: Mutex::new(ChaCha20Rng::from_seed(seed)),
            owed,
            kept,
            scores: Scores::new(zone),
        }
    }

    /// The live rules, read from the database when they are not known or may have changed.
    async fn set(&self, db: &mut PgConnection, anew: bool) -> sqlx::Result<Arc<RuleSet>> {
        if let Some(set) = self.set.load_full()
            && !anew
        {
            return Ok(set);
        }
        let set = Arc::new(rules::query::live(db).await?);
        self.set.store(Some(Arc::clone(&set)));
        Ok(set)
    }

    async fn batch(&self, db: &mut PgConnection, events: &[Event]) -> sqlx::Result<()> {
        let mut from = 0;
        for (place, event) in events.iter().enumerate() {
            if matches!(event.kind.as_str(), store::RULE_CHANGED | store::REFERENCE_CHANGED) {
                // A rule is live from its launch on: what stands before it in the log is decided as before.
                self.part(db, events.get(from..place).unwrap_or_default()).await?;
                self.set(db, true).await?;
                from = place + 1;
            }
        }
        self.part(db, events.get(from..).unwrap_or_default()).await
    }

    async fn part(&self, db: &mut PgConnection, events: &[Event]) -> sqlx::Result<()> {
        let kept_from = self.clock.now() - self.kept;
        let recent: Vec<Event>;
        let events = if events.iter().all(|event| event.occurred_at >= kept_from) {
            events
        } else {
            recent = events.iter().filter(|event| event.occurred_at >= kept_from).cloned().collect();
            &recent
        };
        if events.is_empty() {
            return Ok(());
        }
        let set = self.set(db, false).await?;
        let customers = customers(db, &set, events, &self.scores, self.clock.now()).await?;
        let mut considered = react::consider(&set, events, &customers, self.zone);
        if !considered.is_empty() {
            self.decide(db, events, &mut considered).await?;
        }
        let delivered = MessageState::Delivered.event();
        store::mark_responses(db, &react::responses(&set, events, delivered)).await
    }

    async fn decide(
        &self,
        db: &mut PgConnection,
        events: &[Event],
        considered: &mut [Considered],
    ) -> sqlx::Result<()> {
        let needed = react::memory_needed(considered, events);
        let mut memory = if needed.is_empty() { BTreeMap::new() } else { store::uses(db, &needed).await? };
        let touched = react::settle(considered, events, &mut memory);
        let rows = react::decision_rows(considered, events);
        let new = store::decide(db, self.clock.now(), &rows).await?;
        let mut follows = react::consequences(considered, events, &new, &mut self.fork());
        if !touched.is_empty() {
            store::remember_uses(db, &react::use_rows(&memory, &touched)).await?;
        }
        if !follows.exposures.is_empty() {
            store::expose(db, &follows.exposures).await?;
        }
        if !follows.reactions.is_empty() {
            given_on_arrival(db, &mut follows).await?;
            store::insert_reactions(db, self.clock.now(), &follows.reactions).await?;
            if follows.reactions.iter().any(|row| row.done.is_none()) {
                self.owed.notify_one();
            }
        }
        let counts: Vec<(Uuid, [i64; 4])> = follows.counts.into_iter().collect();
        store::count(db, store::CountedBy::Decisions, &counts).await?;
        metrics::counter!("rules_decisions_total").increment(u64::try_from(rows.len()).unwrap_or(0));
        metrics::counter!("rules_reactions_total")
            .increment(u64::try_from(follows.reactions.len()).unwrap_or(0));
        Ok(())
    }

    fn fork(&self) -> ChaCha20Rng {
        let mut seed = [0_u8; 32];
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut seed);
        ChaCha20Rng::from_seed(seed)
    }
}

/// Points that were given when their activity was reported are no longer owed.
async fn given_on_arrival(db: &mut PgConnection, follows: &mut Consequences<'_>) -> sqlx::Result<()> {
    let given = crate::loyalty::already_posted(db, &follows.reactions).await?;
    let mut given: BTreeMap<_, _> = given.into_iter().collect();
    for row in &mut follows.reactions {
        row.done = given.remove(&row.reaction_id);
        if row.done.is_some() {
            let [_, _, reacted, _] = follows.counts.entry(row.rule_id).or_default();
            *reacted += 1;
        }
    }
    Ok(())
}

/// The customers of those events that a rule looks at, in one question.
async fn customers(
    db: &mut PgConnection,
    set: &RuleSet,
    events: &[Event],
    scores: &Scores,
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<Uuid, Value>> {
    let ids: BTreeSet<Uuid> =
        events.iter().filter(|event| !set.of_event(&event.kind).is_empty()).filter_map(customer_of).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<CustomerId> = ids.into_iter().map(CustomerId::from_uuid).collect();
    let read = Read::of(set, events);
    let mut facts = match () {
        () if read.customer || !read.predictions.is_empty() => {
            crate::loyalty::customers(&mut *db, &ids, now).await?
        }
        () if read.account => crate::loyalty::accounts(&mut *db, &ids, now).await?,
        () if !read.cards.is_empty() => ids.iter().map(|id| (*id, Value::Object(Map::new()))).collect(),
        () => return Ok(BTreeMap::new()),
    };
    crm::query::add_cards(&mut *db, &read.cards, &mut facts).await?;
    scores.add(db, &read.predictions, &mut facts, now).await?;
    Ok(facts.into_iter().map(|(id, facts)| (id.as_uuid(), facts)).collect())
}

/// What the criteria of rules about some events read beside the event: nothing else is looked up.
#[derive(Default)]
struct Read {
    customer: bool,
    account: bool,
    /// By name.
    predictions: BTreeSet<String>,
    /// Kinds of linked cards.
    cards: BTreeSet<String>,
}

impl Read {
    fn of(set: &RuleSet, events: &[Event]) -> Self {
        let kinds: BTreeSet<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        let rules = kinds.into_iter().flat_map(|kind| set.of_event(kind));
        let mut read = Self::default();
        for version in rules.flat_map(|rule| rule.versions()) {
            for field in version.rule.fields() {
                match field.split('.').next() {
                    Some("customer") => read.customer = true,
                    Some("account") => read.account = true,
                    _ => {}
                }
            }
            read.predictions.extend(version.rule.predictions());
            read.cards.extend(version.rule.card_kinds());
        }
        read
    }
}

impl Handler for RulesConsumer {
    fn handle<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [Event],
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            let done = self.batch(db, events).await;
            if done.is_err() {
                // What was read in the transaction that is rolled back is read again.
                self.set.store(None);
            }
            done
        })
    }

    /// A rule needs no event but its own, so one that the database refuses holds up no other.
    fn isolates(&self) -> bool {
        true
    }
}
