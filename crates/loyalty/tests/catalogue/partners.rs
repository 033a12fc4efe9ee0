//! Partners, rates and the exchange of points.

use crate::support::{Acts, Shop, gift_fields, title};
use base::ChangeError;
use base::id::{CurrencyId, OrgUnitId};
use chrono::TimeDelta;
use futures_util::future::join_all;
use ledger::Account;
use loyalty::bonus_type::Rounding;
use loyalty::input::Decimal;
use loyalty::partner::{Conversion, Partner, PartnerCurrency, PartnerFields, RateInput};
use loyalty::query::{conversion, partner as query};
use loyalty::refused::Refused;
use loyalty::reward::{PriceInput, RewardFields, RewardKind};
use loyalty::store::order::{NewOrder, place};
use loyalty::store::partner::{NewConversion, convert, insert, insert_rate, update};
use sqlx::PgPool;
use uuid::Uuid;

fn fields(code: &str, currency: Option<&str>, unit: u128) -> PartnerFields {
    PartnerFields {
        code: code.to_owned(),
        title: title("Партнёр"),
        unit_id: Some(OrgUnitId::from_uuid(Uuid::from_u128(unit))),
        currency: currency.map(|code| PartnerCurrency { code: code.to_owned(), scale: 2 }),
        active: true,
    }
}

fn rate(partner: &Partner, give: &str, get: &str) -> RateInput {
    RateInput {
        partner_id: Some(partner.id),
        money: None,
        programme: "main".to_owned(),
        bonus_type: "points".to_owned(),
        give: Decimal(give.to_owned()),
        get: Decimal(get.to_owned()),
        rounding: Rounding::Down,
        minimum: Some(Decimal("10".to_owned())),
        maximum: Some(Decimal("1000".to_owned())),
        valid_from: None,
    }
}

async fn converted(
    pool: &PgPool,
    acts: &mut Acts,
    account: base::id::MasterAccountId,
    partner: &Partner,
    amount: &str,
) -> Result<Conversion, Refused> {
    let mut tx = pool.begin().await.unwrap();
    let new = NewConversion { account, partner: partner.id, bonus_type: "points", amount, source: "api" };
    let conversion = convert(&mut tx, &mut acts.edit(), &new).await?;
    tx.commit().await.unwrap();
    Ok(conversion)
}

/// CIMP-PRT-03, CIMP-ENT-06: points become the partner's at the rate of the moment, in one transaction of the ledger.
#[tokio::test]
async fn points_are_exchanged_at_the_rate_of_the_moment() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 2_000).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let airline = insert(&mut db, &mut shop.acts.edit(), &fields("airline", Some("miles"), 1)).await.unwrap();

    let error = converted(&pool, &mut shop.acts, member, &airline, "100").await.unwrap_err();
    assert!(error.to_string().contains("no rate"), "{error}");
    insert_rate(&mut db, &mut shop.acts.edit(), &rate(&airline, "3", "0.02")).await.unwrap();
    let later = shop.acts.now + TimeDelta::days(1);
    let tomorrow = RateInput { valid_from: Some(later), ..rate(&airline, "1", "1") };
    insert_rate(&mut db, &mut shop.acts.edit(), &tomorrow).await.unwrap();

    let done = converted(&pool, &mut shop.acts, member, &airline, "100").await.unwrap();
    assert_eq!((done.given.units, done.got.units, done.got.to_string().as_str()), (100, 66, "0.66"));
    assert_eq!(shop.points_of(member).await, (1_900, 0));
    let miles = CurrencyId::from_uuid(airline.currency_id.unwrap());
    let theirs = Account { owner: member.as_uuid(), currency: miles };
    assert_eq!(ledger::query::balance(&mut db, shop.acts.now, theirs).await.unwrap().balance, 66);
    let postings: i64 = sqlx::query_scalar(
        "select count(*) from ledger.posting p join ledger.transaction t using (number) where t.id = $1",
    )
    .bind(done.transaction_id)
    .fetch_one(&mut *db)
    .await
    .unwrap();
    assert_eq!((postings, shop.events("loyalty.points_converted.v1").await), (2, 1));

    for (amount, said) in
        [("9", "least"), ("1001", "most"), ("0.5", "decimal"), ("x", "no amount"), ("-5", "more than")]
    {
        let error = converted(&pool, &mut shop.acts, member, &airline, amount).await.unwrap_err();
        let Refused::Change(ChangeError::Invalid(faults)) = error else { panic!("{amount}") };
        assert!(faults[0].detail.contains(said), "{amount}: {}", faults[0].detail);
    }
    shop.acts.now = later;
    let done = converted(&pool, &mut shop.acts, member, &airline, "100").await.unwrap();
    assert_eq!(done.got.units, 10_000, "tomorrow's rate counts tomorrow");
    assert!(matches!(
        insert_rate(&mut db, &mut shop.acts.edit(), &tomorrow).await,
        Err(ChangeError::Invalid(_))
    ));
}

/// Conversion twice at once: two requests for all points, and one of them is refused.
#[tokio::test]
async fn points_are_exchanged_once_however_many_ask_at_once() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 1_000).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let airline = insert(&mut db, &mut shop.acts.edit(), &fields("airline", Some("miles"), 1)).await.unwrap();
    insert_rate(&mut db, &mut shop.acts.edit(), &rate(&airline, "1", "1")).await.unwrap();
    let asked = (0..6_u64).map(|n| {
        let (pool, airline) = (pool.clone(), airline.clone());
        async move {
            let mut acts = Acts::seeded(400 + n);
            acts.now += TimeDelta::minutes(1);
            converted(&pool, &mut acts, member, &airline, "1000").await.is_ok()
        }
    });
    let done = join_all(asked).await.into_iter().filter(|done| *done).count();
    assert_eq!((done, shop.points_of(member).await), (1, (0, 0)));
}

/// CIMP-PRT-01, CIMP-ROLE-01: partners are registered; those of a unit are seen apart from others.
#[tokio::test]
async fn partners_are_registered_and_seen_by_their_unit() {
    let mut shop = Shop::open().await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let airline = insert(&mut db, &mut shop.acts.edit(), &fields("airline", Some("miles"), 1)).await.unwrap();
    let cinema = insert(&mut db, &mut shop.acts.edit(), &fields("cinema", None, 2)).await.unwrap();
    let same = insert(&mut db, &mut shop.acts.edit(), &fields("cinema", None, 2)).await;
    assert!(matches!(same, Err(ChangeError::Taken(fault)) if fault.pointer == "/code"));

    let units = [OrgUnitId::from_uuid(Uuid::from_u128(2))];
    let seen = query::search(&mut db, None, Some(&units), None, None, 10).await.unwrap();
    assert_eq!(seen, std::slice::from_ref(&cinema));
    assert_eq!(query::search(&mut db, None, None, Some(true), None, 10).await.unwrap().len(), 2);
    let with_points = fields("cinema", Some("tickets"), 2);
    let changed = update(&mut db, &mut shop.acts.edit(), cinema.id, 1, &with_points).await.unwrap();
    assert!(changed.currency_id.is_some());
    let without = fields("airline", None, 1);
    let refused = update(&mut db, &mut shop.acts.edit(), airline.id, 1, &without).await;
    assert!(matches!(refused, Err(ChangeError::Invalid(faults)) if faults[0].pointer == "/currency"));
    // PP-LOY-02: managed rates against money.
    let money = RateInput {
        partner_id: None,
        money: Some("UZS".to_owned()),
        minimum: None,
        maximum: None,
        ..rate(&airline, "1", "100.5")
    };
    let stored = insert_rate(&mut db, &mut shop.acts.edit(), &money).await.unwrap();
    let found = query::rate_at(&mut db, None, Some("UZS"), shop.points, shop.acts.now).await.unwrap();
    assert_eq!((found, stored.get.to_string().as_str()), (Some(stored.clone()), "100.5"));
}

/// CIMP-PRT-02, CIMP-PRT-04: services of partners are ordered, and their use and the exchange are counted for a period.
#[tokio::test]
async fn use_of_services_and_exchange_are_counted_for_a_period() {
    let mut shop = Shop::open().await;
    let (first, second) = (shop.member("100", 2_000).await, shop.member("200", 2_000).await);
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let airline = insert(&mut db, &mut shop.acts.edit(), &fields("airline", Some("miles"), 1)).await.unwrap();
    insert_rate(&mut db, &mut shop.acts.edit(), &rate(&airline, "1", "1")).await.unwrap();
    let lounge = RewardFields {
        kind: RewardKind::PartnerService,
        partner_id: Some(airline.id),
        physical: false,
        ..gift_fields("lounge")
    };
    let price = [PriceInput { bonus_type: "points".to_owned(), amount: Decimal("100".to_owned()) }];
    let lounge = loyalty::store::reward::insert(&mut db, &mut shop.acts.edit(), &lounge, &price, Some(10))
        .await
        .unwrap();
    let from = shop.acts.now;
    for account in [first, first, second] {
        let new =
            NewOrder { account, reward: lounge.id, bonus_type: None, quantity: 2, note: "", source: "ui" };
        place(&mut db, &mut shop.acts.edit(), &new).await.unwrap();
    }
    converted(&pool, &mut shop.acts, first, &airline, "50").await.unwrap();
    converted(&pool, &mut shop.acts, second, &airline, "70").await.unwrap();
    let until = shop.acts.now + TimeDelta::seconds(1);

    let counted = conversion::statistics(&mut db, Some(airline.id), None, from, until).await.unwrap();
    let used = &counted.services[0];
    assert_eq!((used.confirmed, used.units, used.members, used.spent.units), (3, 6, 2, 600));
    let exchanged = &counted.conversions[0];
    assert_eq!(
        (exchanged.count, exchanged.members, exchanged.given.units, exchanged.got.units),
        (2, 2, 120, 12_000)
    );
    let nobody = [OrgUnitId::from_uuid(Uuid::from_u128(9))];
    let others = conversion::statistics(&mut db, None, Some(&nobody), from, until).await.unwrap();
    assert!(others.services.is_empty() && others.conversions.is_empty());
    let before = conversion::statistics(&mut db, None, None, from - TimeDelta::days(1), from).await.unwrap();
    assert!(before.services.is_empty());

    let gone = PartnerFields { active: false, ..airline.fields.clone() };
    update(&mut db, &mut shop.acts.edit(), airline.id, 1, &gone).await.unwrap();
    let new =
        NewOrder { account: first, reward: lounge.id, bonus_type: None, quantity: 1, note: "", source: "ui" };
    let error = place(&mut db, &mut shop.acts.edit(), &new).await.unwrap_err();
    assert!(error.to_string().contains("partner"), "{error}");
    assert!(converted(&pool, &mut shop.acts, first, &airline, "50").await.is_err());
}
