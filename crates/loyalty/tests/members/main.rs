//! Members in Postgres: registration, services, tiers, cancellation, adjustments.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, and says where")]

mod groups;
mod regions;
mod tiers;

use base::id::{CustomerId, PersonId, ProgrammeId};
use base::{Author, ChangeError, Edit, LocalText, Locale};
use chrono::{DateTime, TimeDelta, Utc};
use loyalty::account::{Account, AccountStatus};
use loyalty::adjustment::{AdjustmentKind, AdjustmentState};
use loyalty::bonus_type::{BonusTypeFields, ExpiryRound, Rounding};
use loyalty::master::{MasterFields, MasterKind};
use loyalty::movement::{Manual, manual};
use loyalty::programme::{Downgrade, DowngradePolicy, ProgrammeFields, ProgrammeSettings};
use loyalty::service::{ServiceFields, ServiceState};
use loyalty::store::{self, NewAdjustment, Registration};
use loyalty::tier::TierFields;
use loyalty::{movement, query};
use platform::event::query::{Filter, search};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::PgConnection;
use uuid::Uuid;

struct World {
    db: TestDb,
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
    author: Author,
}

impl World {
    async fn new() -> Self {
        let now = "2026-03-02T09:00:00Z".parse().unwrap();
        let db = TestDb::new().await;
        let person = PersonId::from_uuid(Uuid::from_u128(1));
        Self { db, rng: ChaCha8Rng::seed_from_u64(3), now, author: Author::Person(person) }
    }

    fn edit(&mut self) -> Edit<'_> {
        self.now += TimeDelta::seconds(1);
        Edit { now: self.now, author: self.author, rng: &mut self.rng }
    }

    async fn programme(&mut self, db: &mut PgConnection, downgrade: DowngradePolicy) -> ProgrammeId {
        let settings = ProgrammeSettings { downgrade, ..ProgrammeSettings::default() };
        let fields = ProgrammeFields {
            code: "main".into(),
            title: title("Main"),
            zone: "Asia/Tashkent".into(),
            settings,
        };
        let programme = store::insert_programme(db, &mut self.edit(), &fields).await.unwrap().id;
        for level in 1..=5 {
            let fields = TierFields {
                level,
                code: format!("level-{level}"),
                title: title("Level"),
                condition: format!("account.service_types >= {level}"),
                discount_percent: f64::from(level),
                multiplier: 1.0,
            };
            store::insert_tier(db, &mut self.edit(), programme, &fields).await.unwrap();
        }
        programme
    }
}

fn title(text: &str) -> LocalText {
    LocalText([(Locale::En, text.to_owned())].into())
}

fn service(n: usize, line: &str) -> ServiceFields {
    ServiceFields {
        code: format!("S{n}"),
        name: line.into(),
        user_id: format!("user-{n}"),
        line: line.into(),
    }
}

fn registration(programme: ProgrammeId, n: u128, services: Vec<ServiceFields>) -> Registration {
    Registration {
        programme,
        customer: CustomerId::from_uuid(Uuid::from_u128(1_000 + n)),
        number: Some(format!("{}", 100 + n)),
        status: AccountStatus::Enrolled,
        macroregion: Some("north".into()),
        region: None,
        services,
    }
}

async fn level(db: &mut PgConnection, account: &Account) -> i16 {
    match account.tier_id {
        None => 0,
        Some(id) => query::find_tier(db, id).await.unwrap().unwrap().fields.level,
    }
}

async fn events(db: &mut PgConnection, account: &Account) -> Vec<String> {
    let filter = Filter { subject: Some(account.id.as_uuid()), ..Filter::default() };
    let mut found = search(db, &filter, 100).await.unwrap();
    found.reverse();
    found.into_iter().map(|event| event.kind).collect()
}

/// CIMP-ACC-07, CIMP-ACC-08, CIMP-TIER-03, CIMP-TIER-04, CIMP-ST-01, CIMP-ST-02: the first service registers, the tier
/// follows the number of service types in the same transaction, the last one cancels; each step is an event.
#[tokio::test]
async fn a_member_lives_from_the_first_service_to_the_last() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let programme = world.programme(&mut db, DowngradePolicy::default()).await;

    let new = registration(programme, 1, vec![service(1, "mobile")]);
    let account = store::register(&mut db, &mut world.edit(), &new).await.unwrap();
    assert_eq!((account.status, level(&mut db, &account).await), (AccountStatus::Enrolled, 1));
    store::connect(&mut db, &mut world.edit(), account.id, &service(2, "mobile")).await.unwrap();
    let tv = store::connect(&mut db, &mut world.edit(), account.id, &service(3, "tv")).await.unwrap();
    let account = query::find_account(&mut db, account.id).await.unwrap().unwrap();
    assert_eq!(level(&mut db, &account).await, 2, "two types, three services");
    let (tv, account) = store::disconnect(&mut db, &mut world.edit(), tv.id).await.unwrap();
    assert_eq!((tv.state, level(&mut db, &account).await), (ServiceState::Disconnected, 1));
    for one in query::services(&mut db, account.id).await.unwrap() {
        store::disconnect(&mut db, &mut world.edit(), one.id).await.unwrap();
    }

    let account = query::find_account(&mut db, account.id).await.unwrap().unwrap();
    assert_eq!(account.status, AccountStatus::Cancelled);
    let told = events(&mut db, &account).await;
    let of = |kind: &str| told.iter().filter(|told| told.as_str() == kind).count();
    assert_eq!(of("loyalty.account_registered.v1"), 1);
    assert_eq!((of("loyalty.service_connected.v1"), of("loyalty.service_disconnected.v1")), (3, 3));
    assert_eq!((of("loyalty.tier_changed.v1"), of("loyalty.account_cancelled.v1")), (3, 1), "{told:?}");
    let late = store::connect(&mut db, &mut world.edit(), account.id, &service(9, "tv")).await;
    assert!(matches!(late, Err(ChangeError::InUse(_))), "{late:?}");
    let again = store::register(&mut db, &mut world.edit(), &registration(programme, 1, vec![])).await;
    assert!(matches!(again, Err(ChangeError::Invalid(_))), "no account without a service");
}

/// CIMP-SVC-01: a service's id is unique, and so is the pair of name and user id; a disconnected one may come back.
#[tokio::test]
async fn a_service_is_of_one_member_at_a_time() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let programme = world.programme(&mut db, DowngradePolicy::default()).await;
    let first = registration(programme, 1, vec![service(1, "mobile"), service(2, "tv")]);
    let first = store::register(&mut db, &mut world.edit(), &first).await.unwrap();
    let second = registration(programme, 2, vec![service(3, "mobile")]);
    let second = store::register(&mut db, &mut world.edit(), &second).await.unwrap();

    let taken = store::connect(&mut db, &mut world.edit(), second.id, &service(1, "mobile")).await;
    assert!(matches!(taken, Err(ChangeError::Taken(ref fault)) if fault.pointer == "/code"), "{taken:?}");
    let same_user = ServiceFields { code: "S9".into(), ..service(1, "mobile") };
    let mut guarded = sqlx::Connection::begin(&mut *db).await.unwrap();
    let taken = store::connect(&mut guarded, &mut world.edit(), second.id, &same_user).await;
    assert!(matches!(taken, Err(ChangeError::Taken(ref fault)) if fault.pointer == "/user_id"), "{taken:?}");
    guarded.rollback().await.unwrap();
    let tv = query::service_by_code(&mut db, programme, "S2").await.unwrap().unwrap();
    store::disconnect(&mut db, &mut world.edit(), tv.id).await.unwrap();
    let moved = store::connect(&mut db, &mut world.edit(), second.id, &service(2, "tv")).await.unwrap();

    assert_eq!((moved.id, moved.account_id, moved.state), (tv.id, second.id, ServiceState::Connected));
    let left = query::find_account(&mut db, first.id).await.unwrap().unwrap();
    assert_eq!((left.status, level(&mut db, &left).await), (AccountStatus::Enrolled, 1));
    let found = query::AccountSearch { text: "user-2", ..query::AccountSearch::default() };
    let found = query::find_accounts(&mut db, found, 10).await.unwrap();
    assert_eq!(found.iter().map(|account| account.id).collect::<Vec<_>>(), [second.id], "CIMP-ACC-02");
}

/// CIMP-SVC-03: once there is a list of service lines, a service is of one of them.
#[tokio::test]
async fn a_service_is_of_a_line_of_the_list() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let programme = world.programme(&mut db, DowngradePolicy::default()).await;
    let new = registration(programme, 1, vec![service(1, "mobile")]);
    let account = store::register(&mut db, &mut world.edit(), &new).await.unwrap();
    let line = MasterFields::named("tv", title("Television"));
    store::master::insert(&mut db, &mut world.edit(), MasterKind::ServiceLine, &line).await.unwrap();

    store::connect(&mut db, &mut world.edit(), account.id, &service(2, "tv")).await.unwrap();
    let other = store::connect(&mut db, &mut world.edit(), account.id, &service(3, "fax")).await;

    assert!(
        matches!(other, Err(ChangeError::Invalid(ref faults)) if faults[0].pointer == "/line"),
        "{other:?}"
    );
}

/// CIMP-ACC-09, CIMP-ACC-10: switching off disconnects all services; an account that a file brought is enrolled later.
#[tokio::test]
async fn an_account_is_enrolled_and_switched_off() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let programme = world.programme(&mut db, DowngradePolicy::default()).await;
    let new = Registration {
        status: AccountStatus::NotEnrolled,
        ..registration(programme, 1, vec![service(1, "mobile"), service(2, "tv")])
    };
    let account = store::register(&mut db, &mut world.edit(), &new).await.unwrap();
    assert_eq!((account.status.code(), account.enrolled_at), (10, None));

    let account = store::enrol(&mut db, &mut world.edit(), account.id).await.unwrap();
    assert_eq!((account.status.code(), account.enrolled_at), (20, Some(world.now)));
    let account = store::cancel(&mut db, &mut world.edit(), account.id, "wish").await.unwrap();
    let again = store::cancel(&mut db, &mut world.edit(), account.id, "wish").await.unwrap();

    assert_eq!((account.status.code(), account == again), (90, true));
    let services = query::services(&mut db, account.id).await.unwrap();
    assert!(services.iter().all(|service| service.state == ServiceState::Disconnected));
    let enrolled = store::enrol(&mut db, &mut world.edit(), account.id).await;
    assert!(matches!(enrolled, Err(ChangeError::InUse(_))));
}

/// CIMP-TIER-02: with a grace a lower tier comes by night, one level at a time.
#[tokio::test]
async fn a_tier_is_kept_for_the_grace_and_lost_by_night() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let policy = DowngradePolicy { policy: Downgrade::OneDown, grace_days: 30, ..DowngradePolicy::default() };
    let programme = world.programme(&mut db, policy).await;
    let services = vec![service(1, "mobile"), service(2, "tv"), service(3, "cloud")];
    let account =
        store::register(&mut db, &mut world.edit(), &registration(programme, 1, services)).await.unwrap();
    for code in ["S2", "S3"] {
        let one = query::service_by_code(&mut db, programme, code).await.unwrap().unwrap();
        store::disconnect(&mut db, &mut world.edit(), one.id).await.unwrap();
    }
    let mut levels = Vec::new();
    for _ in 0..4 {
        let now = query::find_account(&mut db, account.id).await.unwrap().unwrap();
        levels.push(level(&mut db, &now).await);
        world.now += TimeDelta::days(30);
        let programme = query::find_programme(&mut db, programme).await.unwrap().unwrap();
        store::settle_due(&mut db, &mut world.edit(), &programme, None, 100).await.unwrap();
    }
    assert_eq!(levels, [3, 2, 1, 1]);
}

/// GAP-36, CIMP-TXN-02: a write-off takes what is there and never more; above the limit somebody else decides.
#[tokio::test]
async fn points_are_given_and_written_off_by_hand() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let programme = world.programme(&mut db, DowngradePolicy::default()).await;
    let fields = BonusTypeFields {
        code: "points".into(),
        title: title("Points"),
        scale: 2,
        validity_days: Some(30),
        expiry_round: ExpiryRound::Day,
        rounding: Rounding::Down,
        allows_debt: false,
        manual_limit: Some(10_000),
    };
    let points = store::insert_bonus_type(&mut db, &mut world.edit(), programme, &fields).await.unwrap();
    let new = registration(programme, 1, vec![service(1, "mobile")]);
    let account = store::register(&mut db, &mut world.edit(), &new).await.unwrap();
    let order = |edit: &Edit<'_>, key: &str, units| {
        let asked = Manual {
            key,
            kind: AdjustmentKind::Adjustment,
            units,
            validity_days: None,
            reason: "goodwill",
            record: None,
            source: "desk",
        };
        manual(edit, &account, &points, chrono_tz::UTC, asked)
    };

    let mut answers = Vec::new();
    for (key, units) in [("a", 500), ("a", 500), ("b", -200), ("c", -400), ("a", 600)] {
        let edit = world.edit();
        let orders = [order(&edit, key, units)];
        let answer = ledger::post(&mut db, edit.now, edit.rng, &orders).await.unwrap().remove(0);
        answers.push(answer.map(|receipt| receipt.repeated).map_err(|refusal| refusal.code()));
    }

    assert_eq!(answers, [Ok(false), Ok(true), Ok(false), Err("insufficient"), Err("key_reused")]);
    let balance =
        ledger::query::balance(&mut db, world.now, movement::book(&account, &points)).await.unwrap();
    assert_eq!(balance.available, 300);
    let new = NewAdjustment {
        account: account.id,
        bonus_type: points.id,
        kind: AdjustmentKind::Award,
        amount: 20_000,
        validity_days: None,
        reason: "goodwill".into(),
        comment: String::new(),
    };
    let waiting = store::insert_adjustment(&mut db, &mut world.edit(), &account, &new).await.unwrap();
    let (author, other) = (PersonId::from_uuid(Uuid::from_u128(1)), PersonId::from_uuid(Uuid::from_u128(2)));
    let booked = AdjustmentState::Booked;
    let own = store::decide_adjustment(&mut db, &mut world.edit(), waiting.id, author, booked).await;
    assert!(matches!(own, Err(ChangeError::InUse(_))), "nobody approves their own");
    let done = store::decide_adjustment(&mut db, &mut world.edit(), waiting.id, other, booked).await.unwrap();
    assert_eq!((done.state, done.decided_by), (AdjustmentState::Booked, Some(other.as_uuid())));
    let twice = store::decide_adjustment(&mut db, &mut world.edit(), waiting.id, other, booked).await;
    assert!(matches!(twice, Err(ChangeError::InUse(_))));
}
