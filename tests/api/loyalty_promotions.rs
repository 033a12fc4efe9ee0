//! Promotions and coupons by HTTP, with the reader of events and the worker that belong to them.

use crate::loyalty_catalogue::{Club, moved, post_once};
use crate::support::{Browser, TestServer};
use access::role;
use actors::promotions::{CONSUMER, Next, Promotions, step};
use base::Author;
use loyalty::coupon::code::CodeKey;
use platform::event::{OutsideEvent, append_outside};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// CIMP-TIER-02, CIMP-SPV-01, NFR-LOW-01: conditions are put together from what they may look at, and what is kept is an
/// expression, which comes back as a form where the form can say it.
#[tokio::test(flavor = "multi_thread")]
async fn a_condition_is_a_form_an_expression_and_a_form_again() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::ADMINISTRATOR).await;
    crate::loyalty::programme(&server, &marketing, &[]).await;
    let programmes = marketing.get("/api/v1/loyalty/programmes").await.expect(StatusCode::OK).await;
    let of_tier = format!("of=tier&programme_id={}", programmes["items"][0]["id"].as_str().unwrap());
    let paths = async |place: &str| -> Vec<String> {
        let fields = marketing.get(&format!("/api/v1/loyalty/condition-fields?{place}")).await;
        let fields = fields.expect(StatusCode::OK).await;
        fields.as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap().to_owned()).collect()
    };
    let check = async |place: &str, criteria: Value| {
        let path = format!("/api/v1/loyalty/conditions/check?{place}");
        let answer = marketing.post(&path, &json!({ "criteria": criteria })).await;
        answer.expect(StatusCode::OK).await
    };
    let form = |field: &str| json!({ "kind": "form", "group": { "all": [{ "field": field, "op": "ge", "value": 2 }] } });
    let expression = |text: &str| json!({ "kind": "expression", "text": text });

    for (place, known, foreign) in [
        (
            of_tier.as_str(),
            ["account.services", "account.earned.points", "account.spent_ever.purchase"],
            "time.hour",
        ),
        ("of=promotion", ["account.level", "customer.name", "time.hour"], "meta.type"),
        (
            "of=activation&event=loyalty.purchase",
            ["event.amount", "account.level", "meta.type"],
            "account.earned.points",
        ),
    ] {
        let paths = paths(place).await;
        for path in known {
            assert!(paths.iter().any(|one| one == path), "{path} in {place}: {paths:?}");
        }
        assert!(!paths.iter().any(|one| one == foreign), "{foreign} in {place}: {paths:?}");
        let strange = check(place, form(foreign)).await;
        let fault = (&strange["faults"][0]["code"], &strange["faults"][0]["pointer"]);
        assert_eq!(fault, (&json!("unknown_field"), &json!("/criteria/group/all/0/field")), "{strange}");
    }

    let written = check(&of_tier, form("account.earned.points")).await;
    assert_eq!((&written["text"], &written["faults"]), (&json!("(account.earned.points >= 2)"), &json!([])));
    let read = check(&of_tier, expression(written["text"].as_str().unwrap())).await;
    assert_eq!(read["group"], form("account.earned.points")["group"]);
    let only_text = check(&of_tier, expression("account.services * 2 >= 2")).await;
    assert_eq!((&only_text["group"], &only_text["faults"]), (&Value::Null, &json!([])));
    let unfinished =
        json!({ "kind": "form", "group": { "all": [{ "field": "account.services", "op": "ge" }] } });
    let unfinished = check(&of_tier, unfinished).await;
    assert_eq!(
        (&unfinished["text"], &unfinished["faults"][0]["pointer"]),
        (&Value::Null, &json!("/criteria/group/all/0/value"))
    );
    let table = json!({ "criteria": { "kind": "table", "table": {} } });
    marketing
        .post("/api/v1/loyalty/conditions/check?of=promotion", &table)
        .await
        .expect_problem(422, "invalid")
        .await;
}

/// What works beside the server, to the log's end.
pub async fn work(club: &Club) {
    let pool = club.server.db.pool().clone();
    let (clock, codes) = (club.server.clock.clone(), CodeKey::new([6; 32]));
    let worker = Promotions {
        log: platform::event::Log::new(pool.clone()),
        clock,
        zone: chrono_tz::Asia::Tashkent,
        codes,
    };
    let mut dice = club.server.state.dice();
    // Other tests share the server of databases: what they have open holds the log's horizon back for a moment.
    for _ in 0..600 {
        while step(&worker, &mut dice).await.unwrap() != Next::Later {}
        let mut db = pool.acquire().await.unwrap();
        if platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
            return;
        }
        drop(db);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    unreachable!("the reader of events does not come to the log's end");
}

pub async fn bought(club: &Club, member: usize, id: &str, amount: u32) {
    let mut tx = club.server.db.pool().begin().await.unwrap();
    let event = OutsideEvent {
        kind: "purchase".to_owned(),
        source: "shop".to_owned(),
        id: id.to_owned(),
        time: None,
        subject: None,
        customer: Some(club.customers[member]),
        data: json!({ "amount": amount }).as_object().unwrap().clone(),
        depth: 0,
        correlation: None,
        author: Author::System,
    };
    let now = club.server.state.clock.now();
    append_outside(&mut tx, now, &mut club.server.state.dice(), &event).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn made(browser: &Browser, body: &Value) -> Value {
    browser.post("/api/v1/loyalty/promotions", body).await.expect(StatusCode::CREATED).await
}

pub async fn led(browser: &Browser, promotion: &Value, act: &str) -> crate::support::Answer {
    let path = format!("/api/v1/loyalty/promotions/{}/status", promotion["id"].as_str().unwrap());
    browser.post(&path, &json!({ "act": act })).await
}

pub fn promotion(club: &Club, code: &str, kind: &str, more: Value) -> Value {
    let mut body = json!({
        "code": code, "title": { "ru": "Весна" }, "kind": kind, "programme_id": club.programme,
        "reward": { "kind": "points", "bonus_type": "points", "amount": 50 },
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// CIMP-SPV-01, CIMP-SPV-02, CIMP-SPV-03, CIMP-SPV-05, CIMP-SPV-06, CIMP-SPV-07, CIMP-ST-04, CIMP-ENT-07: a promotion is
/// written and launched by marketing and by customer service, makes offers to those who fit, an event of a
/// shop activates one, completing closes the others, and who got what is on record.
#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_makes_offers_that_events_activate() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let activation = json!({ "event_type": "purchase", "condition": "event.amount >= 100" });
    let criteria = "account.number == '100' or account.number == '200'";
    let body =
        promotion(&club, "spring", "general", json!({ "activation": activation, "criteria": criteria }));
    let wrong = promotion(&club, "wrong", "general", json!({ "criteria": "event.amount > 1" }));
    let problem =
        marketing.post("/api/v1/loyalty/promotions", &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/criteria");
    let spring = made(&marketing, &body).await;
    assert_eq!(spring["status"], "draft");
    led(&service, &spring, "suspend").await.expect_problem(409, "not-possible-now").await;
    led(&service, &spring, "launch").await.expect(StatusCode::OK).await;

    work(&club).await;
    let offers = service.get("/api/v1/loyalty/offers?state=open").await.expect(StatusCode::OK).await;
    assert_eq!(offers["items"].as_array().unwrap().len(), 2);
    bought(&club, 0, "1", 99).await;
    bought(&club, 0, "2", 100).await;
    bought(&club, 0, "3", 500).await;
    work(&club).await;
    work(&club).await;
    assert_eq!((club.points_of("100").await, club.points_of("200").await), (1_050, 1_000));
    let got = service.get("/api/v1/loyalty/granted?account=100").await.expect(StatusCode::OK).await;
    assert_eq!((&got["items"][0]["promotion"], &got["items"][0]["amount"]), (&json!("spring"), &json!(50)));

    led(&marketing, &spring, "complete").await.expect(StatusCode::OK).await;
    let closed = service.get("/api/v1/loyalty/offers?account=200").await.expect(StatusCode::OK).await;
    assert_eq!(closed["items"][0]["state"], "closed");
    let activate = format!("/api/v1/loyalty/offers/{}/activate", closed["items"][0]["id"].as_str().unwrap());
    service.post(&activate, &json!({})).await.expect_problem(409, "not-possible-now").await;
    let path = format!("/api/v1/loyalty/promotions/{}", spring["id"].as_str().unwrap());
    let counted = marketing.get(&format!("{path}/statistics")).await.expect(StatusCode::OK).await;
    let counts =
        (&counted["offers"], &counted["activated"], &counted["closed"], &counted["rewards"][0]["amount"]);
    assert_eq!(counts, (&json!(2), &json!(1), &json!(1), &json!(50)));
    led(&marketing, &spring, "archive").await.expect(StatusCode::OK).await;
    let past = marketing.get(&format!("{path}/history")).await.expect(StatusCode::OK).await;
    assert_eq!(past["items"].as_array().unwrap().len(), 4);
}

/// CIMP-SPV-05: an event that cannot be digested is set aside with its reason and blocks nobody; it counts once somebody has
/// it tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_poisonous_event_is_set_aside_and_tried_again() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let activation = json!({ "event_type": "purchase", "condition": "event.amount >= 1" });
    let spring =
        made(&marketing, &promotion(&club, "spring", "general", json!({ "activation": activation }))).await;
    led(&marketing, &spring, "launch").await.expect(StatusCode::OK).await;
    work(&club).await;
    let pool = club.server.db.pool();
    // The rows of one member cannot be written: a fault of the database that each try meets again.
    for statement in [
        "create function loyalty.poison() returns trigger language plpgsql as $$
         begin raise exception 'this row is poison'; end $$",
        "create trigger poison before insert on loyalty.granted for each row
         when (new.account_id = '00000000-0000-0000-0000-000000000083') execute function loyalty.poison()",
    ] {
        sqlx::query(statement).execute(pool).await.unwrap();
    }

    bought(&club, 0, "1", 100).await;
    bought(&club, 1, "2", 100).await;
    work(&club).await;

    assert_eq!((club.points_of("100").await, club.points_of("200").await), (1_000, 1_050));
    let administrator = club.server.administrator().await;
    let letters = administrator.get("/api/v1/dead-letters").await.expect(StatusCode::OK).await;
    let letters = letters["items"].as_array().unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0]["origin"], "consumer:promotions");
    assert!(letters[0]["detail"].as_str().unwrap().contains("this row is poison"), "{letters:?}");
    sqlx::query("drop trigger poison on loyalty.granted").execute(pool).await.unwrap();
    let retry = format!("/api/v1/dead-letters/{}/retry", letters[0]["id"].as_str().unwrap());
    assert!(administrator.post(&retry, &json!({})).await.status().is_success());
    work(&club).await;

    assert_eq!(club.points_of("100").await, 1_050);
    work(&club).await;
    assert_eq!(club.points_of("100").await, 1_050, "once");
}

/// CIMP-SPV-05, CIMP-SPV-04: an outside system activates offers of a contest; winners are drawn once from a seed.
#[tokio::test(flavor = "multi_thread")]
async fn a_contest_is_drawn_among_activated_offers() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let prize = json!({ "kind": "points", "bonus_type": "points", "amount": 500 });
    let prizes = json!([{ "title": { "ru": "Баллы" }, "count": 1, "reward": prize }]);
    let contest = made(
        &marketing,
        &promotion(&club, "contest", "contest", json!({ "prizes": prizes, "reward": null })),
    )
    .await;
    led(&marketing, &contest, "launch").await.expect(StatusCode::OK).await;
    work(&club).await;
    let offers = service.get("/api/v1/loyalty/offers").await.expect(StatusCode::OK).await;
    for offer in offers["items"].as_array().unwrap() {
        let path = format!("/api/v1/loyalty/offers/{}/activate", offer["id"].as_str().unwrap());
        let offer = service.post(&path, &json!({})).await.expect(StatusCode::OK).await;
        assert_eq!(offer["state"], "activated");
    }
    let draw = format!("/api/v1/loyalty/promotions/{}/draw", contest["id"].as_str().unwrap());
    marketing.post(&draw, &json!({})).await.expect_problem(409, "not-possible-now").await;
    led(&marketing, &contest, "complete").await.expect(StatusCode::OK).await;
    service.post(&draw, &json!({})).await.expect_problem(403, "forbidden").await;
    marketing.post(&draw, &json!({ "seed": "xyz" })).await.expect_problem(422, "invalid").await;
    let drawn = marketing.post(&draw, &json!({ "seed": "09".repeat(32) })).await.expect(StatusCode::OK).await;
    let again = marketing.post(&draw, &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!((drawn["winners"].as_array().unwrap().len(), &drawn["seed"]), (1, &again["seed"]));

    work(&club).await;
    let given = service.get(&draw).await.expect(StatusCode::OK).await;
    assert_eq!(given["winners"][0]["granted"]["amount"], 500);
    assert_eq!(club.points_of("100").await + club.points_of("200").await, 2_500);
}

/// CIMP-BON-13, CIMP-ENT-07: coupons are made for an outside system, redeemed once, and guessing is locked out.
#[tokio::test(flavor = "multi_thread")]
async fn coupons_are_made_redeemed_once_and_not_guessed() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let coupons =
        made(&marketing, &promotion(&club, "codes", "coupons", json!({ "coupons": { "length": "short" } })))
            .await;
    led(&marketing, &coupons, "launch").await.expect(StatusCode::OK).await;
    let path = format!("/api/v1/loyalty/promotions/{}/coupons", coupons["id"].as_str().unwrap());
    let batch =
        post_once(&marketing, &path, "b1", &json!({ "count": 2 })).await.expect(StatusCode::CREATED).await;
    let again =
        post_once(&marketing, &path, "b1", &json!({ "count": 2 })).await.expect(StatusCode::CREATED).await;
    assert_eq!((batch["batch"]["id"].clone(), &again["codes"]), (again["batch"]["id"].clone(), &Value::Null));
    let shown = format!("/api/v1/loyalty/coupon-batches/{}/codes", batch["batch"]["id"].as_str().unwrap());
    assert_eq!(marketing.get(&shown).await.expect(StatusCode::OK).await["codes"], batch["codes"]);
    service.get(&shown).await.expect_problem(403, "forbidden").await;

    let redeem = "/api/v1/loyalty/coupons/redeem";
    let code = json!({ "code": batch["codes"][0], "account": "100" });
    let done = post_once(&service, redeem, "r1", &code).await.expect(StatusCode::OK).await;
    let same = post_once(&service, redeem, "r1", &code).await.expect(StatusCode::OK).await;
    assert_eq!((&done, &done["granted"]["amount"], club.points_of("100").await), (&same, &json!(50), 1_050));
    let problem = moved(&service, redeem, &code).await.expect_problem(409, "not-possible-now").await;
    assert_eq!(problem["detail"], "this coupon was redeemed already");

    for n in 0..10 {
        let guess = json!({ "code": format!("2222-2222-2{n}"), "account": "200" });
        let problem = moved(&service, redeem, &guess).await.expect_problem(422, "invalid").await;
        assert_eq!(problem["errors"][0]["pointer"], "/code");
    }
    let right = json!({ "code": batch["codes"][1], "account": "200" });
    let refused = moved(&service, redeem, &right).await;
    assert!(refused.header("retry-after").is_some());
    refused.expect_problem(429, "too-many-requests").await;
    club.server.advance_minutes(16);
    moved(&service, redeem, &right).await.expect(StatusCode::OK).await;
    assert_eq!(club.points_of("200").await, 1_050);

    let more = marketing
        .post(&path, &json!({ "count": 1, "account": "100" }))
        .await
        .expect(StatusCode::CREATED)
        .await;
    let own = service.get("/api/v1/loyalty/coupons?account=100").await.expect(StatusCode::OK).await;
    assert_eq!(own["items"][0]["batch_id"], more["batch"]["id"]);
    let batch = format!("/api/v1/loyalty/coupon-batches/{}", more["batch"]["id"].as_str().unwrap());
    marketing.delete(&batch).await.expect(StatusCode::NO_CONTENT).await;
    let void = json!({ "code": more["codes"][0], "account": "100" });
    moved(&service, redeem, &void).await.expect_problem(409, "not-possible-now").await;
}

/// CIMP-SPV-01: a promotion ends by itself, and orders that nobody confirmed give points and goods back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_ends_by_itself() {
    let club = Club::open().await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let ends = club.server.state.clock.now() + chrono::TimeDelta::days(1);
    let short =
        made(&marketing, &promotion(&club, "short", "general", json!({ "ends_at": ends, "offer_days": 40 })))
            .await;
    led(&marketing, &short, "launch").await.expect(StatusCode::OK).await;
    let reward = json!({
        "reward": { "code": "mug", "title": { "ru": "Кружка" }, "kind": "gift", "needs_confirmation": true },
        "prices": [{ "bonus_type": "points", "amount": 300 }], "stock": 1,
    });
    marketing.post("/api/v1/loyalty/rewards", &reward).await.expect(StatusCode::CREATED).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    let order = json!({ "account": "100", "reward": "mug" });
    let order = moved(&service, "/api/v1/loyalty/orders", &order).await.expect(StatusCode::CREATED).await;
    work(&club).await;

    club.server.advance_minutes(60 * 24 * 31);
    work(&club).await;
    let marketing =
        club.server.session_of(club.server.person("late", role::MARKETING, access::unit::ROOT).await).await;
    let path = format!("/api/v1/loyalty/promotions/{}", short["id"].as_str().unwrap());
    assert_eq!(marketing.get(&path).await.expect(StatusCode::OK).await["status"], "completed");
    let path = format!("/api/v1/loyalty/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(marketing.get(&path).await.expect(StatusCode::OK).await["state"], "cancelled");
    assert_eq!(club.points_of("100").await, 1_000);
}
