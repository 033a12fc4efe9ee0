//! Tiers by points that were earned and money that was spent, from the ledger and the turnover.

use super::{World, level, registration, service, title};
use base::id::{BonusTypeId, MasterAccountId, ProgrammeId};
use base::{Author, ChangeError};
use chrono::{DateTime, Utc};
use ledger::{Amount, Counter, LotTerms, Movement, Order, Portion, ReversalPolicy, order, transaction_id};
use loyalty::bonus_type::{BonusTypeFields, ExpiryRound, Rounding};
use loyalty::programme::{Downgrade, DowngradePolicy, Period, Programme, ProgrammeFields, ProgrammeSettings};
use loyalty::store::turnover::{self, Spent};
use loyalty::tier::{Counts, Ladder, TierFields};
use loyalty::{query, store};
use sqlx::PgConnection;

fn bonus_type(code: &str, scale: i16) -> BonusTypeFields {
    BonusTypeFields {
        code: code.into(),
        title: title(code),
        scale,
        validity_days: None,
        expiry_round: ExpiryRound::Day,
        rounding: Rounding::Down,
        allows_debt: false,
        manual_limit: None,
    }
}

fn tier(level: i16, code: &str, condition: &str) -> TierFields {
    TierFields {
        level,
        code: code.into(),
        title: title(code),
        condition: condition.into(),
        discount_percent: 0.0,
        multiplier: 1.0,
    }
}

/// A programme whose tiers look at points and money of the year, and are lost at its end.
async fn programme(world: &mut World, db: &mut PgConnection) -> (ProgrammeId, BonusTypeId) {
    let downgrade = DowngradePolicy {
        policy: Downgrade::AtPeriodEnd,
        period: Period::Year,
        ..DowngradePolicy::default()
    };
    let fields = ProgrammeFields {
        code: "club".into(),
        title: title("Club"),
        zone: "Asia/Tashkent".into(),
        settings: ProgrammeSettings { downgrade, ..ProgrammeSettings::default() },
    };
    let programme = store::insert_programme(db, &mut world.edit(), &fields).await.unwrap().id;
    let points = store::insert_bonus_type(db, &mut world.edit(), programme, &bonus_type("points", 2)).await;
    for (level, code, condition) in [
        (1, "base", "true"),
        (2, "silver", "account.earned.points >= 100 or account.spent.purchase >= 500000"),
        (3, "gold", "account.earned.points >= 1000 and account.spent.purchase + account.spent.payment > 0"),
        (4, "vip", "account.earned_ever.points >= 2000 or account.spent_ever.purchase >= 9000000"),
    ] {
        store::insert_tier(db, &mut world.edit(), programme, &tier(level, code, condition)).await.unwrap();
    }
    (programme, points.unwrap().id)
}

/// A member in the middle of things.
struct Play {
    account: MasterAccountId,
    programme: Programme,
    currency: base::id::CurrencyId,
}

impl Play {
    async fn post(&self, db: &mut PgConnection, world: &mut World, key: &str, movement: Movement) {
        let edit = world.edit();
        let order = Order::new(key, "test", "test", Author::System, movement);
        ledger::post(db, edit.now, edit.rng, &[order]).await.unwrap().remove(0).unwrap();
    }

    fn member(&self) -> ledger::Account {
        ledger::Account { owner: self.account.as_uuid(), currency: self.currency }
    }

    /// Gives so many points.
    async fn earn(&self, db: &mut PgConnection, world: &mut World, key: &str, points: i64) {
        let amount = Amount::new(points * 100).unwrap();
        let (from, lot) = (Counter::the(order::ISSUER), LotTerms::default());
        self.post(db, world, key, Movement::Credit { account: self.member(), amount, from, lot }).await;
    }

    async fn spend(&self, db: &mut PgConnection, world: &World, kind: &str, amount: i64) {
        let day = world.now.with_timezone(&self.programme.zone()).date_naive();
        let spent = Spent { account: self.account, kind: kind.into(), day, amount: amount.into() };
        turnover::add(db, &[spent]).await.unwrap();
    }

    /// Settles as the reader of the log and the night do; the level then.
    async fn level(&self, db: &mut PgConnection, world: &mut World) -> i16 {
        let ladder = Ladder::new(query::tiers(db, self.programme.id).await.unwrap());
        let own = [self.account];
        store::settle_those(db, &mut world.edit(), &self.programme, &ladder, &own).await.unwrap();
        let account = query::find_account(db, self.account).await.unwrap().unwrap();
        level(db, &account).await
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// CIMP-TIER-01, CIMP-TIER-02, CIMP-TIER-03, PP-LOY-01: the list of tiers is the organisation's own, and their conditions
/// count points that were given and money that was spent, in the programme's period and since ever; what is taken back is
/// not earned, what is spent or given back is not earned again.
#[tokio::test]
async fn tiers_follow_points_and_money_of_the_period_and_since_ever() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let (programme, points) = programme(&mut world, &mut db).await;
    let new = registration(programme, 1, vec![service(1, "mobile")]);
    let account = store::register(&mut db, &mut world.edit(), &new).await.unwrap().id;
    let programme = query::find_programme(&mut db, programme).await.unwrap().unwrap();
    let currency = base::id::CurrencyId::from_uuid(points.as_uuid());
    let play = Play { account, programme, currency };
    assert_eq!(play.level(&mut db, &mut world).await, 1);

    play.earn(&mut db, &mut world, "a", 99).await;
    assert_eq!(play.level(&mut db, &mut world).await, 1, "99 are not 100");
    play.earn(&mut db, &mut world, "b", 1).await;
    assert_eq!(play.level(&mut db, &mut world).await, 2);
    let spend = Movement::Debit {
        account: play.member(),
        amount: Amount::new(10_000).unwrap(),
        to: Counter::the(order::SPENT),
    };
    play.post(&mut db, &mut world, "spend", spend).await;
    let back = |key: &str| Movement::Reverse {
        transaction: transaction_id(key),
        portion: Portion::All,
        policy: ReversalPolicy::WithinBalance,
    };
    play.post(&mut db, &mut world, "given back", back("spend")).await;
    play.earn(&mut db, &mut world, "c", 899).await;
    play.spend(&mut db, &world, "payment", 1).await;
    assert_eq!(play.level(&mut db, &mut world).await, 2, "what came back was not earned again: 999");
    play.earn(&mut db, &mut world, "d", 1).await;
    assert_eq!(play.level(&mut db, &mut world).await, 3);

    // The year ends at the programme's midnight; gold of last year holds until the end of this one.
    world.now = at("2026-12-31T18:59:00Z");
    assert_eq!(play.level(&mut db, &mut world).await, 3);
    world.now = at("2026-12-31T19:00:01Z");
    assert_eq!(play.level(&mut db, &mut world).await, 3);
    let unmet = query::find_account(&mut db, account).await.unwrap().unwrap().tier_unmet_since;
    assert!(unmet.is_some(), "nothing was earned in 2027 yet");
    world.now = at("2027-06-01T10:00:00Z");
    play.earn(&mut db, &mut world, "e", 150).await;
    world.now = at("2027-12-31T19:00:01Z");
    assert_eq!(play.level(&mut db, &mut world).await, 1, "2028 has begun with nothing");
    play.spend(&mut db, &world, "purchase", 600_000).await;
    assert_eq!(play.level(&mut db, &mut world).await, 2);
    play.spend(&mut db, &world, "purchase", -200_000).await;
    assert_eq!(play.level(&mut db, &mut world).await, 2, "until the end of the year");
    let unmet = query::find_account(&mut db, account).await.unwrap().unwrap().tier_unmet_since;
    assert!(unmet.is_some(), "goods that were returned are not spent");
    world.now = at("2028-12-31T19:00:01Z");
    assert_eq!(play.level(&mut db, &mut world).await, 1);

    // Since ever: 1,000 and 150 were earned before; a mistake that is taken back never was.
    play.earn(&mut db, &mut world, "f", 849).await;
    play.earn(&mut db, &mut world, "g", 500).await;
    play.post(&mut db, &mut world, "mistake", back("g")).await;
    assert_eq!(play.level(&mut db, &mut world).await, 2, "1,999 since ever");
    play.earn(&mut db, &mut world, "h", 1).await;
    assert_eq!(play.level(&mut db, &mut world).await, 4);
}

/// CIMP-TIER-02: a condition names what there is: a bonus type of the programme, a kind of activity; what no tier looks at
/// is not counted.
#[tokio::test]
async fn a_tier_counts_only_what_there_is() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let (programme, _) = programme(&mut world, &mut db).await;
    let codes = bonus_type("cash-back", 0);
    store::insert_bonus_type(&mut db, &mut world.edit(), programme, &codes).await.unwrap();
    for wrong in [
        "account.earned.pionts > 5",
        "account.spent.purchases > 5",
        "account.earned_never.points > 5",
        "points > 5",
    ] {
        let refused =
            store::insert_tier(&mut db, &mut world.edit(), programme, &tier(9, "nine", wrong)).await;
        let fits = matches!(&refused, Err(ChangeError::Invalid(faults)) if faults.iter().all(|f| f.pointer == "/condition"));
        assert!(fits, "{wrong}: {refused:?}");
    }
    let right = tier(9, "nine", "account.earned[\"cash-back\"] >= 5 and account.spent_ever.topped_up > 1");
    store::insert_tier(&mut db, &mut world.edit(), programme, &right).await.unwrap();

    let counts = |conditions: &[&str]| {
        let all = query_tiers(conditions);
        Ladder::new(all).counts()
    };
    assert_eq!(counts(&["account.services > 1", "true"]), Counts::default());
    assert_eq!(counts(&["account.earned_ever.points > 1"]), Counts { earned: true, spent: false });
    assert_eq!(counts(&["true", "account.spent.payment > 1"]), Counts { earned: false, spent: true });
}

fn query_tiers(conditions: &[&str]) -> Vec<loyalty::tier::Tier> {
    let one = |(level, condition): (i16, &&str)| loyalty::tier::Tier {
        id: base::id::TierId::from_uuid(uuid::Uuid::from_u128(7)),
        programme_id: ProgrammeId::from_uuid(uuid::Uuid::nil()),
        fields: tier(level, "one", condition),
        version: 1,
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    };
    (1..).zip(conditions).map(one).collect()
}

/// CIMP-TIER-02: the night looks at all members of a programme with one question for many, goes on behind its place, and
/// touches none of another programme.
#[tokio::test]
async fn the_night_settles_in_portions() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let (programme, points) = programme(&mut world, &mut db).await;
    let mut members = Vec::new();
    for n in 1..=5 {
        let new = registration(programme, n, vec![service(usize::try_from(n).unwrap(), "mobile")]);
        members.push(store::register(&mut db, &mut world.edit(), &new).await.unwrap().id);
    }
    let programme = query::find_programme(&mut db, programme).await.unwrap().unwrap();
    let currency = base::id::CurrencyId::from_uuid(points.as_uuid());
    for (n, account) in members.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        let play = Play { account: *account, programme: programme.clone(), currency };
        play.earn(&mut db, &mut world, &format!("k{n}"), 100).await;
    }

    let (mut after, mut changed, mut portions) = (None, 0, 0);
    while let Some((last, some)) =
        store::settle_due(&mut db, &mut world.edit(), &programme, after, 2).await.unwrap()
    {
        (after, changed, portions) = (Some(last), changed + some, portions + 1);
    }

    assert_eq!((changed, portions), (3, 3));
    let again = store::settle_due(&mut db, &mut world.edit(), &programme, None, 10).await.unwrap();
    assert_eq!(again.unwrap().1, 0, "nothing changes twice");
}
