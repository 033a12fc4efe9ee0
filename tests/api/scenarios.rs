//! Ready scenarios at work: what comes with the server is loaded, launched over the API, fed with events, and reacts.

use crate::support::{Browser, TestServer};
use access::{role, unit};
use actors::automation::{CONSUMER, Performer, Reactions, RulesConsumer, TAKEN_BACK, work_off};
use base::id::CustomerId;
use base::{Author, Clock, Edit};
use channels::query::MessageFilter;
use chrono::TimeDelta;
use chrono_tz::Asia::Tashkent;
use flow::connector::http::Client;
use platform::event::advance;
use platform::tls::Authorities;
use platform::vault::Vault;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

mod burst;
mod conversation;
mod sandbox;
mod undo;

const DAY: Duration = Duration::from_secs(86_400);
/// For how long decisions are kept here.
const KEPT_FOR: TimeDelta = TimeDelta::days(400);

/// A server with everything that comes with it, whose rules work when they are told to.
struct Site {
    server: TestServer,
    author: Browser,
    boss: Browser,
    consumer: RulesConsumer,
    worker: Reactions,
    dice: ChaCha20Rng,
}

impl Site {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let mut dice = ChaCha20Rng::seed_from_u64(11);
        let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
        let mut tx = server.db.pool().begin().await.unwrap();
        let now = server.clock.now();
        let mut edit = Edit { now, author: Author::System, rng: &mut dice };
        platform::event_type::built_in::load(&mut tx, &mut edit).await.unwrap();
        let templates = flows.join("templates");
        trunkline::messages::load_templates(&mut tx, now, &mut dice, &templates).await.unwrap();
        tx.commit().await.unwrap();
        let rules = flows.join("rules");
        trunkline::automation::load_packs(server.db.pool(), &*server.clock, &rules).await.unwrap();
        let author = server.person("author", role::ADMINISTRATOR, unit::ROOT).await;
        let boss = server.person("boss", role::ADMINISTRATOR, unit::ROOT).await;
        let (author, boss) = (server.session_of(author).await, server.session_of(boss).await);
        let owed = Arc::new(Notify::new());
        let vault = Vault::with_key([6; 32]).unwrap();
        let worker = Reactions {
            pool: server.db.pool().clone(),
            clock: server.clock.clone(),
            zone: Tashkent,
            perform: Box::new(Performer),
            client: Client::new(vault, &Authorities::default()).unwrap(),
            owed: Arc::clone(&owed),
            references: rules::query::KnownReferences::default(),
        };
        let consumer = RulesConsumer::new(Tashkent, server.clock.clone(), [1; 32], owed, KEPT_FOR);
        Self { server, author, boss, consumer, worker, dice }
    }

    /// Takes a draft through its life: asked for, approved by somebody else, launched.
    async fn launch(&self, rule: &Value) {
        let path = format!("/api/v1/rules/{}", rule["id"].as_str().unwrap());
        for (browser, step) in
            [(&self.author, "ask-approval"), (&self.boss, "approve"), (&self.boss, "launch")]
        {
            browser.post(&format!("{path}/{step}"), &json!({})).await.expect(StatusCode::OK).await;
        }
    }

    /// Writes a rule and launches it.
    async fn write(&self, name: &str, document: Value) -> Value {
        let body = json!({ "name": name, "document": document });
        let rule = self.author.post("/api/v1/rules", &body).await.expect(StatusCode::CREATED).await;
        self.launch(&rule).await;
        rule
    }

    async fn customer(&self, name: &str, phone: &str, attributes: Value) -> String {
        let body = json!({
            "kind": "individual", "name": name, "language": "en", "attributes": attributes,
            "identifiers": [{ "kind": "phone", "value": phone }],
        });
        let made = self.author.post("/api/v1/customers", &body).await.expect(StatusCode::CREATED).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// An event about a customer, over HTTP as another system sends it.
    async fn send(&self, kind: &str, customer: &str, data: Value) {
        let now = self.server.clock.now();
        let event = json!({
            "specversion": "1.0", "id": base::id::uuid_v7(now, &mut self.server.state.dice()), "source": "/shop",
            "type": kind, "subject": format!("customer_id:{customer}"), "time": now, "data": data,
        });
        let request = self.author.request(Method::POST, "/api/v1/events");
        let request = request.header("content-type", "application/cloudevents+json").body(event.to_string());
        let answer = crate::support::Answer(request.send().await.unwrap()).expect(StatusCode::ACCEPTED).await;
        assert_eq!(answer["results"][0]["status"], "accepted", "{answer}");
    }

    /// Lets rules decide about all that happened, and what is due be done.
    async fn work(&mut self) {
        loop {
            while {
                let mut db = self.server.db.pool().acquire().await.unwrap();
                platform::event::lag(&mut db, CONSUMER).await.unwrap() > 0
            } {
                advance(self.server.db.pool(), CONSUMER, &self.consumer).await.unwrap();
            }
            if work_off(&self.worker, &mut self.dice).await.unwrap() == 0 {
                return;
            }
        }
    }

    /// What a customer was sent, oldest first.
    async fn messages(&self, customer: &str) -> Vec<String> {
        let mut db = self.server.db.pool().acquire().await.unwrap();
        let customer_id = Some(customer.parse::<CustomerId>().unwrap());
        let filter = MessageFilter { customer_id, ..MessageFilter::default() };
        let mut found = channels::query::messages(&mut db, &filter, 100).await.unwrap();
        found.reverse();
        found.into_iter().map(|message| message.text).collect()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.server.db.pool()).await.unwrap()
    }
}

fn has(texts: &[String], part: &str) -> bool {
    texts.len() == 1 && texts[0].contains(part)
}

fn message(key: &str, template: &str) -> Value {
    json!({ "key": key, "kind": "message", "channel": "sms", "template": template, "class": "functional" })
}

fn expression(event: &str, text: &str, reactions: Value, test: Value) -> Value {
    json!({
        "event": event, "criteria": { "kind": "expression", "text": text }, "reactions": reactions,
        "tests": [{ "name": "one", "event": test["event"], "customer": test["customer"], "expect": { "matched": true } }],
    })
}

async fn template(browser: &Browser, name: &str, text: &str) {
    let channels = json!({ "sms": { "en": { "text": text } } });
    let body = json!({ "name": name, "class": "functional", "channels": channels });
    browser.post("/api/v1/templates", &body).await.expect(StatusCode::CREATED).await;
}

/// UPS-04, UPS-05, UPS-06, UPS-07, TEL-01, TEL-06, BRE-RULE-02: every scenario that comes with the server reacts as its
/// name says, at its time. Purchases are stimulated (a discount, a larger pack), neighbouring goods are offered (bedding,
/// a partner's furniture), and an offer is chosen by what the subscriber is worth.
#[tokio::test(flavor = "multi_thread")]
async fn the_ready_scenarios_react() {
    let mut site = Site::new().await;
    let rules = site.author.get("/api/v1/rules?limit=100").await.expect(StatusCode::OK).await;
    let rules = rules["items"].as_array().unwrap().clone();
    assert!(rules.len() >= 9, "{rules:?}");
    // Those of the loyalty programme need one: `tests/api/loyalty*` launch them.
    let of_loyalty = |rule: &Value| rule["document"]["event"].as_str().unwrap().starts_with("loyalty.");
    for rule in rules.iter().filter(|rule| !of_loyalty(rule)) {
        site.launch(rule).await;
    }
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(site.customer(&format!("P{n}"), &format!("+99890000000{n}"), json!({})).await);
    }
    let [painter, forgets, pays, sleeper, builder, away, home, leaves] = people.try_into().unwrap();

    let paint =
        json!({ "cart_id": "c1", "category": "paint", "volume_l": 5, "link": "https://shop.example/10l" });
    site.send("checkout.started", &painter, paint).await;
    site.send("cart.updated", &forgets, json!({ "cart_id": "c2", "amount": 250_000 })).await;
    site.send("cart.updated", &pays, json!({ "cart_id": "c3", "amount": 250_000 })).await;
    site.send("purchase", &sleeper, json!({ "amount": 4_000_000, "category": "beds" })).await;
    site.send("purchase", &builder, json!({ "amount": 2_500_000, "category": "building_materials" })).await;
    site.send("roaming.arrived", &away, json!({ "country": "TR", "client_type": "business" })).await;
    site.send("roaming.returned", &home, json!({ "days_away": 7 })).await;
    site.send("mnp.requested", &leaves, json!({ "to_operator": "other", "client_type": "vip" })).await;
    site.work().await;

    assert!(has(&site.messages(&painter).await, "https://shop.example/10l"));
    assert!(has(&site.messages(&away).await, "Your personal manager"));
    assert!(has(&site.messages(&home).await, "Welcome home"));
    assert!(has(&site.messages(&leaves).await, "100 GB and 300 minutes"));
    let calls =
        site.count("select count(*) from flow.task where title like 'Call P7%' and state = 'open'").await;
    assert_eq!(
        calls, 1,
        "a valuable subscriber is called as well: an active reaction beside the passive one"
    );
    for waits in [&forgets, &pays, &sleeper, &builder] {
        assert!(site.messages(waits).await.is_empty());
    }

    let buys = site.server.person("later", role::ADMINISTRATOR, unit::ROOT).await;
    site.server.clock.advance(DAY * 6);
    site.author = site.server.session_of(buys).await;
    site.send("purchase", &pays, json!({ "amount": 250_000 })).await;
    site.work().await;
    assert!(site.messages(&forgets).await.is_empty(), "seven days are not over");
    site.server.clock.advance(DAY * 2);
    site.work().await;
    assert!(has(&site.messages(&forgets).await, "10 % cheaper: https://"));
    assert!(site.messages(&pays).await.is_empty(), "who bought meanwhile is not reminded");
    assert!(has(&site.messages(&sleeper).await, "curtains and bedding"));
    assert!(site.messages(&builder).await.is_empty(), "two weeks are not over");
    site.server.clock.advance(DAY * 7);
    site.work().await;
    assert!(has(&site.messages(&builder).await, "partner"));
}

/// BRE-GEN-01, BRE-TIME-01, BRE-USE-01: a new scheme of event processing is made of nothing but requests of a business
/// person, and acts at once: a type of event, an attribute, a text and a rule that tells the client, enriches the
/// profile, gives a task to the staff and starts a process. Security is the domain, as any other could be.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_scheme_is_made_and_acts_without_code_or_restart() {
    let mut site = Site::new().await;
    let kind = json!({
        "name": "door.opened", "title": { "en": "Door opened" }, "subject": "customer_id", "retention_days": 30,
        "schema": { "type": "object", "required": ["door"], "properties": { "door": { "type": "string" } } },
    });
    site.author.post("/api/v1/event-types", &kind).await.expect(StatusCode::CREATED).await;
    let attribute =
        json!({ "of": "customer", "key": "last_door", "title": { "en": "Last door" }, "type": "text" });
    site.author.post("/api/v1/attributes", &attribute).await.expect(StatusCode::CREATED).await;
    template(&site.author, "door", "{{ customer.name }}: {{ event.door }} was opened").await;
    let flow = json!({
        "name": "inspection", "title": "Inspection", "kind": "process", "start": "look", "version": 1,
        "nodes": { "look": { "type": "task", "title": "Look after {{ vars.door }}", "role": "Operator", "next": "end" },
                   "end": { "type": "end", "outcome": "seen" } },
    });
    let drawn = json!({ "name": "inspection", "kind": "process", "title": "Inspection" });
    site.author.post("/api/v1/flows", &drawn).await.expect(StatusCode::CREATED).await;
    let draft = json!({ "definition": flow });
    site.author.put("/api/v1/flows/inspection/draft", 1, &draft).await.expect(StatusCode::OK).await;
    site.author.post("/api/v1/flows/inspection/publish", &json!({})).await.expect(StatusCode::OK).await;
    let reactions = json!([
        message("tell", "door"),
        { "key": "enrich", "kind": "set_attribute", "attribute": "last_door", "value": "event.door" },
        { "key": "ask", "kind": "task", "title": "Call {{ customer.name }}", "role": "Operator" },
        { "key": "inspect", "kind": "start_flow", "flow": "inspection", "variables": { "door": "event.door" } },
    ]);
    let night =
        expression("door.opened", "event.door != 'front'", reactions, json!({ "event": { "door": "back" } }));
    let rule = site.write("Door at night", night).await;
    let anna = site.customer("Anna", "+998901111111", json!({})).await;

    site.send("door.opened", &anna, json!({ "door": "back" })).await;
    site.send("door.opened", &anna, json!({ "door": "front" })).await;
    site.work().await;

    assert_eq!(site.messages(&anna).await, ["Anna: back was opened"]);
    let seen = site.author.get(&format!("/api/v1/customers/{anna}")).await.expect(StatusCode::OK).await;
    assert_eq!(seen["attributes"]["last_door"], "back");
    assert_eq!(site.count("select count(*) from flow.task where title = 'Call Anna'").await, 1);
    assert_eq!(site.count("select count(*) from flow.instance").await, 1);

    // BRE-RULE-04: the same rule, flow and text serve a second product.
    let path = format!("/api/v1/rules/{}/export", rule["id"].as_str().unwrap());
    let mut file = site.author.get(&path).await.expect(StatusCode::OK).await;
    file["document"]["criteria"]["text"] = json!("event.door == 'front'");
    file["document"]["tests"][0]["event"]["door"] = json!("front");
    let second = site.author.post("/api/v1/rules/import", &file).await.expect(StatusCode::CREATED).await;
    assert_eq!(second["name"], "Door at night (2)");
    site.launch(&second).await;
    site.send("door.opened", &anna, json!({ "door": "front" })).await;
    site.work().await;
    assert_eq!(site.messages(&anna).await.len(), 2);
    assert_eq!(site.count("select count(*) from flow.instance").await, 2);
}
