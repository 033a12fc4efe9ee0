//! Orders of rewards.

use crate::support::{Acts, Shop, gift_fields, title};
use base::id::MasterAccountId;
use chrono::TimeDelta;
use futures_util::future::join_all;
use loyalty::id::{OrderId, RewardId};
use loyalty::input::Decimal;
use loyalty::master::{MasterFields, MasterKind, ReasonArea};
use loyalty::order::{OrderState, RewardOrder};
use loyalty::refused::Refused;
use loyalty::reward::{PriceInput, StockChange};
use loyalty::store::order::{NewOrder, cancel, confirm, place};
use sqlx::PgPool;

fn new(account: MasterAccountId, reward: RewardId, quantity: i32) -> NewOrder<'static> {
    NewOrder { account, reward, bonus_type: None, quantity, note: "", source: "api" }
}

/// Each in a transaction of its own, as the edge does it.
async fn placed(pool: &PgPool, acts: &mut Acts, new: &NewOrder<'_>) -> Result<RewardOrder, Refused> {
    let mut tx = pool.begin().await.unwrap();
    let order = place(&mut tx, &mut acts.edit(), new).await?;
    tx.commit().await.unwrap();
    Ok(order)
}

async fn confirmed(pool: &PgPool, acts: &mut Acts, id: OrderId) -> Result<RewardOrder, Refused> {
    let mut tx = pool.begin().await.unwrap();
    let order = confirm(&mut tx, &mut acts.edit(), id).await?;
    tx.commit().await.unwrap();
    Ok(order)
}

async fn cancelled(pool: &PgPool, acts: &mut Acts, id: OrderId) -> Result<RewardOrder, Refused> {
    let mut tx = pool.begin().await.unwrap();
    let order = cancel(&mut tx, &mut acts.edit(), id, None).await?;
    tx.commit().await.unwrap();
    Ok(order)
}

/// CIMP-ST-03, CIMP-RED-02, CIMP-RED-05: placed, confirmed, cancelled; each twice is each once; points and goods follow.
#[tokio::test]
async fn an_order_is_placed_confirmed_and_cancelled_with_its_points_and_goods() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 1_000).await;
    let mug = shop.gift("mug", 300, Some(5), true).await;
    let pool = shop.db.pool().clone();

    let order = placed(&pool, &mut shop.acts, &new(member, mug.id, 2)).await.unwrap();
    assert_eq!((order.state, order.amount.units, order.number.len()), (OrderState::Placed, 600, 8));
    assert_eq!((shop.points_of(member).await, shop.stock(&mug).await), ((400, 600), Some(3)));
    assert!(order.expires_at.is_some());

    for _ in 0..2 {
        let order = confirmed(&pool, &mut shop.acts, order.id).await.unwrap();
        assert_eq!((order.state, order.expires_at), (OrderState::Confirmed, None));
        assert_eq!((shop.points_of(member).await, shop.stock(&mug).await), ((400, 0), Some(3)));
    }
    for _ in 0..2 {
        let order = cancelled(&pool, &mut shop.acts, order.id).await.unwrap();
        assert_eq!(order.state, OrderState::Cancelled);
        assert!(order.reversal_id.is_some() && order.reversal_id != order.transaction_id);
        assert_eq!((shop.points_of(member).await, shop.stock(&mug).await), ((1_000, 0), Some(5)));
    }
    let refused = confirmed(&pool, &mut shop.acts, order.id).await;
    assert!(matches!(refused, Err(Refused::NotNow(_))));
    for kind in ["order_placed", "order_confirmed", "order_cancelled"] {
        assert_eq!(shop.events(&format!("loyalty.{kind}.v1")).await, 1, "{kind}");
    }
}

/// CIMP-RED-05: what comes back comes back into the lots that it was drawn from, with their terms.
#[tokio::test]
async fn points_come_back_into_the_lots_that_they_came_from() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 0).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let (soon, late) = (shop.acts.now + TimeDelta::days(10), shop.acts.now + TimeDelta::days(90));
    shop.accrue(&mut db, member, 100, Some(late)).await;
    shop.accrue(&mut db, member, 100, Some(soon)).await;
    let gift = shop.gift("card", 150, None, false).await;
    let owed = async |db: &mut sqlx::PgConnection| -> Vec<(i64, i64)> {
        sqlx::query_as("select remaining, held from ledger.lot order by expires_at")
            .fetch_all(db)
            .await
            .unwrap()
    };

    let order = placed(&pool, &mut shop.acts, &new(member, gift.id, 1)).await.unwrap();
    assert_eq!(order.state, OrderState::Confirmed, "GAP-22: nobody confirms this one");
    assert_eq!(owed(&mut db).await, [(0, 0), (50, 0)], "oldest-expiring first");
    cancelled(&pool, &mut shop.acts, order.id).await.unwrap();
    assert_eq!(owed(&mut db).await, [(100, 0), (100, 0)]);
    assert_eq!(shop.points_of(member).await, (200, 0));
}

/// CIMP-RED-03: what is not offered, not priced, not there or not paid for is refused with what can be done, and nothing
/// of a refused order remains.
#[tokio::test]
async fn what_cannot_be_ordered_is_refused_and_leaves_nothing() {
    let mut shop = Shop::open().await;
    let (member, poor) = (shop.member("100", 1_000).await, shop.member("200", 10).await);
    let mug = shop.gift("mug", 300, Some(2), true).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let free = gift_fields("unpriced");
    let unpriced =
        loyalty::store::reward::insert(&mut db, &mut shop.acts.edit(), &free, &[], None).await.unwrap();
    let both = [("points", "10"), ("cash", "0.50")]
        .map(|(code, amount)| PriceInput { bonus_type: code.to_owned(), amount: Decimal(amount.to_owned()) });
    let two =
        loyalty::store::reward::insert(&mut db, &mut shop.acts.edit(), &gift_fields("two"), &both, None)
            .await
            .unwrap();

    let error = placed(&pool, &mut shop.acts, &new(poor, mug.id, 1)).await.unwrap_err();
    assert_eq!(error.to_string(), "300 are needed and 10 are available");
    let error = placed(&pool, &mut shop.acts, &new(member, mug.id, 3)).await.unwrap_err();
    assert!(error.to_string().contains("not so many left"), "{error}");
    assert!(placed(&pool, &mut shop.acts, &new(member, unpriced.id, 1)).await.is_err());
    let error = placed(&pool, &mut shop.acts, &new(member, two.id, 1)).await.unwrap_err();
    assert!(
        matches!(error, Refused::Change(base::ChangeError::Invalid(faults)) if faults[0].pointer == "/bonus_type")
    );
    for quantity in [0, -1, 1_001] {
        assert!(placed(&pool, &mut shop.acts, &new(member, mug.id, quantity)).await.is_err());
    }
    let unknown = MasterAccountId::from_uuid(uuid::Uuid::nil());
    assert!(placed(&pool, &mut shop.acts, &new(unknown, mug.id, 1)).await.is_err());
    sqlx::query("update loyalty.account set status = 90 where number = '200'")
        .execute(&mut *db)
        .await
        .unwrap();
    let error = placed(&pool, &mut shop.acts, &new(poor, two.id, 1)).await.unwrap_err();
    assert!(error.to_string().contains("not enrolled"), "{error}");
    loyalty::store::reward::switch_off(&mut db, &mut shop.acts.edit(), mug.id).await.unwrap();
    let error = placed(&pool, &mut shop.acts, &new(member, mug.id, 1)).await.unwrap_err();
    assert!(error.to_string().contains("not offered"), "{error}");

    let orders: i64 =
        sqlx::query_scalar("select count(*) from loyalty.reward_order").fetch_one(&mut *db).await.unwrap();
    assert_eq!((orders, shop.stock(&mug).await, shop.points_of(member).await), (0, Some(2), (1_000, 0)));
    assert_eq!(shop.events("loyalty.order_placed.v1").await, 0);
}

/// Two tills, one stock: ten tills ask at once for the last three, and three get one.
#[tokio::test]
async fn tills_that_ask_at_once_never_sell_what_is_not_there() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 100_000).await;
    let mug = shop.gift("mug", 10, Some(3), true).await;
    let pool = shop.db.pool().clone();
    let tills = (0..10_u64).map(|till| {
        let (pool, new) = (pool.clone(), new(member, mug.id, 1));
        async move { placed(&pool, &mut Acts::seeded(100 + till), &new).await.is_ok() }
    });
    let sold = join_all(tills).await.into_iter().filter(|sold| *sold).count();
    assert_eq!((sold, shop.stock(&mug).await), (3, Some(0)));
    assert_eq!(shop.points_of(member).await, (100_000 - 30, 30));
}

/// Two tills, one balance: never both.
#[tokio::test]
async fn tills_that_ask_at_once_never_spend_a_point_twice() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 1_000).await;
    let phone = shop.gift("phone", 600, None, false).await;
    let pool = shop.db.pool().clone();
    let tills = (0..8_u64).map(|till| {
        let (pool, new) = (pool.clone(), new(member, phone.id, 1));
        async move { placed(&pool, &mut Acts::seeded(200 + till), &new).await.is_ok() }
    });
    let sold = join_all(tills).await.into_iter().filter(|sold| *sold).count();
    assert_eq!((sold, shop.points_of(member).await), (1, (400, 0)));
}

/// An order that eight people cancel at once gives its points and goods back once.
#[tokio::test]
async fn an_order_that_is_cancelled_at_once_by_many_gives_back_once() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 1_000).await;
    let mug = shop.gift("mug", 300, Some(5), true).await;
    let pool = shop.db.pool().clone();
    let order = placed(&pool, &mut shop.acts, &new(member, mug.id, 1)).await.unwrap();
    confirmed(&pool, &mut shop.acts, order.id).await.unwrap();
    let people = (0..8_u64).map(|person| {
        let (pool, id) = (pool.clone(), order.id);
        async move { cancelled(&pool, &mut Acts::seeded(300 + person), id).await.is_ok() }
    });
    assert!(join_all(people).await.into_iter().all(|done| done));
    assert_eq!((shop.points_of(member).await, shop.stock(&mug).await), ((1_000, 0), Some(5)));
    assert_eq!(shop.events("loyalty.order_cancelled.v1").await, 1);
}

/// CIMP-TXN-04: the reason of a cancellation is one for cancellations. CIMP-PRT-02: the stock is counted apart.
#[tokio::test]
async fn a_cancellation_names_a_reason_that_is_for_it() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 1_000).await;
    let mug = shop.gift("mug", 300, Some(1), true).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    for (code, area) in [("late", ReasonArea::OrderCancellation), ("gift", ReasonArea::Award)] {
        let fields = MasterFields { areas: vec![area], ..MasterFields::named(code, title("Причина")) };
        loyalty::store::master::insert(&mut db, &mut shop.acts.edit(), MasterKind::Reason, &fields)
            .await
            .unwrap();
    }
    let order = placed(&pool, &mut shop.acts, &new(member, mug.id, 1)).await.unwrap();

    assert!(cancel(&mut db, &mut shop.acts.edit(), order.id, Some("gift")).await.is_err());
    let order = cancel(&mut db, &mut shop.acts.edit(), order.id, Some("late")).await.unwrap();
    assert_eq!((order.reason.as_deref(), order.state), (Some("late"), OrderState::Cancelled));
    let changed = StockChange::Add { quantity: 4 };
    let reward =
        loyalty::store::reward::change_stock(&mut db, &mut shop.acts.edit(), mug.id, changed).await.unwrap();
    assert_eq!((reward.stock, reward.version), (Some(5), 1));
}
