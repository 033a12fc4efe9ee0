//! Promotions: their statuses, offers, rewards and contests.

use crate::support::{Shop, codes, title};
use base::LocalText;
use base::id::MasterAccountId;
use chrono::TimeDelta;
use loyalty::id::PromotionOfferId;
use loyalty::input::Decimal;
use loyalty::promotion::offer::{OfferState, PromotionOffer};
use loyalty::promotion::{
    Activation, CouponTerms, Prize, Promotion, PromotionAct, PromotionFields, PromotionKind, PromotionReward,
    PromotionStatus,
};
use loyalty::query::offer::{self as query, OfferSearch};
use loyalty::query::promotion::{running, statistics};
use loyalty::refused::Refused;
use loyalty::store::contest::{draw, give_prizes};
use loyalty::store::granting::Granting;
use loyalty::store::offer::{activate, expire, make};
use loyalty::store::promotion::{act, insert, update};
use sqlx::PgConnection;

pub fn points(amount: &str) -> PromotionReward {
    let (bonus_type, amount) = ("points".to_owned(), Decimal(amount.to_owned()));
    PromotionReward::Points { bonus_type, amount, validity_days: Some(30) }
}

pub fn fields(shop: &Shop, code: &str, kind: PromotionKind) -> PromotionFields {
    PromotionFields {
        code: code.to_owned(),
        title: title("Весна"),
        description: LocalText::default(),
        kind,
        programme_id: shop.programme,
        criteria: String::new(),
        starts_at: None,
        ends_at: None,
        offer_days: None,
        rescan_hours: None,
        activation: None,
        reward: Some(points("50")),
        prizes: Vec::new(),
        coupons: (kind == PromotionKind::Coupons).then(|| CouponTerms {
            length: Default::default(),
            uses: 1,
            valid_days: None,
            per_account: None,
        }),
    }
}

/// A promotion that runs.
pub async fn launched(db: &mut PgConnection, shop: &mut Shop, fields: &PromotionFields) -> Promotion {
    let made = insert(db, &mut shop.acts.edit(), fields).await.unwrap();
    assert_eq!(made.status, PromotionStatus::Draft);
    act(db, &mut shop.acts.edit(), made.id, PromotionAct::Launch).await.unwrap()
}

async fn offer_to(db: &mut PgConnection, shop: &mut Shop, promotion: &Promotion) -> Vec<PromotionOffer> {
    let (parties, _) = query::candidates(db, promotion.id, None, 100).await.unwrap();
    make(db, &mut shop.acts.edit(), promotion, &parties).await.unwrap();
    let of = OfferSearch { promotion: Some(promotion.id), ..OfferSearch::default() };
    query::search(db, &of, 100).await.unwrap()
}

async fn activated(
    db: &mut PgConnection,
    shop: &mut Shop,
    id: PromotionOfferId,
) -> Result<PromotionOffer, Refused> {
    let codes = codes();
    let mut granting = Granting::new(&codes, "api");
    let mut edit = shop.acts.edit();
    let offer = activate(db, &mut edit, &mut granting, id, "api").await?;
    granting.post(db, &mut edit).await?;
    Ok(offer)
}

/// CIMP-SPV-01, CIMP-SPV-05, CIMP-SPV-03: offers are made once, activated once, and what they give is on record.
#[tokio::test]
async fn an_offer_is_made_once_and_gives_once() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 0).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let general = fields(&shop, "spring", PromotionKind::General);
    let promotion = launched(&mut db, &mut shop, &general).await;
    assert_eq!(running(&mut db, shop.acts.now).await.unwrap().len(), 1);

    let offers = offer_to(&mut db, &mut shop, &promotion).await;
    assert_eq!((offers.len(), offers[0].state, offers[0].account_id), (1, OfferState::Open, member));
    assert_eq!(offer_to(&mut db, &mut shop, &promotion).await, offers, "an account gets one offer");
    assert_eq!(shop.events("loyalty.offer_made.v1").await, 1);
    for _ in 0..2 {
        let offer = activated(&mut db, &mut shop, offers[0].id).await.unwrap();
        assert_eq!(
            (offer.state, &offer.granted.unwrap()["amount"]),
            (OfferState::Activated, &serde_json::json!(50))
        );
    }
    assert_eq!(shop.points_of(member).await, (50, 0));
    let got = query::granted(&mut db, member, None, 10).await.unwrap();
    assert_eq!((got.len(), got[0].kind.as_str(), got[0].promotion.as_str()), (1, "points", "spring"));
    let counted = statistics(&mut db, promotion.id).await.unwrap();
    assert_eq!((counted.offers, counted.activated, counted.rewards[0].amount.unwrap().units), (1, 1, 50));
    for kind in ["offer_activated", "reward_granted"] {
        assert_eq!(shop.events(&format!("loyalty.{kind}.v1")).await, 1, "{kind}");
    }
    let lot: Option<chrono::DateTime<chrono::Utc>> =
        sqlx::query_scalar("select expires_at from ledger.lot").fetch_one(&mut *db).await.unwrap();
    assert!(
        lot.is_some_and(|at| at > shop.acts.now + TimeDelta::days(30)),
        "the promotion's validity: {lot:?}"
    );
}

/// CIMP-ST-04, CIMP-SPV-07: a suspended promotion activates nothing; completing one closes all its offers for good.
#[tokio::test]
async fn completing_a_promotion_closes_its_offers() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 0).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let general = fields(&shop, "spring", PromotionKind::General);
    let promotion = launched(&mut db, &mut shop, &general).await;
    let offer = offer_to(&mut db, &mut shop, &promotion).await.remove(0);
    act(&mut db, &mut shop.acts.edit(), promotion.id, PromotionAct::Suspend).await.unwrap();
    let error = activated(&mut db, &mut shop, offer.id).await.unwrap_err();
    assert!(error.to_string().contains("not running"), "{error}");
    assert!(running(&mut db, shop.acts.now).await.unwrap().is_empty());
    act(&mut db, &mut shop.acts.edit(), promotion.id, PromotionAct::Resume).await.unwrap();

    let done = act(&mut db, &mut shop.acts.edit(), promotion.id, PromotionAct::Complete).await.unwrap();
    assert_eq!((done.status, done.completed_at.is_some()), (PromotionStatus::Completed, true));
    assert_eq!(query::find(&mut db, offer.id).await.unwrap().unwrap().state, OfferState::Closed);
    assert!(activated(&mut db, &mut shop, offer.id).await.is_err());
    let error = act(&mut db, &mut shop.acts.edit(), promotion.id, PromotionAct::Launch).await.unwrap_err();
    assert!(error.to_string().contains("archive it"), "{error}");
    act(&mut db, &mut shop.acts.edit(), promotion.id, PromotionAct::Archive).await.unwrap();
    assert_eq!(shop.points_of(member).await, (0, 0));
    let changed = update(&mut db, &mut shop.acts.edit(), promotion.id, 6, &general).await;
    assert!(matches!(changed, Err(Refused::NotNow(_))), "{changed:?}");
}

/// CIMP-SPV-02: one that runs is edited and acts as it is written; an offer expires when its time is over.
#[tokio::test]
async fn a_running_promotion_is_edited_and_its_offers_expire() {
    let mut shop = Shop::open().await;
    let (first, second) = (shop.member("100", 0).await, shop.member("200", 0).await);
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let general = PromotionFields { offer_days: Some(1), ..fields(&shop, "spring", PromotionKind::General) };
    let promotion = launched(&mut db, &mut shop, &general).await;
    let offers = offer_to(&mut db, &mut shop, &promotion).await;
    let more = PromotionFields { reward: Some(points("70")), ..general.clone() };
    let changed =
        update(&mut db, &mut shop.acts.edit(), promotion.id, promotion.version, &more).await.unwrap();
    assert_eq!(changed.status, PromotionStatus::Running);
    let other = PromotionFields { kind: PromotionKind::Coupons, coupons: None, ..more.clone() };
    assert!(update(&mut db, &mut shop.acts.edit(), promotion.id, changed.version, &other).await.is_err());
    let nothing = PromotionFields { reward: Some(points("0")), ..more };
    assert!(update(&mut db, &mut shop.acts.edit(), promotion.id, changed.version, &nothing).await.is_err());

    activated(&mut db, &mut shop, offers[0].id).await.unwrap();
    shop.acts.now += TimeDelta::days(1);
    assert!(activated(&mut db, &mut shop, offers[1].id).await.is_err());
    assert_eq!(expire(&mut db, shop.acts.now, 10).await.unwrap(), 1);
    assert_eq!(query::find(&mut db, offers[1].id).await.unwrap().unwrap().state, OfferState::Expired);
    let (a, b) = (shop.points_of(first).await.0, shop.points_of(second).await.0);
    assert_eq!(a + b, 70);
}

/// CIMP-SPV-04: winners are drawn among those who took part, once, from a seed that is on record; prizes are given after.
#[tokio::test]
async fn a_contest_is_drawn_once_from_a_recorded_seed() {
    let mut shop = Shop::open().await;
    let mut members = Vec::new();
    for n in 0..6 {
        members.push(shop.member(&format!("10{n}"), 0).await);
    }
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let prize = |text: &str, count, reward| Prize { title: title(text), count, reward };
    let prizes = vec![prize("Телефон", 1, None), prize("Баллы", 2, Some(points("500")))];
    let contest =
        PromotionFields { prizes, reward: None, ..fields(&shop, "contest", PromotionKind::Contest) };
    let promotion = launched(&mut db, &mut shop, &contest).await;
    let offers = offer_to(&mut db, &mut shop, &promotion).await;
    for offer in offers.iter().take(5) {
        activated(&mut db, &mut shop, offer.id).await.unwrap();
    }
    assert!(draw(&mut db, &mut shop.acts.edit(), promotion.id, None).await.is_err(), "it still runs");
    act(&mut db, &mut shop.acts.edit(), promotion.id, PromotionAct::Complete).await.unwrap();

    let drawn = draw(&mut db, &mut shop.acts.edit(), promotion.id, Some([9; 32])).await.unwrap();
    assert_eq!((drawn.entries, drawn.winners.len(), drawn.seed.len()), (5, 3, 64));
    let again = draw(&mut db, &mut shop.acts.edit(), promotion.id, Some([1; 32])).await.unwrap();
    assert_eq!(again, drawn, "the first draw stands");
    let ids: Vec<uuid::Uuid> = offers.iter().take(5).map(|offer| offer.id.as_uuid()).collect();
    let expected = loyalty::promotion::contest::draw(&[9; 32], &ids, &[1, 2]);
    let winners: Vec<uuid::Uuid> = drawn.winners.iter().map(|winner| winner.offer_id.as_uuid()).collect();
    assert_eq!(
        winners,
        expected.iter().map(|(_, offer)| *offer).collect::<Vec<_>>(),
        "anybody can repeat it"
    );

    let codes = codes();
    for expected in [3, 0] {
        let mut granting = Granting::new(&codes, "draw");
        let mut edit = shop.acts.edit();
        assert_eq!(give_prizes(&mut db, &mut edit, &mut granting, 10).await.unwrap(), expected);
        granting.post(&mut db, &mut edit).await.unwrap();
    }
    let mut all = 0;
    for member in &members {
        all += shop.points_of(*member).await.0;
    }
    assert_eq!(all, 1_000, "two prizes of 500 points");
    let first: MasterAccountId = drawn.winners[0].account_id;
    assert_eq!(query::granted(&mut db, first, None, 10).await.unwrap()[0].kind, "prize");
}

/// CIMP-SPV-01: a reward may be something of the catalogue, for nothing, and then its stock is what counts.
#[tokio::test]
async fn a_promotion_gives_things_of_the_catalogue_for_nothing() {
    let mut shop = Shop::open().await;
    shop.member("100", 0).await;
    let mug = shop.gift("mug", 300, Some(1), false).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let gift = PromotionFields {
        reward: Some(PromotionReward::Item { reward_id: mug.id }),
        activation: Some(Activation { event_type: "purchase".to_owned(), condition: String::new() }),
        ..fields(&shop, "gift", PromotionKind::General)
    };
    let promotion = launched(&mut db, &mut shop, &gift).await;
    let offer = offer_to(&mut db, &mut shop, &promotion).await.remove(0);
    let offer = activated(&mut db, &mut shop, offer.id).await.unwrap();

    assert_eq!(offer.granted.unwrap()["kind"], "item");
    assert_eq!(shop.stock(&mug).await, Some(0));
    let order = loyalty::query::order::search(&mut db, &Default::default(), 10).await.unwrap().remove(0);
    assert_eq!((order.amount.units, order.source.as_str(), order.bonus_type_id), (0, "promotion", None));
}
