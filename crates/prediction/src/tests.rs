//! From a log of events to a launched model, against a real Postgres.

use crate::definition::PredictionFields;
use crate::feature::{Feature, features};
use crate::model::{Example, Model, TrainingError, learn};
use crate::quality::{Quality, Refusal};
use crate::record::{PredictionState, VersionState};
use crate::store::{self, Trained};
use crate::{Definition, query};
use base::id::CustomerId;
use base::{Author, ChangeError, Edit};
use chrono::{DateTime, TimeDelta, Utc};
use platform::event::{OutsideEvent, append_many};
use platform::testing::TestDb;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tashkent;

fn now() -> DateTime<Utc> {
    "2026-06-01T07:00:00Z".parse().unwrap()
}

fn fields(within_days: u16, happens: bool) -> PredictionFields {
    serde_json::from_value(json!({
        "name": "will_buy", "title": { "en": "Will buy" },
        "definition": {
            "target": { "event": "purchase", "criteria": { "kind": "expression", "text": "event.amount >= 10" } },
            "happens": happens, "within_days": within_days,
            "among": { "events": ["purchase", "site.visited"], "within_days": 90 },
            "sources": [
                { "event": "purchase", "amount": "amount", "category": "category" }, { "event": "site.visited" },
            ],
        },
    }))
    .unwrap()
}

fn event(kind: &str, customer: u128, at: DateTime<Utc>, data: Value) -> OutsideEvent {
    OutsideEvent {
        kind: kind.to_owned(),
        source: "shop".to_owned(),
        id: format!("{kind}-{customer}-{}", at.timestamp_micros()),
        time: Some(at),
        subject: None,
        customer: Some(CustomerId::from_uuid(Uuid::from_u128(customer))),
        data: data.as_object().cloned().unwrap(),
        depth: 0,
        correlation: None,
        author: Author::System,
    }
}

async fn append(db: &TestDb, events: &[OutsideEvent]) {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for chunk in events.chunks(5_000) {
        let mut tx = db.pool().begin().await.unwrap();
        append_many(&mut tx, now(), &mut rng, chunk).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Half a year of purchases: each customer has a pace of its own, and most lose interest at some moment, so that who
/// bought often and lately buys again. Visits come by chance.
fn shop(customers: u128, seed: u64) -> Vec<OutsideEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut events = Vec::new();
    for customer in 1..=customers {
        let pace = rng.random_range(0.01..0.15);
        let leaves_in = rng.random_range(20..400);
        for day in 0..180 {
            let at = now() - TimeDelta::days(180 - day) + TimeDelta::seconds(rng.random_range(0..80_000));
            if day < leaves_in && rng.random_bool(pace) {
                let amount = rng.random_range(10..500);
                events.push(event("purchase", customer, at, json!({ "amount": amount, "category": "food" })));
            }
            if rng.random_bool(0.02) {
                events.push(event("site.visited", customer, at + TimeDelta::seconds(1), json!({})));
            }
        }
    }
    events
}

/// What a training does, without its pauses.
async fn train(
    db: &TestDb,
    definition: &Definition,
) -> (Vec<Feature>, Result<(Model, Quality), TrainingError>) {
    let mut db = db.pool().acquire().await.unwrap();
    let features = features(definition, &BTreeMap::new());
    let mut sets: Vec<Vec<Example>> = Vec::new();
    for at in definition.cut_offs(now()) {
        let all = query::population(&mut db, &definition.among, at, 1, 10_000).await.unwrap();
        let examples =
            query::examples(&mut db, definition, &features, &all.customers, at, ZONE, &BTreeMap::new())
                .await
                .unwrap();
        sets.push(examples);
    }
    let learnt = learn(&features, &sets[0], &sets[1]);
    (features, learnt)
}

/// BRE-ML-01: behaviour is predicted from history. On a newer time than it learnt from, the model tells buyers apart,
/// its probabilities hold, and churn is the same question the other way round.
#[tokio::test]
async fn buyers_are_told_apart_on_a_time_that_was_not_learnt_from() {
    let db = TestDb::new().await;
    append(&db, &shop(2_500, 1)).await;
    let definition = fields(14, true).definition;

    let (_, learnt) = train(&db, &definition).await;
    let (model, quality) = learnt.unwrap();
    assert!(quality.auc > 0.7, "{quality:?}");
    assert!(quality.log_loss < quality.log_loss_base && quality.lift > 1.5, "{quality:?}");
    assert_eq!(quality.judge(), Ok(()));
    for decile in &quality.deciles {
        assert!((decile.predicted - decile.actual).abs() < 0.15, "{:?}", quality.deciles);
    }
    let first = model.features.first().unwrap();
    assert_eq!(first.feature.event(), Some("purchase"), "visits say nothing: {:?}", model.features);

    let (_, again) = train(&db, &definition).await;
    assert_eq!(again.unwrap().0, model, "the same history gives the same model");

    let (_, churn) = train(&db, &fields(30, false).definition).await;
    let (churn, quality) = churn.unwrap();
    assert!(quality.auc > 0.7, "{quality:?}");
    let often = crate::feature::Habit { since_last: 1.0, counts: [2.0, 8.0, 20.0], ..Default::default() };
    let history =
        crate::feature::History { habits: [("purchase".to_owned(), often)].into(), ..Default::default() };
    assert!(churn.score(&history) < churn.score(&crate::feature::History::default()));
}

/// BRE-ML-01: what happens by chance cannot be predicted, and such a model is refused with the reason.
#[tokio::test]
async fn a_model_of_chance_is_not_launched() {
    let db = TestDb::new().await;
    append(&db, &shop(1_500, 2)).await;
    let mut definition = fields(14, true).definition;
    // Visits come to everybody alike.
    definition.target = serde_json::from_value(json!({ "event": "site.visited" })).unwrap();
    let (_, learnt) = train(&db, &definition).await;
    let (model, quality) = learnt.unwrap();
    assert_eq!(quality.judge(), Err(Refusal::NotBetter), "{quality:?}");

    let mut tx = db.pool().begin().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
    let prediction = store::insert(&mut tx, &mut edit, &PredictionFields { definition, ..fields(14, true) })
        .await
        .unwrap();
    store::ask(&mut tx, &mut edit, prediction.id).await.unwrap();
    let claimed = store::claim(&mut tx, now(), now() + TimeDelta::seconds(60)).await.unwrap().unwrap();
    store::finish(&mut tx, &mut edit, &claimed, &Trained { model, quality, limited: false }).await.unwrap();
    let version = query::find_version(&mut tx, prediction.id, 1).await.unwrap().unwrap();
    assert_eq!((version.state, version.refused.as_deref()), (VersionState::Trained, Some("not_better")));
    let refused = store::launch(&mut tx, &mut edit, prediction.id, None).await.unwrap_err();
    assert!(refused.to_string().contains("not better than the base rate"), "{refused}");
}

/// BRE-ML-01: nothing that happens from the cut-off on reaches a feature, however much of it there is.
#[tokio::test]
async fn the_future_does_not_leak_into_the_features() {
    let db = TestDb::new().await;
    let at = now() - TimeDelta::days(30);
    let before = |days: i64| at - TimeDelta::days(days) - TimeDelta::seconds(1);
    append(
        &db,
        &[
            event("purchase", 7, before(100), json!({ "amount": 5, "category": "a" })),
            event("purchase", 7, before(20), json!({ "amount": 10, "category": "a" })),
            event("purchase", 7, before(3), json!({ "amount": 30, "category": "b" })),
            event("purchase", 8, before(3), json!({ "amount": "many" })),
        ],
    )
    .await;
    let definition = fields(14, true).definition;
    let all = features(&definition, &BTreeMap::new());
    let who: Vec<Uuid> = [7, 8].map(Uuid::from_u128).into();
    let look = async || {
        let mut db = db.pool().acquire().await.unwrap();
        let population = query::population(&mut db, &definition.among, at, 1, 10).await.unwrap();
        let examples =
            query::examples(&mut db, &definition, &all, &who, at, ZONE, &BTreeMap::new()).await.unwrap();
        let asked: Vec<_> = who.iter().map(|id| (*id, at)).collect();
        let habits = query::habits(&mut db, &definition.sources, &asked, ZONE).await.unwrap();
        (population, examples, habits)
    };
    let (population, examples, habits) = look().await;
    let habit = habits[0]["purchase"];
    assert_eq!((habit.counts, habit.sums, habit.mean), ([1.0, 2.0, 2.0], [40.0, 40.0], Some(20.0)));
    assert!((habit.since_last - 3.0).abs() < 0.001 && (habit.since_first - 100.0).abs() < 0.001);
    assert!((habit.categories - 2.0).abs() < 1e-9);
    assert_eq!(habits[1]["purchase"].mean, None, "an amount that is no number is none");
    assert!(examples.iter().all(|example| !example.outcome));

    // From the very moment of the cut-off on: outcomes, never features. A third customer appears.
    let mut future: Vec<OutsideEvent> = (0..50)
        .map(|hour| {
            event("purchase", 7, at + TimeDelta::hours(hour), json!({ "amount": 9_999, "category": "z" }))
        })
        .collect();
    future.push(event("purchase", 9, at, json!({ "amount": 9_999 })));
    append(&db, &future).await;
    let (population_after, examples_after, habits_after) = look().await;
    assert_eq!((population_after, &habits_after), (population, &habits));
    for (one, other) in examples.iter().zip(&examples_after) {
        assert_eq!(one.values, other.values);
    }
    let outcomes: Vec<bool> = examples_after.iter().map(|example| example.outcome).collect();
    assert_eq!(outcomes, [true, false]);
}

/// BRE-ML-01: which customers are taken of too many follows from the stored seed, and that there were more is said.
#[tokio::test]
async fn a_sample_follows_from_its_seed() {
    let db = TestDb::new().await;
    let events: Vec<_> =
        (1..=50).map(|customer| event("purchase", customer, now() - TimeDelta::days(1), json!({}))).collect();
    append(&db, &events).await;
    let among = fields(14, true).definition.among;
    let mut db = db.pool().acquire().await.unwrap();
    let one = query::population(&mut db, &among, now(), 1, 20).await.unwrap();
    assert!(one.limited && one.customers.len() == 20);
    assert_eq!(query::population(&mut db, &among, now(), 1, 20).await.unwrap(), one);
    assert_ne!(query::population(&mut db, &among, now(), 2, 20).await.unwrap(), one);
    assert!(!query::population(&mut db, &among, now(), 1, 50).await.unwrap().limited);
}

fn model() -> Trained {
    let sharp: Vec<(f64, bool)> =
        (0..1_000).map(|number| if number % 4 == 0 { (0.9, true) } else { (0.1, false) }).collect();
    Trained {
        model: Model { features: Vec::new(), intercept: 0.0, base_rate: 0.25 },
        quality: Quality::of(&sharp, 0.25, 1_000),
        limited: false,
    }
}

/// BRE-ML-01: draft, trained, launched, retired; a launched prediction is trained again by the clock and launches itself.
#[tokio::test]
async fn versions_follow_each_other_and_the_clock_trains_again() {
    let db = TestDb::new().await;
    let mut tx = db.pool().begin().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
    let id = store::insert(&mut tx, &mut edit, &fields(14, true)).await.unwrap().id;
    let until = now() + TimeDelta::days(9);

    store::ask(&mut tx, &mut edit, id).await.unwrap();
    assert!(store::launch(&mut tx, &mut edit, id, None).await.is_err(), "nothing is trained yet");
    let claimed = store::claim(&mut tx, now(), until).await.unwrap().unwrap();
    assert!(store::claim(&mut tx, now(), until).await.unwrap().is_none(), "one works on it");
    assert!(store::progress(&mut tx, &claimed, (1, 2), until).await.unwrap());
    store::finish(&mut tx, &mut edit, &claimed, &model()).await.unwrap();
    assert_eq!(query::find(&mut tx, id).await.unwrap().unwrap().state, PredictionState::Trained);
    assert!(query::launched(&mut tx, None).await.unwrap().is_empty());
    let launched = store::launch(&mut tx, &mut edit, id, None).await.unwrap();
    assert_eq!((launched.state, launched.live_version), (PredictionState::Launched, Some(1)));

    // The draft changes; the clock goes on with what was launched.
    let changed = fields(30, true);
    store::update(&mut tx, &mut edit, id, launched.version, &changed).await.unwrap();
    assert_eq!(store::schedule(&mut tx, &mut edit).await.unwrap(), 0, "a day has not passed");
    edit.now = now() + TimeDelta::hours(25);
    assert_eq!(store::schedule(&mut tx, &mut edit).await.unwrap(), 1);
    assert_eq!(store::schedule(&mut tx, &mut edit).await.unwrap(), 0, "it is being trained");
    let claimed = store::claim(&mut tx, edit.now, until).await.unwrap().unwrap();
    assert_eq!((claimed.number, claimed.scheduled, claimed.definition.within_days), (2, true, 14));
    store::finish(&mut tx, &mut edit, &claimed, &model()).await.unwrap();
    assert_eq!(query::launched(&mut tx, None).await.unwrap()[0].number, 2);
    assert!(matches!(store::archive(&mut tx, &mut edit, id).await, Err(ChangeError::InUse(_))));

    let retired = store::retire(&mut tx, &mut edit, id).await.unwrap();
    assert_eq!((retired.state, retired.live_version), (PredictionState::Retired, None));
    store::archive(&mut tx, &mut edit, id).await.unwrap();
    assert!(query::find(&mut tx, id).await.unwrap().is_none());
}
