//! Rules at work against a real Postgres: events in, decisions and reactions out.

use super::*;
use base::id::{CustomerId, PersonId};
use base::{Author, Clock, Edit, FixedClock};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use platform::event::{OutsideEvent, Subject, advance, append_many};
use platform::testing::TestDb;
use platform::tls::Authorities;
use platform::vault::Vault;
use rand::SeedableRng;
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use rules::document::Act;
use rules::rule::{Rule, RuleFields};
use rules::store::{self, DueReaction};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;
use uuid::Uuid;

mod batch;
mod cards;
mod responses;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tashkent;

fn noon() -> DateTime<Utc> {
    "2026-03-02T07:00:00Z".parse().unwrap()
}

struct Site {
    db: TestDb,
    clock: Arc<FixedClock>,
    consumer: RulesConsumer,
    worker: Reactions,
    dice: ChaCha20Rng,
    rng: ChaCha8Rng,
    said: Arc<Mutex<Vec<String>>>,
}

/// Notes what it is asked to do; the template `broken` is refused, `away` does not answer.
struct Notes(Arc<Mutex<Vec<String>>>);

impl Perform for Notes {
    fn perform<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        causes: &'a [Cause<'a>],
    ) -> LocalBoxFuture<'a, Outcomes> {
        Box::pin(async move {
            if !causes.iter().all(|cause| matches!(cause.due.act.0, Act::Message { .. })) {
                return Performer.perform(db, edit, causes).await;
            }
            let acts: Vec<Value> =
                causes.iter().map(|cause| preview(&cause.due.act.0, cause.facts).unwrap()).collect();
            for act in &acts {
                match act["template"].as_str() {
                    Some("broken") => return Err(Trouble::Refused("no such template".to_owned())),
                    Some("away") => return Err(Trouble::Later("the centre is away".to_owned())),
                    _ => {}
                }
            }
            let mut said = self.0.lock().unwrap();
            said.extend(causes.iter().zip(&acts).map(|(cause, act)| format!("{} {act}", cause.due.key)));
            Ok(causes.iter().map(|cause| json!({ "did": cause.due.key })).collect())
        })
    }

    fn undo<'a>(
        &'a self,
        _: &'a mut PgConnection,
        _: &'a mut Edit<'_>,
        due: &'a DueReaction,
    ) -> LocalBoxFuture<'a, Result<(), Trouble>> {
        self.0.lock().unwrap().push(format!("undo {}", due.key));
        Box::pin(async { Ok(()) })
    }
}

impl Site {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let clock = Arc::new(FixedClock::at(noon()));
        let said = Arc::new(Mutex::new(Vec::new()));
        let owed = Arc::new(Notify::new());
        let worker = Reactions {
            pool: db.pool().clone(),
            clock: clock.clone(),
            zone: ZONE,
            perform: Box::new(Notes(Arc::clone(&said))),
            client: flow::connector::http::Client::new(
                Vault::with_key([5; 32]).unwrap(),
                &Authorities::default(),
            )
            .unwrap(),
            owed: Arc::clone(&owed),
            references: rules::query::KnownReferences::default(),
        };
        let consumer = RulesConsumer::new(ZONE, clock.clone(), [1; 32], owed, TimeDelta::days(400));
        let (dice, rng) = (ChaCha20Rng::seed_from_u64(2), ChaCha8Rng::seed_from_u64(3));
        Self { db, clock, consumer, worker, dice, rng, said }
    }

    /// Writes, approves and launches a rule.
    async fn launch(&mut self, name: &str, document: Value) -> Rule {
        let mut db = self.db.pool().begin().await.unwrap();
        let fields = RuleFields { name: name.to_owned(), description: String::new(), document };
        let (writer, boss) =
            (PersonId::from_uuid(Uuid::from_u128(1)), PersonId::from_uuid(Uuid::from_u128(2)));
        let mut edit = Edit { now: self.clock.now(), author: Author::Person(writer), rng: &mut self.rng };
        let rule = store::insert(&mut db, &mut edit, &fields).await.unwrap();
        store::ask_approval(&mut db, &mut edit, rule.id).await.unwrap();
        edit.author = Author::Person(boss);
        store::approve(&mut db, &mut edit, rule.id).await.unwrap();
        let rule = store::launch(&mut db, &mut edit, rule.id, None, &[]).await.unwrap();
        db.commit().await.unwrap();
        rule
    }

    async fn send(&mut self, kind: &str, id: &str, customer: u128, data: Value) {
        self.send_at(kind, id, customer, data, self.clock.now(), 0).await;
    }

    async fn send_at(
        &mut self,
        kind: &str,
        id: &str,
        customer: u128,
        data: Value,
        at: DateTime<Utc>,
        depth: u8,
    ) {
        let event = OutsideEvent {
            kind: kind.to_owned(),
            source: "shop".to_owned(),
            id: id.to_owned(),
            time: Some(at),
            subject: Some(Subject { kind: "phone".to_owned(), value: "+998901234567".to_owned() }),
            customer: (customer > 0).then(|| CustomerId::from_uuid(Uuid::from_u128(customer))),
            data: data.as_object().cloned().unwrap(),
            depth,
            correlation: None,
            author: Author::System,
        };
        let mut db = self.db.pool().begin().await.unwrap();
        append_many(&mut db, self.clock.now(), &mut self.rng, &[event]).await.unwrap();
        db.commit().await.unwrap();
    }

    /// Reads the log to its end. Open writes of other tests on the same cluster hold the horizon back for a while.
    async fn read(&self) {
        loop {
            advance(self.db.pool(), CONSUMER, &self.consumer).await.unwrap();
            let mut db = self.db.pool().acquire().await.unwrap();
            if platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
                return;
            }
        }
    }

    async fn work(&mut self) -> Vec<String> {
        work_off(&self.worker, &mut self.dice).await.unwrap();
        std::mem::take(&mut *self.said.lock().unwrap())
    }

    async fn verdicts(&self) -> Vec<String> {
        sqlx::query_scalar("select verdict from rules.decision order by occurred_at, event_id")
            .fetch_all(self.db.pool())
            .await
            .unwrap()
    }

    async fn states(&self) -> Vec<(String, String)> {
        sqlx::query_as("select key, state from rules.reaction order by due_at, key")
            .fetch_all(self.db.pool())
            .await
            .unwrap()
    }
}

fn message(key: &str, template: &str) -> Value {
    json!({ "key": key, "kind": "message", "channel": "sms", "template": template })
}

fn document(text: &str, reactions: Value) -> Value {
    json!({ "event": "purchase", "criteria": { "kind": "expression", "text": text }, "reactions": reactions })
}

/// BRE-EVT-01, BRE-EVT-03: from an event of another system to a reaction, and never twice.
#[tokio::test]
async fn an_event_is_decided_once_and_its_reactions_are_done_once() {
    let mut site = Site::new().await;
    let rule =
        site.launch("thanks", document("event.amount > 100", json!([message("thank", "thanks")]))).await;
    site.send("purchase", "1", 7, json!({ "amount": 250 })).await;
    site.send("purchase", "2", 7, json!({ "amount": 50 })).await;
    site.send("purchase", "1", 7, json!({ "amount": 250 })).await;
    site.read().await;

    let mut verdicts = site.verdicts().await;
    verdicts.sort();
    assert_eq!(verdicts, ["criteria", "matched"]);
    assert_eq!(site.work().await.len(), 1);
    assert_eq!(site.states().await, [("thank".to_owned(), "done".to_owned())]);

    // A replay of the whole log changes nothing.
    sqlx::query("delete from platform.event_consumer").execute(site.db.pool()).await.unwrap();
    site.read().await;
    assert_eq!(site.work().await.len(), 0);
    let mut db = site.db.pool().acquire().await.unwrap();
    let counters = rules::query::find(&mut db, rule.id).await.unwrap().unwrap().counters;
    assert_eq!((counters.matched, counters.reacted), (1, 1));
}

/// A rule that cannot be computed says so and harms no other.
#[tokio::test]
async fn a_failed_rule_harms_no_other() {
    let mut site = Site::new().await;
    site.launch("broken", document("event.amount + event.name > 3", json!([message("a", "thanks")]))).await;
    site.launch("sound", document("event.amount > 100", json!([message("b", "thanks")]))).await;
    site.send("purchase", "1", 0, json!({ "amount": 250, "name": "x" })).await;
    site.read().await;
    let mut verdicts = site.verdicts().await;
    verdicts.sort();
    assert_eq!(verdicts, ["failed", "matched"]);
    assert_eq!(site.states().await, [("b".to_owned(), "waiting".to_owned())]);
}

/// OMNI-12: a customer reaches the limit; another does not.
#[tokio::test]
async fn a_limit_holds_for_each_customer() {
    let mut site = Site::new().await;
    let mut limited = document("true", json!([message("a", "thanks")]));
    limited["limit"] = json!({ "times": 1, "per_seconds": 3600 });
    site.launch("limited", limited).await;
    for (id, customer, minutes) in [("1", 7, 0), ("2", 7, 30), ("3", 8, 31), ("4", 7, 61)] {
        site.send_at("purchase", id, customer, json!({}), noon() + TimeDelta::minutes(minutes), 0).await;
        site.read().await;
    }
    assert_eq!(site.verdicts().await, ["matched", "limit", "matched", "matched"]);
}

/// UPS-05: a reminder a week later, unless the purchase happened in between.
#[tokio::test]
async fn a_later_reaction_is_needless_when_what_it_waits_for_happened() {
    let mut site = Site::new().await;
    let mut reminder = message("remind", "cart");
    reminder["after_seconds"] = json!(604_800);
    reminder["unless"] = json!({
        "event": "purchase", "criteria": { "kind": "expression", "text": "event.cart_id == 'c1'" },
    });
    let mut rule = document("true", json!([reminder]));
    rule["event"] = json!("cart.updated");
    site.launch("cart", rule).await;
    site.send("cart.updated", "1", 7, json!({ "cart_id": "c1" })).await;
    site.send("cart.updated", "2", 8, json!({ "cart_id": "c2" })).await;
    site.read().await;
    site.clock.advance(TimeDelta::days(1).to_std().unwrap());
    site.send("purchase", "p", 7, json!({ "cart_id": "c1" })).await;
    assert_eq!(site.work().await.len(), 0, "not due yet");
    site.clock.advance(TimeDelta::days(7).to_std().unwrap());
    assert_eq!(site.work().await.len(), 1);
    let mut states: Vec<String> = site.states().await.into_iter().map(|(_, state)| state).collect();
    states.sort();
    assert_eq!(states, ["done", "needless"]);
}

/// OMNI-09: when one reaction fails for good, the others are taken back.
#[tokio::test]
async fn a_failed_reaction_rolls_the_decision_back() {
    let mut site = Site::new().await;
    let mut later = message("later", "thanks");
    later["after_seconds"] = json!(86_400);
    let mut second = message("second", "broken");
    second["after_seconds"] = json!(1);
    let mut rule = document("true", json!([message("first", "thanks"), second, later]));
    rule["on_error"] = json!("roll_back");
    site.launch("all or nothing", rule).await;
    site.send("purchase", "1", 7, json!({})).await;
    site.read().await;
    assert_eq!(site.work().await.len(), 1);
    site.clock.advance(TimeDelta::seconds(2).to_std().unwrap());
    assert_eq!(site.work().await, ["undo first"]);
    let states: Vec<String> = site.states().await.into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["undone", "failed", "cancelled"]);
    let told: i64 =
        sqlx::query_scalar("select count(*) from platform.event where kind = 'rules.reaction_failed.v1'")
            .fetch_one(site.db.pool())
            .await
            .unwrap();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn what_may_work_later_is_tried_again_and_given_up_in_the_end() {
    let mut site = Site::new().await;
    site.launch("away", document("true", json!([message("a", "away")]))).await;
    site.send("purchase", "1", 7, json!({})).await;
    site.read().await;
    for _ in 0..8 {
        assert_eq!(site.states().await[0].1, "waiting");
        site.work().await;
        site.clock.advance(TimeDelta::hours(2).to_std().unwrap());
    }
    assert_eq!(site.states().await[0].1, "failed");
}

/// Rules that cause their own events end, and say so.
#[tokio::test]
async fn a_chain_of_events_ends_and_is_said() {
    let mut site = Site::new().await;
    let again = json!([{ "key": "again", "kind": "emit", "event": "purchase", "data": { "amount": "event.amount + 1" } }]);
    site.launch("again", document("true", again)).await;
    site.send("purchase", "1", 7, json!({ "amount": 1 })).await;
    for _ in 0..12 {
        site.read().await;
        site.work().await;
    }
    let verdicts = site.verdicts().await;
    assert_eq!(verdicts.iter().filter(|verdict| *verdict == "matched").count(), 8);
    assert_eq!(verdicts.iter().filter(|verdict| *verdict == "loop").count(), 1);
    let amounts: Vec<i64> = sqlx::query_scalar(
        "select (payload->'data'->>'amount')::bigint from platform.event where kind = 'purchase' order by 1",
    )
    .fetch_all(site.db.pool())
    .await
    .unwrap();
    assert_eq!(amounts, (1..=9).collect::<Vec<i64>>());
}

/// BRE-TEST-01: the goal is counted for whom the rule reached, within its time.
#[tokio::test]
async fn conversions_are_counted() {
    let mut site = Site::new().await;
    let mut rule = document("true", json!([message("a", "thanks")]));
    rule["goal"] = json!({ "event": "order.paid", "within_seconds": 3600 });
    let rule = site.launch("goal", rule).await;
    site.send("purchase", "1", 7, json!({})).await;
    site.send("purchase", "2", 8, json!({})).await;
    site.clock.advance(TimeDelta::minutes(10).to_std().unwrap());
    site.send("order.paid", "3", 7, json!({})).await;
    site.clock.advance(TimeDelta::hours(2).to_std().unwrap());
    site.send("order.paid", "4", 8, json!({})).await;
    site.read().await;
    let mut db = site.db.pool().acquire().await.unwrap();
    let counts = rules::query::variant_counts(&mut db, rule.id).await.unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].customers, counts[0].converted, counts[0].matched), (2, 1, 2));
}

/// BRE-TEST-01, OMNI-10: what a rule would have done, and nothing is done.
#[tokio::test]
async fn a_simulation_looks_at_stored_events_and_does_nothing() {
    let mut site = Site::new().await;
    let rule = site.launch("live", document("false", json!([]))).await;
    for n in 0..5_u32 {
        site.send("purchase", &n.to_string(), u128::from(n) + 1, json!({ "amount": n * 100 })).await;
    }
    let tried = document("event.amount >= 200", json!([message("thank", "thanks")]));
    let span = (noon() - TimeDelta::hours(3), noon() + TimeDelta::hours(3));
    let mut db = site.db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: noon(), author: Author::System, rng: &mut site.rng };
    let id = store::insert_simulation(&mut db, &mut edit, rule.id, &tried, &[], span).await.unwrap();
    assert!(simulate_next(site.db.pool(), &*site.clock, ZONE).await.unwrap());
    let done = rules::query::find_simulation(&mut db, rule.id, id).await.unwrap().unwrap();
    assert_eq!((done.state.as_str(), done.seen, done.total), ("done", 5, 5));
    assert_eq!((&done.result["matched"], &done.result["customers"]), (&json!(3), &json!(3)));
    assert_eq!(done.result["reactions"], json!({ "thank": 3 }));
    assert_eq!(done.result["would_not"], json!([{ "reason": "criteria", "count": 2 }]));
    assert!(site.states().await.is_empty());
}

/// BRE-ST-01: four eyes; a changed draft is no longer approved.
#[tokio::test]
async fn nobody_approves_what_they_wrote() {
    let mut site = Site::new().await;
    let mut db = site.db.pool().acquire().await.unwrap();
    let writer = Author::Person(PersonId::from_uuid(Uuid::from_u128(1)));
    let mut edit = Edit { now: noon(), author: writer, rng: &mut site.rng };
    let fields = RuleFields {
        name: "r".to_owned(),
        description: String::new(),
        document: document("true", json!([])),
    };
    let rule = store::insert(&mut db, &mut edit, &fields).await.unwrap();
    assert!(store::launch(&mut db, &mut edit, rule.id, None, &[]).await.is_err(), "not approved");
    assert!(store::approve(&mut db, &mut edit, rule.id).await.is_err(), "approval was not asked for");
    let rule = store::ask_approval(&mut db, &mut edit, rule.id).await.unwrap();
    assert!(store::approve(&mut db, &mut edit, rule.id).await.is_err(), "one's own");
    edit.author = Author::Person(PersonId::from_uuid(Uuid::from_u128(2)));
    let rule = store::approve(&mut db, &mut edit, rule.id).await.unwrap();
    let changed = store::update(&mut db, &mut edit, rule.id, rule.version, &fields).await.unwrap();
    assert_eq!(changed.state, rules::rule::RuleState::Draft);
    assert!(store::launch(&mut db, &mut edit, rule.id, None, &[]).await.is_err(), "changed since");
}

/// GAP-20, MKT-FLOW-02: a challenger beside the live version, promoted or rolled back.
#[tokio::test]
async fn a_challenger_runs_beside_and_is_promoted_or_rolled_back() {
    let mut site = Site::new().await;
    let rule = site.launch("ab", document("true", json!([message("a", "thanks")]))).await;
    let mut db = site.db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: noon(), author: Author::System, rng: &mut site.rng };
    let fields = RuleFields {
        name: "ab".to_owned(),
        description: String::new(),
        document: document("true", json!([message("b", "thanks")])),
    };
    store::update(&mut db, &mut edit, rule.id, rule.version, &fields).await.unwrap();
    store::ask_approval(&mut db, &mut edit, rule.id).await.unwrap();
    store::approve(&mut db, &mut edit, rule.id).await.unwrap();
    let both = store::launch(&mut db, &mut edit, rule.id, Some(50), &[]).await.unwrap();
    assert_eq!((both.live_version, both.challenger.unwrap().version), (Some(1), 2));
    drop(db);
    for customer in 1..=40 {
        site.send("purchase", &format!("e{customer}"), customer, json!({})).await;
    }
    site.read().await;
    let keys: Vec<(String, i64)> =
        sqlx::query_as("select key, count(*) from rules.reaction group by key order by key")
            .fetch_all(site.db.pool())
            .await
            .unwrap();
    assert_eq!(keys.len(), 2, "{keys:?}");
    let mut db = site.db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: noon(), author: Author::System, rng: &mut site.rng };
    let promoted = store::promote(&mut db, &mut edit, rule.id).await.unwrap();
    assert_eq!((promoted.live_version, promoted.challenger), (Some(2), None));
    let back = store::roll_back(&mut db, &mut edit, rule.id, 1).await.unwrap();
    assert_eq!(back.live_version, Some(1));
}
