//! Loyalty by HTTP: several kinds of points and programmes, tiers by points and money, discounts, the whole life of a
//! point, and what outside systems read.

use crate::loyalty::{earns, moved, programme, register, service};
use crate::loyalty_catalogue::Club;
use crate::support::{Answer, Browser, TestServer};
use access::role;
use actors::loyalty::{CONSUMER, Standings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// What reads the log for tiers, to its end.
async fn settled(server: &TestServer) {
    let pool = server.db.pool().clone();
    let standings = Standings { log: platform::event::Log::new(pool.clone()), clock: server.clock.clone() };
    let mut dice = server.state.dice();
    // Other tests share the server of databases: what they have open holds the log's horizon back for a moment.
    for _ in 0..600 {
        while standings.step(&mut dice).await.unwrap() > 0 {}
        let mut db = pool.acquire().await.unwrap();
        if platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
            return;
        }
        drop(db);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    unreachable!("the reader of events does not come to the log's end");
}

async fn put(browser: &Browser, path: &str, body: &Value) -> Answer {
    Answer(browser.request(Method::PUT, path).json(body).send().await.unwrap())
}

async fn programme_id(browser: &Browser) -> String {
    let all = browser.get("/api/v1/loyalty/programmes").await.expect(StatusCode::OK).await;
    all["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn balance(browser: &Browser, bonus_type: &str) -> Value {
    let all = browser.get("/api/v1/loyalty/accounts/100/balance").await.expect(StatusCode::OK).await;
    let own = all["balances"].as_array().unwrap().iter().find(|one| one["bonus_type"] == bonus_type);
    own.map_or(json!(0), |own| own["available"].clone())
}

async fn tier(browser: &Browser) -> Value {
    let profile = browser.get("/api/v1/loyalty/accounts/100").await.expect(StatusCode::OK).await;
    profile["tier"]["code"].clone()
}

/// CIMP-TIER-01, CIMP-TIER-02, CIMP-MST-08: marketing adds tiers of its own by what was earned and spent; the next
/// activity raises the tier, goods that come back are not spent; what a condition cannot count is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_tier_rises_with_what_is_earned_and_spent() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.purchase", "event.amount / 100"))]).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let tiers = format!("/api/v1/loyalty/programmes/{}/tiers", programme_id(&marketing).await);
    let tier_of = |level: i32, code: &str, condition: &str| json!({ "level": level, "code": code, "title": { "en": code }, "condition": condition });
    let wrong = tier_of(6, "wrong", "account.earned.pionts > 5");
    let problem = marketing.post(&tiers, &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/condition");
    for (level, code, condition) in [
        (6, "earner", "account.earned.points >= 50"),
        (7, "spender", "account.spent.purchase >= 9000"),
        (8, "payer", "account.spent.purchase + account.spent.payment >= 20000"),
    ] {
        marketing.post(&tiers, &tier_of(level, code, condition)).await.expect(StatusCode::CREATED).await;
    }
    let report = async |kind: &str, id: &str, amount: u32| {
        let body = json!({ "account": "100", "kind": kind, "id": id, "source": "till", "data": { "amount": amount } });
        moved(&clerk, "/api/v1/loyalty/activities", &body).await.expect(StatusCode::OK).await;
        settled(&server).await;
        tier(&clerk).await
    };

    assert_eq!(report("purchase", "r1", 4_900).await, "basic", "49 points");
    assert_eq!(report("purchase", "r2", 100).await, "earner");
    assert_eq!(report("purchase", "r2", 100).await, "earner", "a repeated report is not spent twice");
    assert_eq!(report("purchase", "r3", 4_000).await, "spender");
    assert_eq!(report("payment", "p1", 11_000).await, "payer");
    let back = json!({ "purchase": "r3", "source": "till", "amount": 500 });
    moved(&clerk, "/api/v1/loyalty/accounts/100/returns", &back).await.expect(StatusCode::OK).await;
    settled(&server).await;
    assert_eq!(tier(&clerk).await, "earner", "8,500 and 11,000 are left");
    let spent: Vec<(String, String)> =
        sqlx::query_as("select kind, amount::text from loyalty.turnover order by kind")
            .fetch_all(server.db.pool())
            .await
            .unwrap();
    let of = |kind: &str, amount: &str| (kind.to_owned(), amount.to_owned());
    assert_eq!(spent, [of("payment", "11000.000000"), of("purchase", "8500.000000")]);
}

/// PP-LOY-04: each level carries its discount, which is off the price of rewards; the order keeps what it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_tier_has_its_discount_on_rewards() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[]).await;
    let lines = json!([service(1, "mobile"), service(2, "tv"), service(3, "cloud")]);
    register(&clerk, "100", lines).await;
    let award = json!({ "amount": 1000, "reason": "welcome" });
    moved(&clerk, "/api/v1/loyalty/accounts/100/awards", &award).await.expect(StatusCode::OK).await;
    let mug = json!({
        "reward": { "code": "mug", "title": { "en": "Mug" }, "kind": "gift", "needs_confirmation": true },
        "prices": [{ "bonus_type": "points", "amount": 150 }],
    });
    marketing.post("/api/v1/loyalty/rewards", &mug).await.expect(StatusCode::CREATED).await;

    let two = json!({ "account": "100", "reward": "mug", "quantity": 2 });
    let placed = moved(&clerk, "/api/v1/loyalty/orders", &two).await.expect(StatusCode::CREATED).await;
    assert_eq!(
        (&placed["amount"], &placed["discount_percent"]),
        (&json!(291), &json!(3)),
        "silver has 3 percent"
    );
    assert_eq!(balance(&clerk, "points").await, 709);
    let confirm = format!("/api/v1/loyalty/orders/{}/confirm", placed["id"].as_str().unwrap());
    clerk.post(&confirm, &json!({})).await.expect(StatusCode::OK).await;
    let off = "/api/v1/loyalty/services/S3/disconnect";
    clerk.post(off, &json!({})).await.expect(StatusCode::OK).await;
    let one = json!({ "account": "100", "reward": "mug" });
    let placed = moved(&clerk, "/api/v1/loyalty/orders", &one).await.expect(StatusCode::CREATED).await;
    assert_eq!((&placed["amount"], &placed["discount_percent"]), (&json!(147), &json!(2)));
}

/// CIMP-BON-11, CIMP-API-09: points exist in several types; accrual, write-off and adjustment name the type, and where
/// there are several one must be named.
#[tokio::test(flavor = "multi_thread")]
async fn points_of_several_types_stand_beside_each_other() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    let mut stars = earns("loyalty.purchase", "2.5");
    stars["reactions"][0]["bonus_type"] = json!("stars");
    programme(&server, &marketing, &[("points", earns("loyalty.purchase", "10")), ("stars", stars)]).await;
    let types = format!("/api/v1/loyalty/programmes/{}/bonus-types", programme_id(&marketing).await);
    let fields = json!({ "code": "stars", "title": { "en": "Stars" }, "scale": 2 });
    marketing.post(&types, &fields).await.expect(StatusCode::CREATED).await;
    register(&clerk, "100", json!([service(1, "mobile")])).await;
    let known = async || {
        let body = json!({ "account": "100", "kind": "purchase", "data": { "amount": 5 } });
        moved(&clerk, "/api/v1/loyalty/activities", &body).await.expect(StatusCode::OK).await
    };
    let mut earned = known().await;
    for _ in 0..1_000 {
        if earned["accrued"].as_array().unwrap().len() == 2 {
            break;
        }
        // The new type counts a quarter of a second after it was made.
        tokio::task::yield_now().await;
        earned = known().await;
    }
    let before = (balance(&clerk, "points").await, balance(&clerk, "stars").await);
    assert_eq!(earned["accrued"].as_array().unwrap().len(), 2, "{earned}");

    let path = "/api/v1/loyalty/accounts/100/adjustments";
    let nameless = json!({ "amount": -1, "reason": "mistake" });
    let problem = moved(&clerk, path, &nameless).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/bonus_type");
    assert_eq!(problem["errors"][0]["detail"], "say which: points, stars");
    let named = json!({ "bonus_type": "stars", "amount": "-1.25", "reason": "mistake" });
    moved(&clerk, path, &named).await.expect(StatusCode::OK).await;
    let added = json!({ "bonus_type": "points", "amount": 7, "reason": "goodwill" });
    moved(&clerk, path, &added).await.expect(StatusCode::OK).await;

    let after = (balance(&clerk, "points").await, balance(&clerk, "stars").await);
    assert_eq!(after.0.as_f64().unwrap(), before.0.as_f64().unwrap() + 7.0);
    assert_eq!(after.1.as_f64().unwrap(), before.1.as_f64().unwrap() - 1.25);
}

/// CIMP-GEN-09, CIMP-GEN-05: two programmes of two industries in one installation, each with its zone, points, tiers and
/// rules; the same person takes part in both, and nothing of one is in the other.
#[tokio::test(flavor = "multi_thread")]
async fn programmes_of_several_industries_stand_beside_each_other() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    let mut minutes = earns("loyalty.topped_up", "event.amount / 10");
    minutes["criteria"]["text"] = json!("event.programme == 'main' and account.region == 'tashkent'");
    let mut clinic = earns("loyalty.topped_up", "1");
    clinic["criteria"]["text"] = json!("event.programme == 'clinic'");
    clinic["reactions"][0]["bonus_type"] = json!("visits");
    programme(&server, &marketing, &[("telecom", minutes), ("clinic", clinic)]).await;
    let second = json!({ "code": "clinic", "title": { "en": "Clinic" }, "zone": "Europe/Berlin" });
    let second =
        marketing.post("/api/v1/loyalty/programmes", &second).await.expect(StatusCode::CREATED).await;
    let types = format!("/api/v1/loyalty/programmes/{}/bonus-types", second["id"].as_str().unwrap());
    let visits = json!({ "code": "visits", "title": { "en": "Visits" } });
    marketing.post(&types, &visits).await.expect(StatusCode::CREATED).await;

    let body = |programme: &str| {
        json!({ "programme": programme, "number": "100", "region": "tashkent", "services": [service(1, "mobile")],
            "participant": { "name": "Aziza Karimova", "phone": "+998901112233" } })
    };
    let mut customers = Vec::new();
    for code in ["main", "clinic"] {
        let profile =
            moved(&clerk, "/api/v1/loyalty/accounts", &body(code)).await.expect(StatusCode::CREATED).await;
        customers.push(profile["participant"]["customer_id"].clone());
    }
    assert_eq!(customers[0], customers[1], "one person in both");
    let (mut earned, mut tries) = (Value::Null, 0);
    while earned["accrued"][0]["bonus_type"] != "visits" && tries < 1_000 {
        let report = json!({ "programme": "clinic", "account": "100", "kind": "topped_up", "data": { "amount": 500 } });
        earned = moved(&clerk, "/api/v1/loyalty/activities", &report).await.expect(StatusCode::OK).await;
        tries += 1;
        tokio::task::yield_now().await;
    }
    assert_eq!(earned["accrued"][0]["amount"], 1, "{earned}");
    let nameless = json!({ "account": "100", "kind": "topped_up", "data": { "amount": 500 } });
    moved(&clerk, "/api/v1/loyalty/activities", &nameless).await.expect_problem(422, "invalid").await;
    let report =
        json!({ "programme": "main", "account": "100", "kind": "topped_up", "data": { "amount": 500 } });
    let other = moved(&clerk, "/api/v1/loyalty/activities", &report).await.expect(StatusCode::OK).await;
    assert_eq!(
        (&other["accrued"][0]["bonus_type"], &other["accrued"][0]["balance"]),
        (&json!("points"), &json!(50))
    );
    let desk = format!("/api/v1/customers/{}/loyalty", customers[0].as_str().unwrap());
    let desk = clerk.get(&desk).await.expect(StatusCode::OK).await;
    assert_eq!(desk["memberships"].as_array().unwrap().len(), 2);
}

/// CIMP-API-13, CIMP-ACC-01: an activity names its account by the number or by the id.
#[tokio::test(flavor = "multi_thread")]
async fn an_activity_names_its_account_by_number_or_id() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.payment", "7"))]).await;
    let profile = register(&clerk, "100", json!([service(1, "mobile")])).await;
    let report = async |account: &Value, programme: Option<&str>| {
        let body =
            json!({ "account": account, "programme": programme, "kind": "payment", "data": { "amount": 5 } });
        moved(&clerk, "/api/v1/loyalty/activities", &body).await
    };

    for (named, total) in [(&profile["number"], 7), (&profile["id"], 14)] {
        let earned = report(named, None).await.expect(StatusCode::OK).await;
        assert_eq!((&earned["account"], &earned["accrued"][0]["balance"]), (&json!("100"), &json!(total)));
    }
    let nobody = json!("00000000-0000-7000-8000-000000000009");
    report(&nobody, None).await.expect_problem(404, "not-found").await;
    let problem = report(&profile["id"], Some("other")).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["detail"], "the account is of the programme main");
}

/// CIMP-ACC-04, CIMP-ACC-05, CIMP-ACC-06, CIMP-ENT-01, CIMP-ENT-02, CIMP-ENT-03: what is kept of an account, its participant
/// and its services; every attribute is optional but the name, contact points are checked, regions are those of the masters.
#[tokio::test(flavor = "multi_thread")]
async fn the_profile_has_everything_that_is_kept() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[]).await;
    for (kind, entry) in [
        ("macroregion", json!({ "code": "centre", "title": { "en": "Centre" } })),
        ("region", json!({ "code": "tashkent", "title": { "en": "Tashkent" }, "parent": "centre" })),
    ] {
        let path = format!("/api/v1/loyalty/masters/{kind}");
        marketing.post(&path, &entry).await.expect(StatusCode::CREATED).await;
    }

    let bare =
        json!({ "number": "7", "services": [service(7, "tv")], "participant": { "name": "Only Name" } });
    let bare = moved(&clerk, "/api/v1/loyalty/accounts", &bare).await.expect(StatusCode::CREATED).await;
    for field in ["phone", "email", "birth_date", "sex", "address"] {
        assert_eq!(bare["participant"][field], Value::Null, "{field}");
    }
    assert_eq!((&bare["macroregion"], &bare["region"]), (&Value::Null, &Value::Null));
    let profile = register(&clerk, "100", json!([service(1, "mobile")])).await;
    let participant = &profile["participant"];
    for (field, value) in [
        ("name", "Aziza Karimova"),
        ("phone", "+998901112233"),
        ("email", "aziza@example.com"),
        ("birth_date", "1990-03-02"),
        ("sex", "female"),
        ("address", "Tashkent, Navoi 1"),
    ] {
        assert_eq!(participant[field], value, "{field}");
    }
    let own = &profile["services"][0];
    assert_eq!(
        (&own["code"], &own["name"], &own["user_id"]),
        (&json!("S1"), &json!("mobile"), &json!("+998901234561"))
    );
    assert_eq!((&own["line"], &own["state"]), (&json!("mobile"), &json!("connected")));
    assert_eq!((&profile["macroregion"], &profile["status_code"]), (&json!("centre"), &json!(20)));
    assert!(profile["registered_at"].is_string() && profile["id"].is_string());
    assert_eq!(
        (&profile["tier"]["code"], &profile["balances"][0]["bonus_type"]),
        (&json!("basic"), &json!("points"))
    );

    let path = "/api/v1/loyalty/accounts/100";
    let set = put(&clerk, path, &json!({ "region": "tashkent" })).await.expect(StatusCode::OK).await;
    assert_eq!(set["region"], "tashkent");
    for (body, pointer) in [
        (json!({ "macroregion": "mars" }), "/macroregion"),
        (json!({ "region": "nowhere" }), "/region"),
        (json!({ "participant": { "email": "no address" } }), "/participant/identifiers"),
        (json!({ "participant": { "birth_date": "yesterday" } }), "/participant/attributes/birthday"),
    ] {
        let problem = put(&clerk, path, &body).await.expect_problem(422, "invalid").await;
        let at = problem["errors"][0]["pointer"].as_str().unwrap();
        assert!(at.starts_with(pointer), "{problem}");
    }
    let none =
        put(&clerk, path, &json!({ "macroregion": "", "region": "" })).await.expect(StatusCode::OK).await;
    assert_eq!((&none["macroregion"], &none["region"]), (&Value::Null, &Value::Null));
}

/// CIMP-API-02, CIMP-INT-01: a personal cabinet, a CRM or an ESB with a key reads everything that it shows of a programme, as
/// JSON and as XML, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_outside_system_reads_what_it_shows() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    programme(&server, &marketing, &[("earn", earns("loyalty.purchase", "event.amount / 10"))]).await;
    let profile = register(&clerk, "100", json!([service(1, "mobile")])).await;
    let buy = json!({ "account": "100", "kind": "purchase", "data": { "amount": 1000 } });
    let bought = moved(&clerk, "/api/v1/loyalty/activities", &buy).await.expect(StatusCode::OK).await;
    let administrator = server.administrator().await;
    let key = json!({ "name": "cabinet", "operations": ["loyalty.read"] });
    let key = administrator.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
    let cabinet = server.program(key["key"].as_str().unwrap());

    let id = programme_id(&marketing).await;
    let movement = bought["accrued"][0]["transaction"].as_str().unwrap();
    let customer = profile["participant"]["customer_id"].as_str().unwrap();
    for (path, root) in [
        ("/api/v1/loyalty/programmes".to_owned(), "programmes"),
        (format!("/api/v1/loyalty/programmes/{id}/bonus-types"), "bonus_types"),
        (format!("/api/v1/loyalty/programmes/{id}/tiers"), "tiers"),
        ("/api/v1/loyalty/accounts?q=100".to_owned(), "accounts"),
        ("/api/v1/loyalty/accounts/100".to_owned(), "account"),
        ("/api/v1/loyalty/accounts/100/balance".to_owned(), "balance"),
        ("/api/v1/loyalty/accounts/100/history".to_owned(), "history"),
        (format!("/api/v1/loyalty/accounts/100/movements/{movement}"), "explanation"),
        (format!("/api/v1/customers/{customer}/loyalty"), "memberships"),
        ("/api/v1/loyalty/rewards".to_owned(), "rewards"),
    ] {
        cabinet.get(&path).await.expect(StatusCode::OK).await;
        let xml =
            cabinet.request(Method::GET, &path).header("accept", "application/xml").send().await.unwrap();
        assert_eq!(
            (xml.status(), &xml.headers()["content-type"]),
            (StatusCode::OK, &"application/xml; charset=utf-8".parse().unwrap()),
            "{path}"
        );
        let text = xml.text().await.unwrap();
        assert!(text.contains(&format!("<{root}")), "{path}: {text}");
    }
    moved(&cabinet, "/api/v1/loyalty/activities", &buy).await.expect_problem(403, "forbidden").await;
}

/// CIMP-GEN-02, CIMP-GEN-06: a point's whole life: accrued, adjusted, spent, exchanged, expired; every movement is the
/// ledger's, whose own recount finds nothing wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_point_lives_from_its_accrual_to_its_expiry() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let clerk = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let award = json!({ "amount": 500, "reason": "welcome", "validity_days": 10 });
    moved(&clerk, "/api/v1/loyalty/accounts/100/awards", &award).await.expect(StatusCode::OK).await;
    let less = json!({ "amount": -100, "reason": "mistake" });
    moved(&clerk, "/api/v1/loyalty/accounts/100/adjustments", &less).await.expect(StatusCode::OK).await;
    let mug = json!({
        "reward": { "code": "mug", "title": { "en": "Mug" }, "kind": "gift" },
        "prices": [{ "bonus_type": "points", "amount": 150 }],
    });
    marketing.post("/api/v1/loyalty/rewards", &mug).await.expect(StatusCode::CREATED).await;
    let order = json!({ "account": "100", "reward": "mug" });
    moved(&clerk, "/api/v1/loyalty/orders", &order).await.expect(StatusCode::CREATED).await;
    let airline = json!({ "code": "airline", "title": { "en": "Airline" }, "currency": { "code": "miles", "scale": 0 } });
    let airline =
        marketing.post("/api/v1/loyalty/partners", &airline).await.expect(StatusCode::CREATED).await;
    let rate = json!({ "partner_id": airline["id"], "programme": "main", "bonus_type": "points", "give": 100, "get": 1 });
    marketing.post("/api/v1/loyalty/rates", &rate).await.expect(StatusCode::CREATED).await;
    let exchange = json!({ "account": "100", "partner": "airline", "bonus_type": "points", "amount": 100 });
    moved(&clerk, "/api/v1/loyalty/conversions", &exchange).await.expect(StatusCode::CREATED).await;
    assert_eq!(club.points_of("100").await, 1_000 + 500 - 100 - 150 - 100);

    club.server.advance_minutes(12 * 24 * 60);
    let pool = club.server.db.pool();
    assert_eq!(trunkline::loyalty::expiry::expire_due(pool, &*club.server.clock).await.unwrap(), 1);

    assert_eq!(
        club.points_of("100").await,
        1_000,
        "350 were spent from those that expire first, 150 expired"
    );
    let mut kinds: Vec<(String, i64)> = sqlx::query_as(
        "select t.kind, sum(p.amount)::bigint from ledger.transaction t join ledger.posting p using (number)
         join ledger.account a on a.id in (p.debit_account, p.credit_account) and a.role = 'member'
         join loyalty.account m on m.account_id = a.owner and m.number = '100'
         where a.currency = '00000000-0000-0000-0000-000000000002' group by t.kind",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    kinds.sort();
    let of = |kind: &str, amount| (kind.to_owned(), amount);
    let all = [
        of("accrue", 1_000),
        of("adjust", 100),
        of("award", 500),
        of("convert", 100),
        of("expire", 150),
        of("spend", 150),
    ];
    assert_eq!(kinds, all);
    let mut db = pool.acquire().await.unwrap();
    let report = ledger::verify(&mut db).await.unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
}
