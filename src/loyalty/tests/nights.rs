//! Nights of a programme whose clocks change, over leap days and month ends; and nights that a server dies in.

use super::{account, at, credit, events, night, post, set};
use crate::ingest::loyalty::tests::{Site, site_at};
use base::{Author, Clock, Edit};
use chrono::NaiveDate;
use loyalty::night::{self as nights, Reached, Step};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rules::rule::RuleFields;
use serde_json::{Value, json};

/// A programme in Berlin, whose members have birthdays and years of membership; a birthday gives 200 points.
async fn in_berlin(site: &Site, born: &[(usize, &str)]) {
    let mut rng = ChaCha20Rng::from_seed([4; 32]);
    let mut edit = Edit { now: site.clock.now(), author: Author::System, rng: &mut rng };
    let mut tx = site.db.pool().begin().await.unwrap();
    let before = loyalty::query::find_programme(&mut tx, site.programme).await.unwrap().unwrap();
    let mut fields = before.fields.clone();
    fields.zone = "Europe/Berlin".to_owned();
    fields.settings.birthday_attribute = Some("birthday".to_owned());
    fields.settings.tenure_every_months = 12;
    loyalty::store::update_programme(&mut tx, &mut edit, before.id, before.version, &fields).await.unwrap();
    for (n, day) in born {
        let account = loyalty::query::find_account(&mut tx, site.members[*n]).await.unwrap().unwrap();
        let customer = crm::query::find(&mut tx, account.customer_id).await.unwrap().unwrap();
        let mut fields = customer.fields.clone();
        fields.attributes.get_or_insert_default().insert("birthday".to_owned(), json!(day));
        let viewer = crm::viewer::Viewer::Server;
        crm::store::update(&mut tx, &mut edit, &viewer, customer.id, customer.version, &fields)
            .await
            .unwrap();
    }
    let document = json!({
        "event": "loyalty.birthday", "criteria": { "kind": "expression", "text": "true" },
        "reactions": [{ "key": "give", "kind": "accrue", "bonus_type": "points", "amount": "200" }], "tests": [],
    });
    let fields = RuleFields { name: "birthday".to_owned(), description: String::new(), document };
    rules::store::insert_live(&mut tx, &mut edit, &fields, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Works the night until all its steps are done, as the server does every half a minute.
async fn worked(site: &Site) {
    let night = night(site);
    night.look().await.unwrap();
}

/// What happened to whom, by account.
async fn told(site: &Site, kind: &str, key: &str) -> Vec<(String, Value)> {
    let said = |payload: Value| {
        let data = &payload["data"];
        (data["account"].as_str().unwrap().to_owned(), data[key].clone())
    };
    let mut told: Vec<(String, Value)> = events(site, kind).await.into_iter().map(said).collect();
    told.sort_by_key(|(account, value)| (value.to_string(), account.clone()));
    told
}

/// CIMP-BON-08, CIMP-BON-09: who was born or enrolled on the 29th of February has the day on the 28th in other years; a
/// night that nobody worked is made up for, and nothing happens twice.
#[tokio::test]
async fn anniversaries_of_leap_days_come_each_year() {
    let site = site_at(3, at("2024-02-29T10:00:00Z")).await;
    in_berlin(&site, &[(1, "1996-02-29"), (2, "1990-02-28")]).await;
    set(&site, at("2025-02-27T22:59:00Z"));
    worked(&site).await;
    assert!(told(&site, "loyalty.birthday", "date").await.is_empty(), "it is still the 27th in Berlin");

    set(&site, at("2025-02-27T23:02:00Z"));
    worked(&site).await;
    worked(&site).await;
    let (one, two) = ("A1".to_owned(), "A2".to_owned());
    let day = |day: &str| json!(day);
    let expected = [(one.clone(), day("2025-02-28")), (two.clone(), day("2025-02-28"))];
    assert_eq!(told(&site, "loyalty.birthday", "date").await, expected);
    let months = told(&site, "loyalty.tenure_reached", "months").await;
    assert_eq!(months, [(one.clone(), json!(12)), (two.clone(), json!(12))]);

    // Away on the night of the 28th of the leap year: both days are worked on the 29th.
    set(&site, at("2028-02-26T23:02:00Z"));
    worked(&site).await;
    set(&site, at("2028-02-28T23:02:00Z"));
    worked(&site).await;
    let birthdays = told(&site, "loyalty.birthday", "date").await;
    assert_eq!(birthdays[2..], [(two, day("2028-02-28")), (one, day("2028-02-29"))]);
    assert_eq!(told(&site, "loyalty.tenure_reached", "months").await.len(), 4);
    // Points are valid for 30 days: those of 2025 are over.
    assert_eq!(site.points().await, 400);
}

/// GAP-36, CIMP-BON-12: on days of 23 and 25 hours a day closes and points expire at the programme's midnight; with the
/// first day of a month the month before is counted.
#[tokio::test]
async fn a_day_ends_at_midnight_also_when_clocks_change() {
    let site = site_at(3, at("2026-03-01T00:00:00Z")).await;
    in_berlin(&site, &[]).await;
    let (one, two) = (account(&site, 1).await, account(&site, 2).await);
    for (change, last, first) in [
        ("2026-03-29", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
        ("2026-10-25", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
    ] {
        let (last, first) = (at(last), at(first));
        set(&site, first - chrono::TimeDelta::hours(20));
        worked(&site).await;
        post(&site, last, format!("last {change}"), credit(one, 10, Some(first))).await;
        post(&site, first, format!("first {change}"), credit(two, 7, None)).await;

        set(&site, last);
        worked(&site).await;
        let before = site.points().await;
        set(&site, first + chrono::TimeDelta::seconds(62));
        worked(&site).await;

        assert_eq!(before - site.points().await, 10, "{change}: what expires at midnight is gone");
        let day: NaiveDate = change.parse().unwrap();
        let closed: Vec<(i64, i64)> = sqlx::query_as(
            "select c.credited, c.debited from ledger.closing c
                 join ledger.account a on a.id = c.account and a.role = 'member' where c.day = $1",
        )
        .bind(day)
        .fetch_all(site.db.pool())
        .await
        .unwrap();
        assert_eq!(closed, [(10, 0)], "{change} has what was booked until its last second");
    }
    let months = async || -> Vec<NaiveDate> {
        sqlx::query_scalar(
            "select distinct month from loyalty.statistics_run where state = 'done' order by month",
        )
        .fetch_all(site.db.pool())
        .await
        .unwrap()
    };
    let before = months().await;
    set(&site, at("2026-10-31T22:59:59Z"));
    worked(&site).await;
    assert_eq!(months().await, before);
    set(&site, at("2026-10-31T23:01:02Z"));
    worked(&site).await;
    let october: NaiveDate = "2026-10-01".parse().unwrap();
    assert_eq!(months().await.last(), Some(&october), "November has begun in Berlin");
}

/// A server that dies in the middle of a step: the next one goes on behind the member that was looked at last, and steps
/// that are done stay done (CIMP-BON-09).
#[tokio::test]
async fn a_night_that_a_dead_server_left_goes_on_where_it_was() {
    let site = site_at(4, at("2026-03-01T00:00:00Z")).await;
    in_berlin(&site, &[(1, "1990-05-05"), (2, "1991-05-05"), (3, "1992-05-05")]).await;
    set(&site, at("2026-05-04T22:02:00Z"));
    let day: NaiveDate = "2026-05-05".parse().unwrap();
    let programme = site.programme.as_uuid();
    let mut members = site.members[1..].to_vec(); // A0 is not enrolled
    members.sort();
    let mut db = site.db.pool().acquire().await.unwrap();
    // Two members were looked at, and one of them had a birthday that was reported before the server died.
    let second = members[1].as_uuid();
    let second = Reached::Member(second);
    nights::store::keep(&mut db, programme, day, Step::Anniversaries, second, 1).await.unwrap();

    worked(&site).await;

    let told = told(&site, "loyalty.birthday", "date").await;
    assert_eq!(told.len(), 1, "only who stands behind the place: {told:?}");
    let counted: i64 =
        sqlx::query_scalar("select counted from loyalty.night where step = 'anniversaries' and day = $1")
            .bind(day)
            .fetch_one(&mut *db)
            .await
            .unwrap();
    assert_eq!(counted, 2, "what was counted before and after");
    let done = nights::query::done(&mut db, programme, day).await.unwrap();
    assert_eq!(nights::left(&done), []);
    let order: Vec<String> =
        sqlx::query_scalar("select step from loyalty.night where day = $1 order by done_at, step")
            .bind(day)
            .fetch_all(&mut *db)
            .await
            .unwrap();
    assert_eq!(order.len(), Step::ALL.len());
    worked(&site).await;
    assert_eq!(site.points().await, 200, "nothing is given twice");
}
