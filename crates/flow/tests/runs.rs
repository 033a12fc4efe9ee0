//! Runs in a real Postgres: started, woken, done once, moved, and looked after by people.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use base::id::{InstanceId, PersonId};
use base::{Author, Edit};
use chrono::{DateTime, TimeDelta, Utc};
use flow::perform::{Cause, Doing, MessageWish, Performer, Trouble};
use flow::process::{Decision, Input, State, Status};
use flow::query::{run as runs, task as tasks};
use flow::store::flow::{NewFlow, change_draft, insert_drawn, migrate, publish, seed};
use flow::store::run::{Engine, claim};
use flow::store::signal::{Heard, behind, catch_up, wake};
use flow::store::{Start, start};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

const ANN: PersonId = PersonId::from_uuid(Uuid::from_u128(7));
const CUSTOMER: Uuid = Uuid::from_u128(42);

/// Notes what it is asked to do; refuses what is called `refuse`.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn note(&self, cause: &Cause, what: &str) -> Result<Value, Trouble> {
        if what.ends_with("refuse") {
            return Err(Trouble::Refused("refused".to_owned()));
        }
        self.0.lock().unwrap().push(format!("{what} {}", cause.entry));
        Ok(json!({}))
    }
}

impl Performer for Notes {
    fn customer<'a>(
        &'a self,
        _: &'a mut PgConnection,
        _: Uuid,
        predictions: &'a BTreeSet<String>,
        cards: &'a BTreeSet<String>,
    ) -> Doing<'a, Value> {
        let predicted: Map<String, Value> =
            predictions.iter().map(|name| (name.clone(), json!(0.9))).collect();
        let cards: Map<String, Value> =
            cards.iter().map(|kind| (kind.clone(), json!([{ "year": 2022 }]))).collect();
        let found =
            json!({ "name": "Aziza", "vip": true, "@prediction": { "": predicted }, "@cards": cards });
        Box::pin(async move { Ok(found) })
    }
    fn references<'a>(&'a self, _: &'a mut PgConnection) -> Doing<'a, rules::References> {
        Box::pin(async { Ok(rules::References::default()) })
    }
    fn zone(&self) -> chrono_tz::Tz {
        chrono_tz::Asia::Tashkent
    }
    fn person<'a>(&'a self, _: &'a mut PgConnection, name: &'a str) -> Doing<'a, Option<PersonId>> {
        Box::pin(async move { Ok((name == "ann").then_some(ANN)) })
    }
    fn message<'a>(
        &'a self,
        _: &'a mut PgConnection,
        _: &'a mut Edit<'_>,
        cause: &'a Cause,
        wish: MessageWish<'a>,
    ) -> Doing<'a, Value> {
        Box::pin(async move { self.note(cause, &format!("message {}", wish.template)) })
    }
    fn emit<'a>(
        &'a self,
        _: &'a mut PgConnection,
        _: &'a mut Edit<'_>,
        cause: &'a Cause,
        event: &'a str,
        _: &'a Map<String, Value>,
    ) -> Doing<'a, Value> {
        Box::pin(async move { self.note(cause, &format!("emit {event}")) })
    }
    fn set_attribute<'a>(
        &'a self,
        _: &'a mut PgConnection,
        _: &'a mut Edit<'_>,
        cause: &'a Cause,
        attribute: &'a str,
        value: &'a Value,
    ) -> Doing<'a, Value> {
        Box::pin(async move { self.note(cause, &format!("set {attribute} {value}")) })
    }
}

struct Scene {
    db: TestDb,
    engine: Engine,
    notes: Notes,
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
}

impl Scene {
    async fn new() -> Self {
        let notes = Notes::default();
        let engine = Engine::new(Box::new(notes.clone()));
        let now = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
        Self { db: TestDb::new().await, engine, notes, rng: ChaCha8Rng::seed_from_u64(1), now }
    }

    fn edit(&mut self) -> Edit<'_> {
        Edit { now: self.now, author: Author::System, rng: &mut self.rng }
    }

    async fn publish(&mut self, name: &str, nodes: Value) {
        let mut db = self.db.pool().acquire().await.unwrap();
        let draft = json!({ "name": name, "version": 1, "kind": "process", "start": "a", "nodes": nodes });
        let known = flow::query::flow::find_by_name(&mut db, name).await.unwrap();
        let kind = flow::Kind::Process;
        match known {
            None => {
                let new = NewFlow { name: name.to_owned(), kind, title: String::new() };
                insert_drawn(&mut db, &mut self.edit(), &new, &draft).await.unwrap();
            }
            Some(known) => {
                change_draft(&mut db, &mut self.edit(), name, known.version, &draft).await.unwrap();
            }
        }
        publish(&mut db, &mut self.edit(), name, "").await.unwrap();
    }

    async fn start(&mut self, key: &str, flow: &str) -> InstanceId {
        let mut db = self.db.pool().acquire().await.unwrap();
        let wanted = Start {
            key: key.to_owned(),
            flow: flow.to_owned(),
            customer: Some(CUSTOMER),
            ..Start::default()
        };
        let id = start(&mut db, &mut self.edit(), &wanted).await.unwrap();
        self.work().await;
        id
    }

    /// Takes on what is due, as the runner does, until nothing is.
    async fn work(&mut self) {
        for _ in 0..20 {
            let mut tx = self.db.pool().begin().await.unwrap();
            let due = claim(&mut tx, self.now, 10).await.unwrap();
            if due.is_empty() {
                return;
            }
            for id in due {
                let mut edit = Edit { now: self.now, author: Author::System, rng: &mut self.rng };
                self.engine.advance(&mut tx, &mut edit, id, None).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        panic!("there is always something due");
    }

    async fn give(&mut self, id: InstanceId, input: Input) -> State {
        let mut tx = self.db.pool().begin().await.unwrap();
        let mut edit = Edit { now: self.now, author: Author::System, rng: &mut self.rng };
        let state = self.engine.advance(&mut tx, &mut edit, id, Some(input)).await.unwrap();
        tx.commit().await.unwrap();
        state
    }

    async fn found(&self, id: InstanceId) -> runs::Listed {
        let mut db = self.db.pool().acquire().await.unwrap();
        runs::find(&mut db, id).await.unwrap().unwrap()
    }

    async fn path(&self, id: InstanceId) -> Vec<String> {
        let mut db = self.db.pool().acquire().await.unwrap();
        runs::path(&mut db, id, 100).await.unwrap().into_iter().map(|visit| visit.node).collect()
    }

    async fn hear(&mut self, event: &str, customer: Uuid, data: Value) {
        let mut db = self.db.pool().acquire().await.unwrap();
        let heard = Heard {
            event_type: event.to_owned(),
            customer: Some(customer),
            data,
            meta: json!({ "type": event }),
            transaction_id: i64::MAX, // after whatever began to wait
        };
        while let Some(found) = behind(&mut db).await.unwrap() {
            catch_up(&mut db, &found.runs).await.unwrap();
        }
        wake(&mut db, self.now, &[heard]).await.unwrap();
        drop(db);
        self.work().await;
    }
}

/// MKT-FLOW-02: a run waits for an event of its customer, in rows, and does each thing once.
#[tokio::test]
async fn a_run_is_woken_by_events_of_its_customer_and_by_time() {
    let mut scene = Scene::new().await;
    let nodes = json!({
        "a": {"type": "message", "template": "hello", "next": "b"},
        "b": {"type": "wait_event", "event": "purchase", "when": "event.amount > 10", "variable": "bought",
              "timeout_seconds": 3600, "next": "c", "timeout": "late"},
        "c": {"type": "set_attribute", "attribute": "last_amount", "value": "vars.bought.amount", "next": "end"},
        "end": {"type": "end", "outcome": "bought"},
        "late": {"type": "end", "outcome": "late"}
    });
    scene.publish("cart", nodes).await;

    let id = scene.start("one", "cart").await;
    assert_eq!(scene.start("one", "cart").await, id, "the same key is the same run");
    assert_eq!(scene.found(id).await.status, Status::Waiting);
    scene.hear("purchase", Uuid::from_u128(1), json!({ "amount": 99 })).await;
    scene.hear("purchase", CUSTOMER, json!({ "amount": 5 })).await;
    assert_eq!(scene.found(id).await.status, Status::Waiting, "another customer, and too little");
    scene.hear("purchase", CUSTOMER, json!({ "amount": 50 })).await;

    let ended = scene.found(id).await;
    assert_eq!((ended.status, ended.outcome.as_deref(), ended.due_at), (Status::Done, Some("bought"), None));
    assert_eq!(scene.path(id).await, ["a", "b", "c", "end"]);
    let done = scene.notes.0.lock().unwrap().clone();
    assert_eq!(done, ["message hello 2", "set last_amount 50 4"]);

    let late = scene.start("two", "cart").await;
    scene.now += TimeDelta::seconds(3601);
    scene.work().await;
    assert_eq!(scene.found(late).await.outcome.as_deref(), Some("late"));
}

/// UMS-ENT-05: a flow looks at the cards that are linked with its customer; only at those that it names.
#[tokio::test]
async fn a_run_reads_the_cards_of_its_customer() {
    let mut scene = Scene::new().await;
    let set = |value: &str, next: &str| json!({ "type": "set_attribute", "attribute": "seen", "value": value, "next": next });
    let nodes = json!({
        "a": set("count(cards.vehicle, #.year > 2020)", "b"),
        "b": set("cards.vehicle[0].year", "end"),
        "end": {"type": "end"}
    });
    scene.publish("drivers", nodes).await;

    let id = scene.start("one", "drivers").await;

    assert_eq!(scene.found(id).await.status, Status::Done);
    assert_eq!(*scene.notes.0.lock().unwrap(), ["set seen 1 2", "set seen 2022 3"]);
}

/// OMNI-09: what is refused leaves nothing behind; the run waits for a person, who leads it on.
#[tokio::test]
async fn a_run_that_fails_waits_for_a_person_with_the_reason() {
    let mut scene = Scene::new().await;
    let nodes = json!({
        "a": {"type": "emit", "event": "refuse", "next": "end"},
        "end": {"type": "end"}
    });
    scene.publish("failing", nodes).await;

    let id = scene.start("one", "failing").await;
    let failed = scene.found(id).await;
    assert_eq!((failed.status, failed.error.as_deref()), (Status::Failed, Some("a: refused")));
    assert_eq!(scene.give(id, Input::Retry).await.status(), Status::Failed);
    let moved = scene.give(id, Input::Move { token: None, node: "end".into() }).await;
    assert_eq!(moved.status(), Status::Done);
    let mut db = scene.db.pool().acquire().await.unwrap();
    let flow = flow::query::flow::find_by_name(&mut db, "failing").await.unwrap().unwrap();
    let counters = flow::query::flow::counters(&mut db, flow.id).await.unwrap();
    assert_eq!((counters["a"].entered, counters["end"].entered, counters["a"].failed), (2, 1, 0));
}

/// OMNI-15, NFR-LOW-01: the request for equipment that comes with the server, through both approvals.
#[tokio::test]
async fn the_request_for_equipment_is_approved_and_issued() {
    let mut scene = Scene::new().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows/equipment-request.flow.json");
    let draft: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    {
        let mut db = scene.db.pool().acquire().await.unwrap();
        assert!(seed(&mut db, &mut scene.edit(), &draft).await.unwrap());
        assert!(!seed(&mut db, &mut scene.edit(), &draft).await.unwrap(), "the file counts once");
        let variables = json!({ "requester": "ann" }).as_object().unwrap().clone();
        let wanted = Start {
            key: "r".to_owned(),
            flow: "equipment-request".to_owned(),
            variables,
            ..Start::default()
        };
        start(&mut db, &mut scene.edit(), &wanted).await.unwrap();
    }
    scene.work().await;

    let filled = json!({ "item": "Ноутбук", "reason": "Работа", "cost": 9000000 });
    let first = open_task(&scene).await;
    assert_eq!((first.person_id, first.kind.as_str()), (Some(ANN), "task"));
    answer(&mut scene, &first, filled).await;
    for role in ["Supervisor", "Administrator"] {
        let asked = open_task(&scene).await;
        assert_eq!((asked.role.as_deref(), asked.title.as_str()), (Some(role), "Заявка: Ноутбук"));
        let (token, entry) = place(&asked);
        let step = usize::try_from(asked.step.unwrap()).unwrap();
        finish(&scene, &asked).await;
        let decided =
            Input::Decided { token, entry, step, decision: Decision::Approve, reason: None, by: None };
        scene.give(asked.instance_id.unwrap(), decided).await;
    }
    let issue = open_task(&scene).await;
    answer(&mut scene, &issue, json!({ "issued_on": "2026-12-01", "issued_how": "Склад" })).await;
    let told = open_task(&scene).await;
    assert_eq!(told.text.as_deref(), Some("Выдано 2026-12-01. Склад"));
    answer(&mut scene, &told, json!({})).await;
    assert_eq!(scene.found(told.instance_id.unwrap()).await.outcome.as_deref(), Some("issued"));
}

async fn open_task(scene: &Scene) -> tasks::Task {
    let mut db = scene.db.pool().acquire().await.unwrap();
    let filter = tasks::Filter { state: Some("open".to_owned()), ..tasks::Filter::default() };
    let mut open = tasks::list(&mut db, &filter, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    open.pop().unwrap()
}

fn place(task: &tasks::Task) -> (u64, u64) {
    (u64::try_from(task.token.unwrap()).unwrap(), u64::try_from(task.entry.unwrap()).unwrap())
}

async fn finish(scene: &Scene, task: &tasks::Task) {
    let mut db = scene.db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut edit = Edit { now: scene.now, author: Author::System, rng: &mut rng };
    let done = flow::store::task::Done::default();
    flow::store::task::finish(&mut db, &mut edit, task.id, Some(ANN), &done).await.unwrap();
}

async fn answer(scene: &mut Scene, task: &tasks::Task, values: Value) {
    let (token, entry) = place(task);
    finish(scene, task).await;
    let values = values.as_object().unwrap().clone();
    scene
        .give(task.instance_id.unwrap(), Input::Answered { token, entry, values, button: None, by: None })
        .await;
}

/// A flow waits for the flow it started; runs keep their version until they are moved.
#[tokio::test]
async fn flows_start_flows_and_runs_move_to_a_new_version() {
    let mut scene = Scene::new().await;
    let child = |outcome: &str| {
        json!({
            "a": {"type": "wait", "for_seconds": 60, "next": "b"},
            "b": {"type": "set", "values": {"answer": format!("'{outcome}'")}, "next": "end"},
            "end": {"type": "end"}
        })
    };
    scene.publish("child", child("old")).await;
    let parent = json!({
        "a": {"type": "sub_flow", "flow": "child", "variable": "child", "next": "end"},
        "end": {"type": "end"}
    });
    scene.publish("parent", parent).await;
    let id = scene.start("one", "parent").await;
    scene.publish("child", child("new")).await;

    let mut db = scene.db.pool().acquire().await.unwrap();
    let none = BTreeMap::new();
    let dry = migrate(&mut db, &mut scene.edit(), "child", (1, 2), &none, true).await.unwrap();
    assert_eq!((dry.moved, dry.total, dry.refused.len()), (1, 1, 0));
    let lost = BTreeMap::from([("a".to_owned(), "nowhere".to_owned())]);
    let refused = migrate(&mut db, &mut scene.edit(), "child", (1, 2), &lost, false).await.unwrap();
    assert_eq!((refused.moved, refused.missing), (0, vec!["a".to_owned()]));
    migrate(&mut db, &mut scene.edit(), "child", (1, 2), &none, false).await.unwrap();
    drop(db);

    scene.now += TimeDelta::seconds(61);
    scene.work().await;
    let ended = scene.found(id).await;
    assert_eq!(ended.status, Status::Done);
    assert_eq!(ended.state["variables"]["child"]["answer"], "new");
}

fn short() -> Value {
    json!({
        "a": {"type": "message", "template": "hello", "next": "b"},
        "b": {"type": "set", "values": {"told": "true"}, "next": "end"},
        "end": {"type": "end"}
    })
}

/// A server that is killed in the middle of a step leaves the run as it was, and the next one does the same under the
/// same key.
#[tokio::test]
async fn a_killed_server_loses_nothing_and_does_nothing_under_another_key() {
    let mut scene = Scene::new().await;
    scene.publish("short", short()).await;
    let id = {
        let mut db = scene.db.pool().acquire().await.unwrap();
        let wanted = Start {
            key: "k".to_owned(),
            flow: "short".to_owned(),
            customer: Some(CUSTOMER),
            ..Start::default()
        };
        start(&mut db, &mut scene.edit(), &wanted).await.unwrap()
    };
    {
        let mut tx = scene.db.pool().begin().await.unwrap();
        assert_eq!(claim(&mut tx, scene.now, 10).await.unwrap(), [id]);
        let mut edit = Edit { now: scene.now, author: Author::System, rng: &mut scene.rng };
        scene.engine.advance(&mut tx, &mut edit, id, None).await.unwrap();
        tx.rollback().await.unwrap(); // killed before the commit
    }
    assert_eq!(scene.path(id).await, Vec::<String>::new());

    scene.work().await;

    assert_eq!(scene.path(id).await, ["a", "b", "end"]);
    assert_eq!(
        *scene.notes.0.lock().unwrap(),
        ["message hello 2", "message hello 2"],
        "the same visit, the same key"
    );
}

/// NFR-ARCH-01, BRE-DEPL-01: two servers side by side share the work and do nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn two_runners_do_each_thing_once() {
    const RUNS: usize = 40;
    let mut scene = Scene::new().await;
    scene.publish("short", short()).await;
    {
        let mut db = scene.db.pool().acquire().await.unwrap();
        for n in 0..RUNS {
            let wanted = Start {
                key: format!("k{n}"),
                flow: "short".to_owned(),
                customer: Some(CUSTOMER),
                ..Start::default()
            };
            start(&mut db, &mut scene.edit(), &wanted).await.unwrap();
        }
    }
    let runner = async |seed: u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        loop {
            let mut tx = scene.db.pool().begin().await.unwrap();
            let due = claim(&mut tx, scene.now, 3).await.unwrap();
            if due.is_empty() {
                return;
            }
            for id in due {
                let mut edit = Edit { now: scene.now, author: Author::System, rng: &mut rng };
                scene.engine.advance(&mut tx, &mut edit, id, None).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    };

    tokio::join!(runner(1), runner(2));

    assert_eq!(scene.notes.0.lock().unwrap().len(), RUNS);
    let mut db = scene.db.pool().acquire().await.unwrap();
    let filter = runs::Filter { status: Some(Status::Done), ..runs::Filter::default() };
    assert_eq!(runs::list(&mut db, &filter, 100).await.unwrap().len(), RUNS);
}
