//! From a shop's history to a rule that fires for the right customer, against a real Postgres.

use super::*;
use crate::automation::{CONSUMER, RulesConsumer};
use base::id::{CustomerId, PersonId, PredictionId};
use base::{Author, Edit, FixedClock};
use chrono::{DateTime, TimeDelta, Utc};
use crm::customer::CustomerFields;
use crm::viewer::Viewer;
use platform::event::{OutsideEvent, advance, append_many};
use platform::testing::TestDb;
use prediction::definition::PredictionFields;
use prediction::record::VersionState;
use prediction::{query, store};
use rand::{RngExt, SeedableRng};
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use rules::rule::RuleFields;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tashkent;

fn noon() -> DateTime<Utc> {
    "2026-03-02T07:00:00Z".parse().unwrap()
}

struct Site {
    db: TestDb,
    clock: Arc<FixedClock>,
    rng: ChaCha8Rng,
    dice: ChaCha20Rng,
}

impl Site {
    async fn new() -> Self {
        let clock = Arc::new(FixedClock::at(noon()));
        let (rng, dice) = (ChaCha8Rng::seed_from_u64(1), ChaCha20Rng::seed_from_u64(2));
        Self { db: TestDb::new().await, clock, rng, dice }
    }

    fn edit(&mut self, now: DateTime<Utc>) -> Edit<'_> {
        Edit { now, author: Author::System, rng: &mut self.rng }
    }

    async fn customer(&mut self, name: &str) -> CustomerId {
        let mut db = self.db.pool().acquire().await.unwrap();
        let fields: CustomerFields =
            serde_json::from_value(json!({ "kind": "individual", "name": name })).unwrap();
        let mut edit = self.edit(noon() - TimeDelta::days(300));
        crm::store::insert(&mut db, &mut edit, &Viewer::Server, &fields).await.unwrap().id
    }

    async fn append(&mut self, events: &[OutsideEvent]) {
        for chunk in events.chunks(5_000) {
            let mut tx = self.db.pool().begin().await.unwrap();
            append_many(&mut tx, noon(), &mut self.rng, chunk).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    async fn predict(&mut self) -> PredictionId {
        let fields: PredictionFields = serde_json::from_value(json!({
            "name": "will_buy", "title": { "en": "Will buy" },
            "definition": {
                "target": { "event": "purchase" }, "within_days": 14,
                "among": { "events": ["purchase"], "within_days": 180 },
                "sources": [{ "event": "purchase", "amount": "amount" }],
            },
        }))
        .unwrap();
        let mut tx = self.db.pool().begin().await.unwrap();
        let mut edit = self.edit(noon());
        let id = store::insert(&mut tx, &mut edit, &fields).await.unwrap().id;
        store::ask(&mut tx, &mut edit, id).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn train(&mut self) -> bool {
        train_next(self.db.pool(), &*self.clock, ZONE, &mut self.dice).await.unwrap()
    }

    async fn launch_rule(&mut self, text: &str) {
        let document = json!({
            "event": "site.visited", "criteria": { "kind": "expression", "text": text },
            "reactions": [{ "key": "note", "kind": "emit", "event": "cart.updated", "data": {} }],
        });
        let fields = RuleFields { name: "likely".to_owned(), description: String::new(), document };
        let mut tx = self.db.pool().begin().await.unwrap();
        let person = |number| Author::Person(PersonId::from_uuid(Uuid::from_u128(number)));
        let mut edit = Edit { now: noon(), author: person(1), rng: &mut self.rng };
        let rule = rules::store::insert(&mut tx, &mut edit, &fields).await.unwrap();
        rules::store::ask_approval(&mut tx, &mut edit, rule.id).await.unwrap();
        edit.author = person(2);
        rules::store::approve(&mut tx, &mut edit, rule.id).await.unwrap();
        rules::store::launch(&mut tx, &mut edit, rule.id, None, &[]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Reads the log to its end; what was decided about each customer's last event.
    async fn decide(&self, consumer: &RulesConsumer) -> BTreeMap<Uuid, (String, Value)> {
        loop {
            advance(self.db.pool(), CONSUMER, consumer).await.unwrap();
            let mut db = self.db.pool().acquire().await.unwrap();
            if platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
                break;
            }
        }
        let rows: Vec<(Uuid, String, Value)> =
            sqlx::query_as("select customer_id, verdict, inputs from rules.decision order by occurred_at")
                .fetch_all(self.db.pool())
                .await
                .unwrap();
        rows.into_iter().map(|(customer, verdict, inputs)| (customer, (verdict, inputs))).collect()
    }
}

fn event(kind: &str, customer: Uuid, at: DateTime<Utc>) -> OutsideEvent {
    OutsideEvent {
        kind: kind.to_owned(),
        source: "shop".to_owned(),
        id: format!("{kind}-{customer}-{}", at.timestamp_micros()),
        time: Some(at),
        subject: None,
        customer: Some(CustomerId::from_uuid(customer)),
        data: json!({ "amount": 100 }).as_object().cloned().unwrap(),
        depth: 0,
        correlation: None,
        author: Author::System,
    }
}

/// Half a year of a shop whose customers have a pace of their own and leave some day; `keen` buys every third day, and
/// `lost` did until three months ago.
fn history(keen: CustomerId, lost: CustomerId) -> Vec<OutsideEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut events = Vec::new();
    for customer in 1..=900 {
        let (pace, leaves_in) = (rng.random_range(0.01..0.25), rng.random_range(20..400));
        for day in (0..180).filter(|day| *day < leaves_in) {
            if rng.random_bool(pace) {
                let at =
                    noon() - TimeDelta::days(180 - day) + TimeDelta::seconds(rng.random_range(0..60_000));
                events.push(event("purchase", Uuid::from_u128(customer), at));
            }
        }
    }
    for day in (3..180).step_by(3) {
        let at = noon() - TimeDelta::days(day);
        events.push(event("purchase", keen.as_uuid(), at));
        if day > 90 {
            events.push(event("purchase", lost.as_uuid(), at));
        }
    }
    events
}

/// BRE-ML-01: a decision in real time by what is predicted: the rule fires for the customer who will probably buy, the
/// decision keeps the score and the version of the model; without a launched model there is no value and no reaction.
#[tokio::test]
async fn a_rule_fires_for_who_will_probably_buy() {
    let mut site = Site::new().await;
    let (keen, lost) = (site.customer("Aziza").await, site.customer("Bobur").await);
    let past = history(keen, lost);
    site.append(&past).await;
    let id = site.predict().await;
    assert!(site.train().await);
    assert!(!site.train().await, "nothing else is to be trained");
    let mut db = site.db.pool().acquire().await.unwrap();
    let version = query::find_version(&mut db, id, 1).await.unwrap().unwrap();
    assert_eq!(version.state, VersionState::Trained, "{version:?}");
    assert!(version.quality.as_ref().unwrap().auc > 0.7, "{version:?}");
    assert!(version.done > 1_000 && version.done == version.total, "{version:?}");
    store::launch(&mut db, &mut site.edit(noon()), id, None).await.unwrap();
    site.launch_rule("prediction.will_buy > 0.6").await;

    let consumer =
        RulesConsumer::new(ZONE, site.clock.clone(), [1; 32], Arc::default(), TimeDelta::days(400));
    site.append(&[keen, lost].map(|customer| event("site.visited", customer.as_uuid(), noon()))).await;
    let decided = site.decide(&consumer).await;
    let (verdict, inputs) = &decided[&keen.as_uuid()];
    assert_eq!(verdict, "matched", "{inputs}");
    assert!(inputs["prediction.will_buy"].as_f64().unwrap() > 0.6, "{inputs}");
    assert_eq!(inputs["prediction.will_buy.version"], json!(1));
    let (verdict, inputs) = &decided[&lost.as_uuid()];
    assert_eq!(verdict, "criteria", "{inputs}");
    assert!(inputs["prediction.will_buy"].as_f64().unwrap() < 0.4, "{inputs}");

    // Nothing is predicted any more: no value, and a comparison with no value is false.
    store::retire(&mut db, &mut site.edit(noon()), id).await.unwrap();
    site.append(&[event("site.visited", keen.as_uuid(), noon() + TimeDelta::seconds(1))]).await;
    let (verdict, inputs) = &site.decide(&consumer).await[&keen.as_uuid()];
    assert_eq!((verdict.as_str(), &inputs["prediction.will_buy"]), ("criteria", &Value::Null));
}

/// BRE-ML-01: a score is computed once a minute for a customer; of the past it is computed as of then.
#[tokio::test]
async fn scores_are_kept_for_a_minute_and_look_back_only() {
    let mut site = Site::new().await;
    let (keen, lost) = (site.customer("Aziza").await, site.customer("Bobur").await);
    let past = history(keen, lost);
    site.append(&past).await;
    let id = site.predict().await;
    site.train().await;
    let mut db = site.db.pool().acquire().await.unwrap();
    store::launch(&mut db, &mut site.edit(noon()), id, None).await.unwrap();
    let launched = query::launched(&mut db, None).await.unwrap();
    let scores = Scores::new(ZONE);
    let mut look = async |who, at: DateTime<Utc>, now| {
        let none = BTreeMap::new();
        scores.scores(&mut db, &launched, &[(who, at)], &none, now).await.unwrap()[0].probability
    };

    let before = look(lost, noon(), Some(noon())).await;
    // He was as keen as she is now.
    let then = look(lost, noon() - TimeDelta::days(91), None).await;
    assert!(before < 0.4 && then > 0.6, "{before} {then}");

    let bought: Vec<_> =
        (0..9).map(|hour| event("purchase", lost.as_uuid(), noon() - TimeDelta::hours(hour + 1))).collect();
    site.append(&bought).await;
    let known = look(lost, noon(), Some(noon() + TimeDelta::seconds(59))).await;
    assert!((known - before).abs() < 1e-12, "known for a minute");
    let later = noon() + SCORE_FOR;
    assert!(look(lost, later, Some(later)).await > before, "then it counts what was bought");
}

/// BRE-ML-01, UMS-ENT-05: an attribute that changed after the cut-off is learnt from as it was.
#[tokio::test]
async fn attributes_are_those_of_the_cut_off() {
    let mut site = Site::new().await;
    let (one, other) = (site.customer("Aziza").await, site.customer("Bobur").await);
    let mut db = site.db.pool().acquire().await.unwrap();
    for (days, value) in [(200, 10), (20, 20), (5, 30)] {
        let mut edit = site.edit(noon() - TimeDelta::days(days));
        crm::store::set_attribute(&mut db, &mut edit, one, "arpu", &json!(value)).await.unwrap();
    }
    let mut edit = site.edit(noon() - TimeDelta::days(100));
    crm::store::set_attribute(&mut db, &mut edit, other, "arpu", &json!(7)).await.unwrap();
    let ids = [one.as_uuid(), other.as_uuid()];
    let mut at = async |days| {
        let keys = ["arpu".to_owned()];
        let then = attributes::at(&mut db, &ids, &keys, noon() - TimeDelta::days(days)).await.unwrap();
        ids.map(|id| then[&id]["arpu"].clone())
    };
    assert_eq!(at(30).await, [json!(10), json!(7)]);
    assert_eq!(at(10).await, [json!(20), json!(7)]);
    assert_eq!(at(0).await, [json!(30), json!(7)]);
    assert_eq!(at(150).await, [json!(10), Value::Null]);
}

/// BRE-ML-01: what cannot be learnt says why; the lot of a customer stays for the day.
#[tokio::test]
async fn a_training_without_history_says_why_and_the_lot_is_that_of_the_day() {
    let mut site = Site::new().await;
    let id = site.predict().await;
    assert!(site.train().await);
    let mut db = site.db.pool().acquire().await.unwrap();
    let version = query::find_version(&mut db, id, 1).await.unwrap().unwrap();
    assert_eq!(version.state, VersionState::Failed);
    assert!(version.error.as_ref().unwrap().contains("too few customers"), "{version:?}");

    let customer = site.customer("Aziza").await;
    let mut lots = Vec::new();
    for hours in [0, 1, 24] {
        let mut facts = BTreeMap::from([(customer, json!({}))]);
        let now = noon() + TimeDelta::hours(hours);
        Scores::new(ZONE).add(&mut db, &BTreeSet::from([LOT.to_owned()]), &mut facts, now).await.unwrap();
        let facts = rules::Facts::default().of_customer(facts.remove(&customer).unwrap());
        lots.push(facts.prediction["lot"].as_f64().unwrap());
    }
    assert!((lots[0] - lots[1]).abs() < 1e-12 && (lots[0] - lots[2]).abs() > 1e-12, "{lots:?}");
}
