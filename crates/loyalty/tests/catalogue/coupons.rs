//! Coupons: made, redeemed exactly once, locked against guessing.

use crate::promotions::{fields, launched};
use crate::support::{Acts, Shop, codes};
use base::id::MasterAccountId;
use chrono::TimeDelta;
use futures_util::future::join_all;
use loyalty::coupon::code::{Code, CodeLength};
use loyalty::coupon::lock::{Guesser, WRONG_MAX};
use loyalty::promotion::{CouponTerms, PromotionFields, PromotionKind};
use loyalty::store::coupon::{
    CodeRefused, NewBatch, Redeemed, codes_of, count_wrong, locked_seconds, make, redeem, void,
};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::collections::BTreeSet;

async fn redeemed(
    pool: &PgPool,
    acts: &mut Acts,
    code: &str,
    account: MasterAccountId,
) -> Result<Redeemed, CodeRefused> {
    let mut tx = pool.begin().await.unwrap();
    let done = redeem(&mut tx, &mut acts.edit(), &codes(), code, account, "api").await?;
    tx.commit().await.unwrap();
    Ok(done)
}

fn batch(promotion: &loyalty::promotion::Promotion, count: i32) -> NewBatch<'static> {
    NewBatch { promotion: promotion.id, count, account: None, source: "api" }
}

fn refusal(refused: Result<Redeemed, CodeRefused>) -> String {
    refused.unwrap_err().to_string()
}

/// CIMP-ENT-07: a code that many ask for at once is redeemed exactly once.
#[tokio::test]
async fn one_code_is_redeemed_once_under_a_thousand_requests_at_once() {
    let mut shop = Shop::open().await;
    let member = shop.member("100", 0).await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let coupons = fields(&shop, "codes", PromotionKind::Coupons);
    let promotion = launched(&mut db, &mut shop, &coupons).await;
    let (_, made) = make(&mut db, &mut shop.acts.edit(), &codes(), &batch(&promotion, 1)).await.unwrap();
    drop(db);
    let options = (*pool.connect_options()).clone();
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(std::time::Duration::from_secs(120))
        .connect_lazy_with(options);

    let code = made[0].grouped();
    let asked = (0..1_000_u64).map(|n| {
        let (pool, code) = (pool.clone(), code.clone());
        async move {
            let mut acts = Acts::seeded(1_000 + n);
            acts.now += TimeDelta::minutes(1);
            redeemed(&pool, &mut acts, &code, member).await
        }
    });
    let (done, refused): (Vec<_>, Vec<_>) = join_all(asked).await.into_iter().partition(Result::is_ok);
    let said = |refused: &Result<Redeemed, CodeRefused>| refused.as_ref().unwrap_err().to_string();
    assert!(refused.iter().all(|refused| said(refused).contains("redeemed already")));
    let done = done.len();
    shop.acts.now += TimeDelta::minutes(2);
    assert_eq!((done, shop.points_of(member).await), (1, (50, 0)));
    assert_eq!(shop.events("loyalty.coupon_redeemed.v1").await, 1);
}

/// CIMP-BON-13, CIMP-ENT-07: codes are made in bulk, kept as hashes only, and made again from the key for who may.
#[tokio::test]
async fn codes_are_made_in_bulk_and_kept_nowhere() {
    let mut shop = Shop::open().await;
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let coupons = fields(&shop, "codes", PromotionKind::Coupons);
    let promotion = launched(&mut db, &mut shop, &coupons).await;
    let (first, made) =
        make(&mut db, &mut shop.acts.edit(), &codes(), &batch(&promotion, 5_000)).await.unwrap();
    let (_, more) = make(&mut db, &mut shop.acts.edit(), &codes(), &batch(&promotion, 10)).await.unwrap();

    let all: BTreeSet<&str> = made.iter().chain(&more).map(Code::as_str).collect();
    assert_eq!((all.len(), made[0].as_str().len()), (5_010, 12));
    assert_eq!(codes_of(&codes(), &first).unwrap(), made);
    let kept: String = sqlx::query_scalar("select string_agg(c::text, ' ') from loyalty.coupon c limit 1")
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert!(!kept.contains(made[0].as_str()) && kept.contains(made[0].last_four()));
    for count in [0, -1, 100_001] {
        assert!(make(&mut db, &mut shop.acts.edit(), &codes(), &batch(&promotion, count)).await.is_err());
    }
    let general = PromotionFields { coupons: None, ..fields(&shop, "other", PromotionKind::General) };
    let general = launched(&mut db, &mut shop, &general).await;
    assert!(make(&mut db, &mut shop.acts.edit(), &codes(), &batch(&general, 1)).await.is_err());
}

/// Each way in which a code gives nothing is said, except to whoever guesses.
#[tokio::test]
async fn a_code_that_gives_nothing_says_why() {
    let mut shop = Shop::open().await;
    let (member, other) = (shop.member("100", 0).await, shop.member("200", 0).await);
    let pool = shop.db.pool().clone();
    let mut db = pool.acquire().await.unwrap();
    let terms =
        CouponTerms { length: CodeLength::Short, uses: 3, valid_days: Some(10), per_account: Some(1) };
    let coupons = PromotionFields { coupons: Some(terms), ..fields(&shop, "codes", PromotionKind::Coupons) };
    let promotion = launched(&mut db, &mut shop, &coupons).await;
    let (_, open) = make(&mut db, &mut shop.acts.edit(), &codes(), &batch(&promotion, 2)).await.unwrap();
    let own = NewBatch { account: Some(member), ..batch(&promotion, 1) };
    let (own_batch, own) = make(&mut db, &mut shop.acts.edit(), &codes(), &own).await.unwrap();
    assert_eq!(shop.events("loyalty.coupon_issued.v1").await, 1);

    let wrong = redeemed(&pool, &mut shop.acts, "2222-2222-22", member).await;
    assert!(matches!(wrong, Err(CodeRefused::Wrong)));
    let foreign = redeemed(&pool, &mut shop.acts, own[0].as_str(), other).await;
    assert!(matches!(foreign, Err(CodeRefused::Wrong)), "somebody else's coupon is as good as none");
    let done = redeemed(&pool, &mut shop.acts, &open[0].grouped().to_lowercase(), other).await.unwrap();
    assert_eq!((done.use_number, done.promotion.as_str()), (1, "codes"));
    assert!(refusal(redeemed(&pool, &mut shop.acts, open[1].as_str(), other).await).contains("the most"));
    void(&mut db, &mut shop.acts.edit(), own_batch.id).await.unwrap();
    void(&mut db, &mut shop.acts.edit(), own_batch.id).await.unwrap();
    assert!(refusal(redeemed(&pool, &mut shop.acts, own[0].as_str(), member).await).contains("void"));
    shop.acts.now += TimeDelta::days(10);
    assert!(refusal(redeemed(&pool, &mut shop.acts, open[1].as_str(), member).await).contains("expired"));
    assert_eq!((shop.points_of(member).await.0, shop.points_of(other).await.0), (0, 50));
}

/// Guessing is locked out for the account, whoever asks, and mistyping is not.
#[tokio::test]
async fn guessing_is_locked_out_for_a_quarter_of_an_hour() {
    let mut shop = Shop::open().await;
    let mut db = shop.db.pool().acquire().await.unwrap();
    let account = Guesser { key: "account:1".to_owned(), wrong_max: WRONG_MAX };
    let network = Guesser { key: "network:10.0.0.0".to_owned(), wrong_max: 100 };
    let both = [network.clone(), account.clone()];
    for _ in 0..WRONG_MAX {
        assert_eq!(locked_seconds(&mut db, &both, shop.acts.now).await.unwrap(), None);
        shop.acts.now += TimeDelta::seconds(1);
        count_wrong(&mut db, &both, shop.acts.now).await.unwrap();
    }
    assert!(
        locked_seconds(&mut db, &both, shop.acts.now).await.unwrap().is_some_and(|seconds| seconds > 890)
    );
    assert_eq!(locked_seconds(&mut db, &[network], shop.acts.now).await.unwrap(), None);
    let later = shop.acts.now + TimeDelta::minutes(16);
    assert_eq!(locked_seconds(&mut db, &both, later).await.unwrap(), None);
    assert_eq!(loyalty::store::coupon::forget_guesses(&mut db, later).await.unwrap(), 2);
}
