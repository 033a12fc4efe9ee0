//! Points against a real Postgres: given on arrival, by the reader of the log, and never by both.

use super::{Activity, Earning, EarningError, Whose};
use crate::automation::{CONSUMER, Performer, Reactions, RulesConsumer, work_off};
use base::id::{CustomerId, MasterAccountId};
use base::{Author, Edit, FixedClock, LocalText, Locale};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use ledger::Ledger;
use loyalty::account::AccountStatus;
use loyalty::bonus_type::{BonusType, BonusTypeFields, ExpiryRound, Rounding};
use loyalty::programme::{ProgrammeFields, ProgrammeSettings};
use loyalty::service::ServiceFields;
use loyalty::store;
use platform::event::Subject;
use platform::event::advance;
use platform::ingest::{Incoming, Ingest, Resolver};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use rules::rule::RuleFields;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tashkent;

fn noon() -> DateTime<Utc> {
    "2026-03-02T07:00:00Z".parse().unwrap()
}

/// Every subject is the one member.
struct OneCustomer;

impl Resolver for OneCustomer {
    fn resolve<'a>(
        &'a self,
        _: &'a mut sqlx::PgConnection,
        subjects: &'a [Subject],
    ) -> BoxFuture<'a, sqlx::Result<Vec<Option<CustomerId>>>> {
        let member = Some(CustomerId::from_uuid(Uuid::from_u128(77)));
        Box::pin(std::future::ready(Ok(vec![member; subjects.len()])))
    }
}

struct Site {
    db: TestDb,
    earning: Earning,
    ingest: Ingest,
    consumer: RulesConsumer,
    worker: Reactions,
    account: MasterAccountId,
    points: BonusType,
    stop: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn title() -> LocalText {
    LocalText([(Locale::En, "Title".to_owned())].into())
}

impl Site {
    /// A member with the account 100, and rules that are live.
    async fn new(rules: &[Value]) -> Self {
        let db = TestDb::new().await;
        let clock = Arc::new(FixedClock::at(noon()));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut edit = Edit { now: noon(), author: Author::System, rng: &mut rng };
        let mut tx = db.pool().begin().await.unwrap();
        platform::event_type::built_in::load(&mut tx, &mut edit).await.unwrap();
        let fields = ProgrammeFields {
            code: "main".into(),
            title: title(),
            zone: "UTC".into(),
            settings: ProgrammeSettings::default(),
        };
        let programme = store::insert_programme(&mut tx, &mut edit, &fields).await.unwrap().id;
        let fields = BonusTypeFields {
            code: "points".into(),
            title: title(),
            scale: 0,
            validity_days: Some(365),
            expiry_round: ExpiryRound::Day,
            rounding: Rounding::Down,
            allows_debt: false,
            manual_limit: None,
        };
        let points = store::insert_bonus_type(&mut tx, &mut edit, programme, &fields).await.unwrap();
        let service =
            ServiceFields { code: "S1".into(), name: "tv".into(), user_id: "1".into(), line: "tv".into() };
        let new = store::Registration {
            programme,
            customer: CustomerId::from_uuid(Uuid::from_u128(77)),
            number: Some("100".into()),
            status: AccountStatus::Enrolled,
            macroregion: None,
            region: None,
            services: vec![service],
        };
        let account = store::register(&mut tx, &mut edit, &new).await.unwrap().id;
        for (n, document) in rules.iter().enumerate() {
            let fields =
                RuleFields { name: format!("r{n}"), description: String::new(), document: document.clone() };
            rules::store::insert_live(&mut tx, &mut edit, &fields, &[]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let stop = CancellationToken::new();
        let ledger = Ledger::start(db.pool().clone(), clock.clone(), [6; 32], stop.clone());
        let ingest = Ingest::start(db.pool().clone(), clock.clone(), OneCustomer, [8; 32], stop.clone());
        let earning = Earning::start(db.pool().clone(), clock.clone(), ledger, ingest.clone(), ZONE, &stop);
        let owed = Arc::new(Notify::new());
        let worker = Reactions {
            pool: db.pool().clone(),
            clock: clock.clone(),
            zone: ZONE,
            perform: Box::new(Performer),
            client: flow::connector::http::Client::new(
                platform::vault::Vault::with_key([5; 32]).unwrap(),
                &platform::tls::Authorities::default(),
            )
            .unwrap(),
            owed: Arc::clone(&owed),
            references: rules::query::KnownReferences::default(),
        };
        let consumer = RulesConsumer::new(ZONE, clock, [1; 32], owed, TimeDelta::days(400));
        Self { db, earning, ingest, consumer, worker, account, points, stop }
    }

    async fn report(&self, id: &str, amount: u32) -> Result<Vec<String>, EarningError> {
        let activity = Activity {
            programme: None,
            whose: Whose::Account("100".into()),
            kind: "payment".into(),
            source: "till".into(),
            id: id.into(),
            time: None,
            data: json!({ "amount": amount }).as_object().cloned().unwrap(),
            author: Author::System,
        };
        let earned = self.earning.report(activity).await?;
        Ok(earned.given.into_iter().map(|given| given.amount.to_string()).collect())
    }

    /// Reads the log to its end and does what is owed; other tests on the cluster hold the horizon back for a while.
    async fn settle(&self) {
        loop {
            advance(self.db.pool(), CONSUMER, &self.consumer).await.unwrap();
            let mut db = self.db.pool().acquire().await.unwrap();
            if platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        let mut dice = ChaCha20Rng::seed_from_u64(2);
        while work_off(&self.worker, &mut dice).await.unwrap() > 0 {}
    }

    async fn balance(&self) -> i64 {
        let mut db = self.db.pool().acquire().await.unwrap();
        let book = ledger::Account { owner: self.account.as_uuid(), currency: self.points.currency() };
        ledger::query::balance(&mut db, noon(), book).await.unwrap().available
    }

    async fn states(&self) -> Vec<(String, bool)> {
        sqlx::query_as(
            "select state, coalesce((result ->> 'on_arrival')::boolean, false) from rules.reaction
             order by reaction_id",
        )
        .fetch_all(self.db.pool())
        .await
        .unwrap()
    }
}

fn gives(amount: &str, limit: Value) -> Value {
    json!({
        "event": "loyalty.payment", "criteria": { "kind": "expression", "text": "event.amount > 0" },
        "reactions": [{ "key": "give", "kind": "accrue", "bonus_type": "points", "amount": amount }],
        "limit": limit, "tests": [],
    })
}

/// What was given on arrival is not given by the reader of the log; its decision and reaction are written all the same
/// (CIMP-GEN-03).
#[tokio::test]
async fn points_given_on_arrival_are_given_once() {
    let site = Site::new(&[gives("event.amount / 10", Value::Null)]).await;

    assert_eq!(site.report("p1", 250).await.unwrap(), ["25"]);
    site.settle().await;
    site.settle().await;

    assert_eq!(site.balance().await, 25);
    assert_eq!(site.states().await, [("done".to_owned(), true)]);
    let kept: Value =
        sqlx::query_scalar("select context from rules.reaction").fetch_one(site.db.pool()).await.unwrap();
    assert_eq!(kept, json!({}), "nothing is left to do that would need the event");
    assert_eq!(site.report("p1", 250).await.unwrap(), ["25"], "the same answer again");
    assert!(matches!(site.report("p1", 999).await, Err(EarningError::IdReused)));
    assert_eq!(site.balance().await, 25);
}

/// An event that came another way gives when the log is read; reported afterwards it gives nothing more.
#[tokio::test]
async fn points_of_events_that_came_another_way_are_given_by_the_reader_of_the_log() {
    let site = Site::new(&[gives("event.amount / 10", Value::Null)]).await;
    let mut data = json!({ "amount": 250, "programme": "main", "account": "100" });
    let incoming = Incoming {
        kind: "loyalty.payment".into(),
        source: "till".into(),
        id: "p1".into(),
        time: None,
        subject: Some("customer_id:00000000-0000-0000-0000-00000000004d".into()),
        data: data.as_object_mut().cloned().unwrap(),
    };
    site.ingest.take(vec![incoming], Author::System).await.unwrap();

    site.settle().await;

    assert_eq!((site.balance().await, site.states().await), (25, vec![("done".to_owned(), false)]));
    assert!(
        matches!(site.report("p1", 250).await, Err(EarningError::IdReused)),
        "another subject: another event"
    );
    assert_eq!(site.balance().await, 25);
}

/// A rule with a limit for each customer gives when the log is read, and no more often than it may.
#[tokio::test]
async fn a_rule_with_a_limit_gives_as_often_as_it_may() {
    let site = Site::new(&[gives("7", json!({ "times": 2, "per_seconds": 3600 }))]).await;

    for id in ["p1", "p2", "p3"] {
        assert_eq!(site.report(id, 10).await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(site.balance().await, 0);
    site.settle().await;

    assert_eq!(site.balance().await, 14);
}

/// The connection over which members are looked up is kept; one that broke meanwhile is replaced, and nobody hears of it.
#[tokio::test]
async fn a_broken_connection_refuses_no_report() {
    let site = Site::new(&[gives("event.amount / 10", Value::Null)]).await;
    assert_eq!(site.report("p1", 100).await.unwrap(), ["10"]);

    let ended: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    )
    .fetch_one(site.db.pool())
    .await
    .unwrap();

    assert!(ended > 0, "the connection that was kept is among them");
    assert_eq!(site.report("p2", 100).await.unwrap(), ["10"]);
    assert_eq!(site.balance().await, 20);
}
