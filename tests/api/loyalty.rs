//! Loyalty by HTTP: a member's life, what activities earn, corrections, returns, explanations; JSON and XML.

use crate::support::{Browser, TestServer};
use access::{role, unit};
use base::{Author, Edit};
use reqwest::{Method, StatusCode};
use rules::rule::RuleFields;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// A request that moves points, under a key of its own.
pub async fn moved(browser: &Browser, path: &str, body: &Value) -> crate::support::Answer {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let key = format!("k-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    keyed(browser, path, &key, body).await
}

pub async fn keyed(browser: &Browser, path: &str, key: &str, body: &Value) -> crate::support::Answer {
    let request = browser.request(Method::POST, path).header("idempotency-key", key).json(body);
    crate::support::Answer(request.send().await.unwrap())
}

/// A programme with points, five tiers and the rules of `rules`, live.
pub async fn programme(server: &TestServer, marketing: &Browser, rules: &[(&str, Value)]) {
    let mut tx = server.db.pool().begin().await.unwrap();
    let mut rng = server.state.dice();
    let now = base::Clock::now(&*server.clock);
    let mut edit = Edit { now, author: Author::System, rng: &mut rng };
    platform::event_type::built_in::load(&mut tx, &mut edit).await.unwrap();
    for (name, document) in rules {
        let fields =
            RuleFields { name: (*name).to_owned(), description: String::new(), document: document.clone() };
        rules::store::insert_live(&mut tx, &mut edit, &fields, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let fields = json!({ "code": "main", "title": { "en": "Main" }, "zone": "Asia/Tashkent",
        "settings": { "birthday_attribute": "birthday", "tenure_every_months": 12 } });
    let made = marketing.post("/api/v1/loyalty/programmes", &fields).await.expect(StatusCode::CREATED).await;
    let id = made["id"].as_str().unwrap();
    let points = json!({ "code": "points", "title": { "en": "Points" }, "validity_days": 365,
        "expiry_round": "month", "manual_limit": 1000 });
    let path = format!("/api/v1/loyalty/programmes/{id}/bonus-types");
    marketing.post(&path, &points).await.expect(StatusCode::CREATED).await;
    for (level, code) in [(1, "basic"), (2, "standard"), (3, "silver"), (4, "gold"), (5, "vip")] {
        let tier = json!({ "level": level, "code": code, "title": { "en": code },
            "condition": format!("account.service_types >= {level}"), "discount_percent": level,
            "multiplier": level });
        let path = format!("/api/v1/loyalty/programmes/{id}/tiers");
        marketing.post(&path, &tier).await.expect(StatusCode::CREATED).await;
    }
}

pub fn earns(event: &str, amount: &str) -> Value {
    json!({
        "event": event, "criteria": { "kind": "expression", "text": "true" },
        "reactions": [{ "key": "give", "kind": "accrue", "bonus_type": "points", "amount": amount }],
        "tests": [],
    })
}

pub fn service(n: u32, line: &str) -> Value {
    json!({ "code": format!("S{n}"), "name": line, "user_id": format!("+99890123456{n}"), "line": line })
}

pub async fn register(clerk: &Browser, number: &str, services: Value) -> Value {
    let body = json!({ "number": number, "services": services, "macroregion": "centre",
        "participant": { "name": "Aziza Karimova", "phone": "+998901112233", "email": "aziza@example.com",
            "birth_date": "1990-03-02", "sex": "female", "address": "Tashkent, Navoi 1" } });
    moved(clerk, "/api/v1/loyalty/accounts", &body).await.expect(StatusCode::CREATED).await
}

/// CIMP-ACC-02, CIMP-ACC-03, CIMP-ACC-07, CIMP-ACC-08, CIMP-ACC-11, CIMP-SVC-02, CIMP-API-03, CIMP-API-04, CIMP-API-05,
/// CIMP-API-07, CIMP-TIER-03: register with the first service, find by any user data, change what is known of the
/// participant and of a service, connect and disconnect, the last service cancels.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_registered_found_changed_and_cancelled() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[]).await;

    let profile = register(&clerk, "100", json!([service(1, "mobile")])).await;
    assert_eq!((&profile["status"], &profile["status_code"]), (&json!("enrolled"), &json!(20)));
    assert_eq!(profile["tier"]["code"], "basic");
    assert_eq!(profile["participant"]["address"], "Tashkent, Navoi 1");
    for text in ["100", "karimova", "%2B998901112233", "aziza@example.com", "%2B998901234561", "S1"] {
        let found =
            clerk.get(&format!("/api/v1/loyalty/accounts?q={text}")).await.expect(StatusCode::OK).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{text}: {found}");
    }
    let path = "/api/v1/loyalty/accounts/100";
    clerk.post(&format!("{path}/services"), &service(2, "tv")).await.expect(StatusCode::CREATED).await;
    let twice = clerk.post(&format!("{path}/services"), &service(2, "tv")).await;
    twice.expect_problem(409, "already-exists").await;
    let change = json!({ "participant": { "email": "a.karimova@example.com" }, "region": "Tashkent" });
    let changed = clerk.request(Method::PUT, path).json(&change).send().await.unwrap();
    let changed = crate::support::Answer(changed).expect(StatusCode::OK).await;
    assert_eq!((&changed["tier"]["code"], &changed["region"]), (&json!("standard"), &json!("Tashkent")));
    assert_eq!(changed["participant"]["email"], "a.karimova@example.com");
    assert_eq!(changed["participant"]["phone"], "+998901112233");
    let renamed = json!({ "code": "S2", "name": "television", "user_id": "box-7", "line": "tv" });
    let renamed =
        clerk.request(Method::PUT, "/api/v1/loyalty/services/S2").json(&renamed).send().await.unwrap();
    let renamed = crate::support::Answer(renamed).expect(StatusCode::OK).await;
    assert_eq!((&renamed["name"], &renamed["user_id"]), (&json!("television"), &json!("box-7")));
    let off = |code: &str| format!("/api/v1/loyalty/services/{code}/disconnect");
    let left = clerk.post(&off("S2"), &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!((&left["tier"]["code"], &left["status_code"]), (&json!("basic"), &json!(20)));
    let gone = clerk.post(&off("S1"), &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!(gone["status_code"], 90);
    let late = moved(&clerk, &format!("{path}/awards"), &json!({ "amount": 5, "reason": "x" })).await;
    late.expect_problem(409, "not-possible-now").await;
}

/// CIMP-BON-01, CIMP-BON-02, CIMP-BON-03, CIMP-BON-04, CIMP-BON-05, CIMP-BON-06, CIMP-BON-07, CIMP-BON-08, CIMP-BON-09,
/// CIMP-API-06, CIMP-API-08, CIMP-API-10, CIMP-API-13, CIMP-GEN-01, PP-LOY-01: invoices, payments, top-ups, actions,
/// auto-payment, online payment, purchases, tenure and birthday each earn in one programme, the answer says what; a
/// repeated report gives nothing again, another one under the same key is refused; the history of a period has it all.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_activity_earns_once() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    let kinds = loyalty::earning::ACTIVITIES;
    let rules: Vec<(String, Value)> = kinds
        .iter()
        .map(|kind| {
            (
                format!("earn {kind}"),
                earns(&format!("loyalty.{kind}"), "(event.amount ?? 1000) / 100 * account.multiplier"),
            )
        })
        .collect();
    let rules: Vec<(&str, Value)> = rules.iter().map(|(name, rule)| (name.as_str(), rule.clone())).collect();
    programme(&server, &marketing, &rules).await;
    register(&clerk, "100", json!([service(1, "mobile"), service(2, "tv")])).await;

    for (n, kind) in kinds.iter().enumerate() {
        let data = match *kind {
            "action" => json!({ "action": "profile_completed" }),
            "tenure_reached" => json!({ "months": 12 }),
            "birthday" => json!({ "date": "2026-03-02" }),
            _ => json!({ "amount": 1000 }),
        };
        let body = json!({ "account": "100", "kind": kind, "data": data });
        let key = format!("act-{n}");
        let earned =
            keyed(&clerk, "/api/v1/loyalty/activities", &key, &body).await.expect(StatusCode::OK).await;
        assert_eq!(earned["accrued"][0]["amount"], 20, "{kind}: {earned}");
        assert_eq!(earned["accrued"][0]["balance"], 20 * (n + 1), "{earned}");
        assert_eq!(earned["repeated"], false);
        let again =
            keyed(&clerk, "/api/v1/loyalty/activities", &key, &body).await.expect(StatusCode::OK).await;
        assert_eq!(
            (&again["repeated"], &again["accrued"][0]["amount"]),
            (&json!(true), &json!(20)),
            "{again}"
        );
        assert_eq!(again["accrued"][0]["transaction"], earned["accrued"][0]["transaction"]);
    }
    let other = json!({ "account": "100", "kind": "purchase", "data": { "amount": 5 } });
    let other = keyed(&clerk, "/api/v1/loyalty/activities", "act-6", &other).await;
    other.expect_problem(422, "idempotency-key-reused").await;
    let without =
        clerk.post("/api/v1/loyalty/activities", &json!({ "account": "100", "kind": "payment" })).await;
    without.expect_problem(400, "malformed-request").await;
    let wrong = json!({ "account": "100", "kind": "purchase", "data": { "amount": -5 } });
    let wrong =
        moved(&clerk, "/api/v1/loyalty/activities", &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(wrong["errors"][0]["pointer"], "/data/amount");
    let nobody = json!({ "account": "999", "kind": "payment", "data": { "amount": 5 } });
    moved(&clerk, "/api/v1/loyalty/activities", &nobody).await.expect_problem(404, "not-found").await;
    let balance = clerk.get("/api/v1/loyalty/accounts/100/balance").await.expect(StatusCode::OK).await;
    assert_eq!(balance["balances"][0]["available"], 20 * kinds.len(), "CIMP-API-06");
    assert_eq!(balance["balances"][0]["lots"].as_array().unwrap().len(), kinds.len());
    let history = clerk.get("/api/v1/loyalty/accounts/100/history").await.expect(StatusCode::OK).await;
    assert_eq!(history["movements"].as_array().unwrap().len(), kinds.len(), "CIMP-TXN-06");
    assert_eq!(history["services"].as_array().unwrap().len(), 2);
    let purchases =
        history["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "loyalty.purchase");
    assert_eq!(purchases.count(), 1);
    for (period, count) in [("from=2026-03-01T00:00:00Z", kinds.len()), ("to=2026-03-01T00:00:00Z", 0)] {
        let part = clerk.get(&format!("/api/v1/loyalty/accounts/100/history?{period}")).await;
        let part = part.expect(StatusCode::OK).await;
        assert_eq!(part["movements"].as_array().unwrap().len(), count, "{period}: {part}");
    }
}

/// CIMP-GEN-04: a rule that marketing changes counts at once; an activity that earns nothing is taken all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_rule_gives_nothing_at_once() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.payment", "7"))]).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let pay = json!({ "account": "100", "kind": "payment", "data": { "amount": 5 } });
    let first = moved(&clerk, "/api/v1/loyalty/activities", &pay).await.expect(StatusCode::OK).await;
    assert_eq!(first["accrued"][0]["amount"], 7);
    let rule = first["accrued"][0]["rule"].as_str().unwrap().to_owned();

    let administrator = server.administrator().await;
    administrator.post(&format!("/api/v1/rules/{rule}/pause"), &json!({})).await.expect(StatusCode::OK).await;
    let mut earned = Value::Null;
    for _ in 0..1_000 {
        earned = moved(&clerk, "/api/v1/loyalty/activities", &pay).await.expect(StatusCode::OK).await;
        if earned["accrued"] == json!([]) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!((&earned["accrued"], &earned["repeated"]), (&json!([]), &json!(false)));
}

/// CIMP-TXN-02, CIMP-BON-10, CIMP-API-09: awards and corrections with reasons; above the limit another person approves.
#[tokio::test(flavor = "multi_thread")]
async fn an_adjustment_above_the_limit_waits_for_somebody_else() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    let supervisor = server.with_role(role::SUPERVISOR).await;
    programme(&server, &marketing, &[]).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let path = "/api/v1/loyalty/accounts/100";
    let small = json!({ "amount": "150", "reason": "goodwill", "comment": "waited long" });
    let booked = moved(&clerk, &format!("{path}/awards"), &small).await.expect(StatusCode::OK).await;
    assert_eq!((&booked["state"], &booked["balance"]), (&json!("booked"), &json!(150)));
    let off = json!({ "amount": -50, "reason": "mistake" });
    let booked = moved(&clerk, &format!("{path}/adjustments"), &off).await.expect(StatusCode::OK).await;
    assert_eq!(booked["balance"], 100);
    let too_much = json!({ "amount": -101, "reason": "mistake" });
    let refused = moved(&clerk, &format!("{path}/adjustments"), &too_much).await;
    refused.expect_problem(409, "not-possible-now").await;
    let fine = json!({ "amount": 1.5, "reason": "mistake" });
    moved(&clerk, &format!("{path}/awards"), &fine).await.expect_problem(422, "invalid").await;
    let huge = json!({ "amount": format!("1{}", "0".repeat(30)), "reason": "mistake" });
    moved(&clerk, &format!("{path}/awards"), &huge).await.expect_problem(422, "invalid").await;
    clerk.post(&format!("{path}/awards"), &small).await.expect_problem(400, "malformed-request").await;

    let large = json!({ "amount": 1001, "reason": "goodwill" });
    let waiting = moved(&clerk, &format!("{path}/awards"), &large).await.expect(StatusCode::OK).await;
    assert_eq!(waiting["state"], "waiting");
    let id = waiting["adjustment"].as_str().unwrap();
    let list = supervisor.get("/api/v1/loyalty/adjustments").await.expect(StatusCode::OK).await;
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["account"]), (&json!(id), &json!("100")));
    let approve = format!("/api/v1/loyalty/adjustments/{id}/approve");
    clerk.post(&approve, &json!({})).await.expect_problem(403, "forbidden").await;
    let done = supervisor.post(&approve, &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!((&done["state"], &done["balance"]), (&json!("booked"), &json!(1101)));
    supervisor.post(&approve, &json!({})).await.expect_problem(409, "in-use").await;
}

/// CIMP-TXN-01, CIMP-TXN-03: a return takes the bonus of the purchase back, by amount or wholly, never twice; an accrual
/// that was a mistake is cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn a_return_of_goods_takes_its_bonus_back() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.purchase", "event.amount / 10"))]).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let buy = |id: &str| json!({ "account": "100", "kind": "purchase", "source": "till", "id": id, "data": { "amount": 1000 } });
    moved(&clerk, "/api/v1/loyalty/activities", &buy("r1")).await.expect(StatusCode::OK).await;
    let second = moved(&clerk, "/api/v1/loyalty/activities", &buy("r2")).await.expect(StatusCode::OK).await;
    let path = "/api/v1/loyalty/accounts/100/returns";

    let part = json!({ "purchase": "r1", "source": "till", "amount": 300 });
    let taken = keyed(&clerk, path, "part", &part).await.expect(StatusCode::OK).await;
    assert_eq!((&taken["taken"][0]["amount"], &taken["taken"][0]["balance"]), (&json!(30), &json!(170)));
    let again = keyed(&clerk, path, "part", &part).await.expect(StatusCode::OK).await;
    assert_eq!(taken, again, "the same request is the same return");
    let rest = json!({ "purchase": "r1", "source": "till" });
    let taken = moved(&clerk, path, &rest).await.expect(StatusCode::OK).await;
    assert_eq!(taken["taken"][0]["amount"], 70);
    moved(&clerk, path, &rest).await.expect_problem(409, "not-possible-now").await;
    moved(&clerk, path, &json!({ "purchase": "r9" })).await.expect_problem(404, "not-found").await;
    let cancel = json!({ "transaction": second["accrued"][0]["transaction"], "reason": "mistake" });
    let taken = moved(&clerk, "/api/v1/loyalty/accounts/100/cancellations", &cancel).await;
    let taken = taken.expect(StatusCode::OK).await;
    assert_eq!((&taken["taken"][0]["amount"], &taken["taken"][0]["balance"]), (&json!(100), &json!(0)));
}

/// CIMP-GEN-03, CIMP-TXN-07, CIMP-ENT-04: any movement is explained back to its event and the version of its rule; the
/// audit lists every operation between two dates.
#[tokio::test(flavor = "multi_thread")]
async fn any_balance_is_explained_posting_by_posting() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.purchase", "event.amount / 10"))]).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let buy = json!({ "account": "100", "kind": "purchase", "source": "till", "id": "r1", "data": { "amount": 1000 } });
    moved(&clerk, "/api/v1/loyalty/activities", &buy).await.expect(StatusCode::OK).await;
    let off = json!({ "amount": -40, "reason": "mistake" });
    moved(&clerk, "/api/v1/loyalty/accounts/100/adjustments", &off).await.expect(StatusCode::OK).await;

    let history = marketing.get("/api/v1/loyalty/accounts/100/history").await.expect(StatusCode::OK).await;
    let movements = history["movements"].as_array().unwrap();
    let explain = async |n: usize| {
        let id = movements[n]["transaction"].as_str().unwrap();
        let path = format!("/api/v1/loyalty/accounts/100/movements/{id}");
        marketing.get(&path).await.expect(StatusCode::OK).await
    };
    let (off, gave) = (explain(0).await, explain(1).await);

    assert_eq!((&gave["kind"], &gave["postings"][0]["amount"]), (&json!("accrue"), &json!(100)));
    assert_eq!(
        (&gave["event"]["kind"], &gave["event"]["data"]["amount"]),
        (&json!("loyalty.purchase"), &json!(1000))
    );
    assert_eq!((&gave["rule"]["name"], &gave["rule"]["version"]), (&json!("earn"), &json!(1)));
    assert_eq!(gave["rule"]["document"]["event"], "loyalty.purchase");
    assert_eq!(gave["hash"].as_str().unwrap().len(), 64);
    assert_eq!((&off["reason"], &off["draws"][0]["accrual"]), (&json!("mistake"), &gave["transaction"]));
    assert!(off["author_name"].as_str().is_some());
    let all = marketing.get("/api/v1/loyalty/operations?kind=accrual").await.expect(StatusCode::OK).await;
    assert_eq!(
        (&all["items"][0]["kind"], &all["items"][0]["account"]),
        (&json!("loyalty.bonus_accrued.v1"), &json!("100"))
    );
    for (kind, count) in [("registration", 1), ("service", 1), ("adjustment", 1), ("tier", 1)] {
        let list = marketing.get(&format!("/api/v1/loyalty/operations?kind={kind}")).await;
        let list = list.expect(StatusCode::OK).await;
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{kind}: {list}");
    }
}

/// CIMP-API-01, GAP-23: the same operations speak XML and take named parameters; the schema describes the answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_operations_speak_xml_and_named_parameters() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.purchase", "event.amount / 10"))]).await;
    let xml = |path: &str, key: &str, body: &str| {
        clerk
            .request(Method::POST, path)
            .header("idempotency-key", key)
            .header("content-type", "application/xml")
            .header("accept", "application/xml")
            .body(body.to_owned())
    };
    let body = "<register><number>100</number><participant><name>Анна &amp; К</name></participant>\
        <services><item><code>S1</code><name>mobile</name><user_id>+998901</user_id><line>mobile</line></item></services>\
        </register>";
    let answer = xml("/api/v1/loyalty/accounts", "x1", body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["content-type"], "application/xml; charset=utf-8");
    let account = answer.text().await.unwrap();
    assert!(
        account.contains("<number>100</number>") && account.contains("<name>Анна &amp; К</name>"),
        "{account}"
    );
    let body =
        "<activity><account>100</account><kind>purchase</kind><data><amount>120.5</amount></data></activity>";
    let earned = xml("/api/v1/loyalty/activities", "x2", body).send().await.unwrap().text().await.unwrap();
    assert!(earned.contains("<earned>") && earned.contains("<amount>12</amount>"), "{earned}");
    let form = clerk
        .request(Method::POST, "/api/v1/loyalty/activities")
        .header("idempotency-key", "x3")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("account=100&kind=purchase&data.amount=80&data.shop=Chilonzor%201");
    let form = crate::support::Answer(form.send().await.unwrap()).expect(StatusCode::OK).await;
    assert_eq!((&form["accrued"][0]["amount"], &form["accrued"][0]["balance"]), (&json!(8), &json!(20)));
    let problem = xml("/api/v1/loyalty/activities", "x4", "<a><!DOCTYPE x></a>").send().await.unwrap();
    assert_eq!(
        (problem.status().as_u16(), &problem.headers()["content-type"]),
        (400, &"application/problem+xml".parse().unwrap())
    );
    let balance =
        clerk.request(Method::GET, "/api/v1/loyalty/accounts/100/balance").header("accept", "text/xml");
    let balance = balance.send().await.unwrap().text().await.unwrap();
    assert!(
        balance.contains("<balance>20</balance>") && balance.contains("<available>20</available>"),
        "{balance}"
    );
    let schema = clerk.get("/api/v1/loyalty/schema.xsd").await.expect(StatusCode::OK).await;
    let schema = schema.as_str().unwrap().to_owned();
    for text in [&account, &earned, &balance] {
        for name in elements(text) {
            assert!(
                name == "en" || schema.contains(&format!("name=\"{name}\"")),
                "{name} is not in the schema"
            );
        }
    }
}

/// The names of the elements of a document.
fn elements(text: &str) -> Vec<String> {
    text.split('<')
        .filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|part| part.split(['>', ' ', '/']).next())
        .map(str::to_owned)
        .collect()
}

/// SEC-12, GAP-38, CIMP-ROLE-01: who may do what; a program's key has the operations that it was given and no more.
#[tokio::test(flavor = "multi_thread")]
async fn roles_and_keys_do_what_they_may() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[]).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let administrator = server.administrator().await;
    let key = json!({ "name": "till", "operations": ["loyalty.serve"] });
    let key = administrator.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
    let till = server.program(key["key"].as_str().unwrap());
    let operator = server.person("desk", role::OPERATOR, unit::ROOT).await;
    let operator = server.session_of(operator).await;
    let partner = server.with_role(role::PARTNER).await;
    let stranger = server.browser();
    let (read, give, set_up) = (
        "/api/v1/loyalty/accounts/100/balance",
        "/api/v1/loyalty/accounts/100/awards",
        "/api/v1/loyalty/programmes",
    );
    let award = json!({ "amount": 1, "reason": "x" });
    for (who, name, may) in [
        (&clerk, "customer service", [200, 200, 403]),
        (&marketing, "marketing", [200, 403, 422]),
        (&operator, "operator", [200, 403, 403]),
        (&partner, "partner", [403, 403, 403]),
        (&till, "till", [403, 200, 403]),
        (&stranger, "stranger", [401, 401, 401]),
    ] {
        let found = [
            who.get(read).await.status().as_u16(),
            moved(who, give, &award).await.status().as_u16(),
            who.post(set_up, &json!({})).await.status().as_u16(),
        ];
        assert_eq!(found, may, "{name}");
    }
}

/// CIMP-BON-08, CIMP-BON-09: the night reports birthdays and full years of membership, each once.
#[tokio::test(flavor = "multi_thread")]
async fn the_night_rewards_birthdays_and_years() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    let rules = [
        ("birthday", earns("loyalty.birthday", "200")),
        ("years", earns("loyalty.tenure_reached", "event.months / 12 * 100")),
    ];
    programme(&server, &marketing, &rules).await;
    let profile = register(&clerk, "100", json!([service(1, "mobile")])).await;
    let id = profile["programme"].as_str().unwrap();
    let mut db = server.db.pool().acquire().await.unwrap();
    let programme = loyalty::query::programme_called(&mut db, id).await.unwrap().unwrap();
    let clock = server.clock.clone();
    let nightly =
        actors::loyalty::Nightly { pool: server.db.pool().clone(), clock, earning: server.earning.clone() };
    let day = |text: &str| text.parse().unwrap();

    // Registered on the 2nd of March 2026, which is the birthday; a year later both happen.
    let mut counted = Vec::new();
    for at in ["2026-03-02", "2026-03-02", "2026-03-03", "2027-03-02"] {
        counted.push(nightly.anniversaries(&programme, day(at)).await.unwrap());
    }
    assert_eq!(counted, [1, 1, 0, 2], "a night that is worked again goes on behind its place");
    let balance = clerk.get("/api/v1/loyalty/accounts/100/balance").await.expect(StatusCode::OK).await;
    assert_eq!(balance["balances"][0]["available"], 200 + 200 + 100);
    let customer = profile["participant"]["customer_id"].as_str().unwrap();
    let desk = clerk.get(&format!("/api/v1/customers/{customer}/loyalty")).await.expect(StatusCode::OK).await;
    let own = &desk["memberships"][0];
    assert_eq!(
        (&own["tier"]["code"], &own["balances"][0]["available"]),
        (&json!("basic"), &json!(500)),
        "CIMP-TXN-05"
    );
}
