//! Masters, the catalogue with its orders, partners and the exchange of points, by HTTP.

use crate::support::{Browser, TestServer};
use access::{role, unit};
use base::id::{BonusTypeId, CurrencyId, CustomerId, MasterAccountId, OrgUnitId, ProgrammeId};
use base::{Author, Edit};
use ledger::order::ISSUER;
use ledger::{Account, Amount, Counter, LotTerms, Movement, Order};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// The programme `main` with the bonus type `points`, and two members with 1,000 of them: 100 and 200.
pub struct Club {
    pub server: TestServer,
    pub programme: ProgrammeId,
    pub points: BonusTypeId,
    pub customers: [CustomerId; 2],
}

impl Club {
    pub async fn open() -> Self {
        let server = TestServer::start().await;
        let (programme, points) =
            (ProgrammeId::from_uuid(Uuid::from_u128(1)), BonusTypeId::from_uuid(Uuid::from_u128(2)));
        let customers = [Uuid::from_u128(31), Uuid::from_u128(32)].map(CustomerId::from_uuid);
        let mut db = server.db.pool().acquire().await.unwrap();
        for statement in [
            "insert into loyalty.programme (programme_id, code, title, zone, settings, created_at, updated_at)
             values ($1, 'main', '{}', 'Asia/Tashkent', '{}', now(), now())",
            "insert into ledger.currency (id, code, scale, allows_debt, created_at)
             select '00000000-0000-0000-0000-000000000002', 'points', 0, false, now() where $1::uuid is not null",
            "insert into loyalty.bonus_type (bonus_type_id, programme_id, code, title, scale, validity_days, expiry_round,
                 rounding, allows_debt, created_at, updated_at)
             values ('00000000-0000-0000-0000-000000000002', $1, 'points', '{}', 0, 365, 'day', 'down', false, now(), now())",
        ] {
            sqlx::query(statement).bind(programme).execute(&mut *db).await.unwrap();
        }
        for (number, customer) in [("100", customers[0]), ("200", customers[1])] {
            sqlx::query("insert into crm.customer (customer_id, kind, name, vip, created_at, updated_at) values ($1, 'individual', $2, false, now(), now())")
                .bind(customer)
                .bind(number)
                .execute(&mut *db)
                .await
                .unwrap();
            let account = MasterAccountId::from_uuid(Uuid::from_u128(100 + customer.as_uuid().as_u128()));
            sqlx::query(
                "insert into loyalty.account (account_id, programme_id, number, customer_id, status, registered_at, enrolled_at)
                 values ($1, $2, $3, $4, 20, now(), now())",
            )
            .bind(account)
            .bind(programme)
            .bind(number)
            .bind(customer)
            .execute(&mut *db)
            .await
            .unwrap();
            accrue(&server, &mut db, account, points).await;
        }
        drop(db);
        Self { server, programme, points, customers }
    }

    /// What a member can spend.
    pub async fn points_of(&self, number: &str) -> i64 {
        let mut db = self.server.db.pool().acquire().await.unwrap();
        let owner: Uuid = sqlx::query_scalar("select account_id from loyalty.account where number = $1")
            .bind(number)
            .fetch_one(&mut *db)
            .await
            .unwrap();
        let of = Account { owner, currency: CurrencyId::from_uuid(self.points.as_uuid()) };
        ledger::query::balance(&mut db, self.server.state.clock.now(), of).await.unwrap().available
    }
}

async fn accrue(
    server: &TestServer,
    db: &mut sqlx::PgConnection,
    account: MasterAccountId,
    points: BonusTypeId,
) {
    let mut rng = server.state.dice();
    let edit = Edit { now: server.state.clock.now(), author: Author::System, rng: &mut rng };
    let movement = Movement::Credit {
        account: Account { owner: account.as_uuid(), currency: CurrencyId::from_uuid(points.as_uuid()) },
        amount: Amount::new(1_000).unwrap(),
        from: Counter::the(ISSUER),
        lot: LotTerms::default(),
    };
    let order = Order::new(format!("start:{account}"), "accrue", "test", Author::System, movement);
    ledger::post(db, edit.now, edit.rng, &[order]).await.unwrap().pop().unwrap().unwrap();
}

/// A request with an `Idempotency-Key`.
pub async fn post_once(browser: &Browser, path: &str, key: &str, body: &Value) -> crate::support::Answer {
    let request = browser.request(Method::POST, path).header("idempotency-key", key).json(body);
    crate::support::Answer(request.send().await.unwrap())
}

/// A request with an `Idempotency-Key` of its own.
pub async fn moved(browser: &Browser, path: &str, body: &Value) -> crate::support::Answer {
    post_once(browser, path, &format!("k-{}", COUNT.fetch_add(1, Ordering::Relaxed)), body).await
}

fn gift(code: &str, price: i64, stock: Option<i32>, needs_confirmation: bool) -> Value {
    json!({
        "reward": {
            "code": code, "title": { "ru": "Кружка" }, "kind": "gift", "physical": true,
            "needs_confirmation": needs_confirmation,
        },
        "prices": [{ "bonus_type": "points", "amount": price }],
        "stock": stock,
    })
}

/// CIMP-MST-01, CIMP-MST-02, CIMP-MST-03, CIMP-MST-04, CIMP-MST-05, CIMP-MST-06, CIMP-MST-07: one set of routes for all masters; marketing changes them, customer service reads them.
#[tokio::test(flavor = "multi_thread")]
async fn masters_are_kept_by_marketing_and_read_by_customer_service() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let service = server.with_role(role::CUSTOMER_SERVICE).await;
    let shop = json!({ "code": "shop", "title": { "ru": "Магазин" } });
    let made =
        marketing.post("/api/v1/loyalty/masters/merchant", &shop).await.expect(StatusCode::CREATED).await;
    let mug = json!({ "code": "SKU-1", "title": { "ru": "Кружка" }, "parent": "shop", "attributes": { "price": 9.5 } });
    marketing.post("/api/v1/loyalty/masters/merchandise", &mug).await.expect(StatusCode::CREATED).await;
    let reason = json!({ "code": "R1", "title": { "ru": "Ошибка" }, "areas": ["adjustment"] });
    marketing.post("/api/v1/loyalty/masters/reason", &reason).await.expect(StatusCode::CREATED).await;

    let again = marketing.post("/api/v1/loyalty/masters/merchant", &shop).await;
    again.expect_problem(409, "already-exists").await;
    let orphan = json!({ "code": "x", "title": { "ru": "X" } });
    let problem = marketing
        .post("/api/v1/loyalty/masters/merchandise", &orphan)
        .await
        .expect_problem(422, "invalid")
        .await;
    assert_eq!(problem["errors"][0]["pointer"], "/parent");
    service.post("/api/v1/loyalty/masters/merchant", &shop).await.expect_problem(403, "forbidden").await;
    service.get("/api/v1/loyalty/masters/nonsense").await.expect_problem(404, "not-found").await;

    let list = service
        .get("/api/v1/loyalty/masters/merchandise?parent=shop&q=круж")
        .await
        .expect(StatusCode::OK)
        .await;
    assert_eq!(list["items"][0]["attributes"]["price"], 9.5);
    let list = service.get("/api/v1/loyalty/masters/reason?area=award").await.expect(StatusCode::OK).await;
    assert_eq!(list["items"], json!([]));
    let path = format!("/api/v1/loyalty/masters/merchant/{}", made["id"].as_str().unwrap());
    let renamed = json!({ "code": "shop", "title": { "ru": "Лавка" } });
    marketing.put(&path, 1, &renamed).await.expect(StatusCode::OK).await;
    marketing.put(&path, 1, &renamed).await.expect_problem(412, "changed-meanwhile").await;
    marketing.delete(&path).await.expect(StatusCode::NO_CONTENT).await;
    let found = service.get(&path).await.expect(StatusCode::OK).await;
    assert_eq!((&found["active"], &found["title"]["ru"]), (&json!(false), &json!("Лавка")));
    let past = service.get(&format!("{path}/history")).await.expect(StatusCode::OK).await;
    let kinds: Vec<&str> =
        past["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    // All three at one moment of the test's clock, so in no order.
    assert_eq!(kinds.iter().filter(|kind| **kind == "master_changed").count(), 2);
    assert!(past["items"].to_string().contains("\"field\":\"title\""), "{past}");
}

/// CIMP-RED-01, CIMP-RED-02, CIMP-RED-03, CIMP-RED-05, CIMP-API-11, CIMP-API-12, CIMP-ST-03: customer service and programs order, confirm and cancel,
/// in JSON and in XML; what is repeated counts once.
#[tokio::test(flavor = "multi_thread")]
async fn rewards_are_ordered_confirmed_and_cancelled() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let mug = marketing.post("/api/v1/loyalty/rewards", &gift("mug", 300, Some(2), true)).await;
    let mug = mug.expect(StatusCode::CREATED).await;
    marketing
        .post("/api/v1/loyalty/rewards", &gift("sold-out", 1, Some(0), true))
        .await
        .expect(StatusCode::CREATED)
        .await;

    let offered = service.get("/api/v1/loyalty/rewards?offered=true").await.expect(StatusCode::OK).await;
    assert_eq!(offered["items"].as_array().unwrap().len(), 1);
    assert_eq!(offered["items"][0]["prices"][0]["amount"], 300);
    let xml = service
        .request(Method::GET, "/api/v1/loyalty/rewards?offered=true")
        .header("accept", "application/xml");
    let xml = xml.send().await.unwrap().text().await.unwrap();
    assert!(xml.starts_with("<?xml") && xml.contains("<code>mug</code>"), "{xml}");

    let body = json!({ "account": "100", "reward": "mug", "quantity": 2 });
    let order =
        post_once(&service, "/api/v1/loyalty/orders", "k1", &body).await.expect(StatusCode::CREATED).await;
    let again =
        post_once(&service, "/api/v1/loyalty/orders", "k1", &body).await.expect(StatusCode::CREATED).await;
    assert_eq!((&order, &order["state"], &order["source"]), (&again, &json!("placed"), &json!("ui")));
    assert_eq!(club.points_of("100").await, 400);
    let other = json!({ "account": "200", "reward": "mug" });
    service.post("/api/v1/loyalty/orders", &other).await.expect_problem(400, "malformed-request").await;
    post_once(&service, "/api/v1/loyalty/orders", "k1", &other)
        .await
        .expect_problem(422, "idempotency-key-reused")
        .await;
    moved(&service, "/api/v1/loyalty/orders", &other).await.expect_problem(409, "not-possible-now").await;
    let path = format!("/api/v1/loyalty/orders/{}", order["id"].as_str().unwrap());
    let confirmed = service.post(&format!("{path}/confirm"), &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!(confirmed["state"], "confirmed");
    service.post(&format!("{path}/confirm"), &json!({})).await.expect(StatusCode::OK).await;
    let cancelled = service.post(&format!("{path}/cancel"), &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!((cancelled["state"].as_str(), club.points_of("100").await), (Some("cancelled"), 1_000));
    service.post(&format!("{path}/confirm"), &json!({})).await.expect_problem(409, "not-possible-now").await;

    let stock = format!("/api/v1/loyalty/rewards/{}/stock", mug["id"].as_str().unwrap());
    let counted =
        marketing.post(&stock, &json!({ "kind": "add", "quantity": 5 })).await.expect(StatusCode::OK).await;
    assert_eq!(counted["stock"], 7);
    marketing
        .post(&stock, &json!({ "kind": "add", "quantity": -8 }))
        .await
        .expect_problem(422, "invalid")
        .await;
    service.post(&stock, &json!({ "kind": "unlimited" })).await.expect_problem(403, "forbidden").await;
}

/// GAP-23, CIMP-API-12: an order in XML, and one in named parameters.
#[tokio::test(flavor = "multi_thread")]
async fn rewards_are_ordered_in_xml_and_by_named_parameters() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let mug = gift("mug", 300, Some(2), true);
    marketing.post("/api/v1/loyalty/rewards", &mug).await.expect(StatusCode::CREATED).await;
    let xml = "<order><account>200</account><reward>mug</reward><quantity>1</quantity></order>";
    let placed = service.request(Method::POST, "/api/v1/loyalty/orders");
    let placed = placed
        .header("idempotency-key", "x1")
        .header("content-type", "application/xml")
        .header("accept", "application/xml")
        .body(xml);
    let placed = placed.send().await.unwrap();
    assert_eq!(placed.status(), StatusCode::CREATED);
    assert!(placed.text().await.unwrap().contains("<state>placed</state>"));
    let form = service.request(Method::POST, "/api/v1/loyalty/orders");
    let form = form
        .header("idempotency-key", "f1")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("account=200&reward=mug&quantity=1");
    assert_eq!(form.send().await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(club.points_of("200").await, 400);
    let poor = json!({ "account": "200", "reward": "mug", "quantity": 2 });
    moved(&service, "/api/v1/loyalty/orders", &poor).await.expect_problem(409, "not-possible-now").await;
    let list =
        service.get("/api/v1/loyalty/orders?account=200&state=placed").await.expect(StatusCode::OK).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

/// A partner that gives a mile for 100 points, 100 at least.
async fn with_rate(marketing: &Browser, unit_id: Value) -> Value {
    let airline = json!({
        "code": "airline", "title": { "ru": "Авиалинии" }, "unit_id": unit_id, "currency": { "code": "miles", "scale": 0 },
    });
    let airline =
        marketing.post("/api/v1/loyalty/partners", &airline).await.expect(StatusCode::CREATED).await;
    let rate = json!({
        "partner_id": airline["id"], "programme": "main", "bonus_type": "points", "give": 100, "get": 1, "minimum": 100,
    });
    marketing.post("/api/v1/loyalty/rates", &rate).await.expect(StatusCode::CREATED).await;
    airline
}

/// CIMP-PRT-01, CIMP-PRT-02, CIMP-ROLE-01: partners, services and orders of them; who works for a partner sees that one and no
/// other.
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_sees_itself_and_no_other() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let administrator = club.server.administrator().await;
    let unit_body = json!({ "name": "Airline", "parent_id": unit::ROOT });
    let airline_unit = administrator.post("/api/v1/units", &unit_body).await;
    let airline_unit: Value = airline_unit.expect(StatusCode::CREATED).await;
    let unit_id: OrgUnitId = serde_json::from_value(airline_unit["unit_id"].clone()).unwrap();
    let own = club.server.person("pilot", role::PARTNER, unit_id).await;
    let own = club.server.session_of(own).await;

    let airline = with_rate(&marketing, json!(unit_id)).await;
    let cinema = json!({ "code": "cinema", "title": { "ru": "Кино" } });
    let cinema = marketing.post("/api/v1/loyalty/partners", &cinema).await.expect(StatusCode::CREATED).await;
    own.post("/api/v1/loyalty/rates", &json!({})).await.expect_problem(403, "forbidden").await;

    let seen = own.get("/api/v1/loyalty/partners").await.expect(StatusCode::OK).await;
    assert_eq!(seen["items"], json!([airline]));
    let path = format!("/api/v1/loyalty/partners/{}", cinema["id"].as_str().unwrap());
    own.get(&path).await.expect_problem(404, "not-found").await;
    let mut lounge = gift("lounge", 200, Some(3), true);
    lounge["reward"]["kind"] = json!("partner_service");
    lounge["reward"]["partner_id"] = cinema["id"].clone();
    own.post("/api/v1/loyalty/rewards", &lounge).await.expect_problem(403, "forbidden").await;
    lounge["reward"]["partner_id"] = airline["id"].clone();
    own.post("/api/v1/loyalty/rewards", &lounge).await.expect(StatusCode::CREATED).await;
    own.get("/api/v1/loyalty/promotions").await.expect_problem(403, "forbidden").await;

    let order = json!({ "account": "100", "reward": "lounge" });
    let order = moved(&service, "/api/v1/loyalty/orders", &order).await.expect(StatusCode::CREATED).await;
    let confirm = format!("/api/v1/loyalty/orders/{}/confirm", order["id"].as_str().unwrap());
    own.post(&confirm, &json!({})).await.expect(StatusCode::OK).await;
    marketing
        .post("/api/v1/loyalty/rewards", &gift("mug", 10, None, true))
        .await
        .expect(StatusCode::CREATED)
        .await;
    let foreign = json!({ "account": "100", "reward": "mug" });
    let foreign = moved(&service, "/api/v1/loyalty/orders", &foreign).await.expect(StatusCode::CREATED).await;
    let confirm = format!("/api/v1/loyalty/orders/{}/confirm", foreign["id"].as_str().unwrap());
    own.post(&confirm, &json!({})).await.expect_problem(404, "not-found").await;
    assert_eq!(
        own.get("/api/v1/loyalty/orders").await.expect(StatusCode::OK).await["items"][0]["id"],
        order["id"]
    );
}

/// CIMP-PRT-03, CIMP-PRT-04, PP-LOY-02: points are exchanged once a key, at the rate, and counted for a period.
#[tokio::test(flavor = "multi_thread")]
async fn points_are_exchanged_into_those_of_a_partner_and_counted() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let own = club.server.with_role(role::PARTNER).await;
    let airline = with_rate(&marketing, Value::Null).await;
    let mut lounge = gift("lounge", 200, Some(3), false);
    lounge["reward"]["kind"] = json!("partner_service");
    lounge["reward"]["partner_id"] = airline["id"].clone();
    marketing.post("/api/v1/loyalty/rewards", &lounge).await.expect(StatusCode::CREATED).await;
    let order = json!({ "account": "100", "reward": "lounge" });
    moved(&service, "/api/v1/loyalty/orders", &order).await.expect(StatusCode::CREATED).await;

    let exchange = json!({ "account": "200", "partner": "airline", "bonus_type": "points", "amount": 550 });
    for _ in 0..2 {
        let done = post_once(&service, "/api/v1/loyalty/conversions", "c1", &exchange).await;
        let done = done.expect(StatusCode::CREATED).await;
        assert_eq!(
            (&done["given"], &done["got"], &done["currency"]),
            (&json!(550), &json!(5), &json!("miles"))
        );
    }
    assert_eq!(club.points_of("200").await, 450);
    let little = json!({ "account": "200", "partner": "airline", "bonus_type": "points", "amount": "99" });
    let problem =
        moved(&service, "/api/v1/loyalty/conversions", &little).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/amount");
    moved(&own, "/api/v1/loyalty/conversions", &exchange).await.expect_problem(403, "forbidden").await;

    let period = "/api/v1/loyalty/partner-statistics?from=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z";
    let counted = own.get(period).await.expect(StatusCode::OK).await;
    assert_eq!(
        (&counted["services"][0]["spent"], &counted["conversions"][0]["got"]),
        (&json!(200), &json!(5))
    );
    let csv = own
        .request(Method::GET, period)
        .header("accept", "text/csv")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(csv.lines().nth(1), Some("service,airline,lounge,points,0,1,0,1,1,200,,"));
    assert_eq!(csv.lines().nth(2), Some("conversion,airline,,points,,1,,,1,550,miles,5"));
    own.get("/api/v1/loyalty/partner-statistics").await.expect_problem(422, "invalid").await;
}
