//! Coupons: made in bulk or for one account, redeemed exactly once, locked against guessing (CIMP-ENT-07, CIMP-BON-13).

use super::granting::{For, Granting};
use super::movement::{self, Party};
use crate::coupon::code::{Code, CodeKey, CodeLength};
use crate::coupon::lock::{Guesser, Guesses};
use crate::coupon::{BATCH_MAX, Coupon, CouponBatch};
use crate::id::{CouponBatchId, CouponId, PromotionId};
use crate::promotion::offer::Granted;
use crate::promotion::{CouponTerms, Promotion, PromotionStatus};
use crate::query::promotion as promotions;
use crate::refused::Refused;
use base::Edit;
use base::id::MasterAccountId;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;

/// Coupons that are asked for.
pub struct NewBatch<'a> {
    /// Of which promotion.
    pub promotion: PromotionId,
    /// How many.
    pub count: i32,
    /// For which account alone; none: for whoever has the code.
    pub account: Option<MasterAccountId>,
    /// Which way it came.
    pub source: &'a str,
}

/// Makes coupons; their codes are given back here and kept nowhere.
///
/// # Errors
/// No such promotion of coupons, one that is over, too many, no such account, or the database.
pub async fn make(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    codes: &CodeKey,
    new: &NewBatch<'_>,
) -> Result<(CouponBatch, Vec<Code>), Refused> {
    if !(1..=BATCH_MAX).contains(&new.count) {
        return Err(Refused::invalid("/count", format!("must be 1 to {BATCH_MAX}")));
    }
    let promotion = promotions::find(db, new.promotion).await?.ok_or(Refused::unknown("promotion"))?;
    let party = match new.account {
        Some(account) => Some(movement::find(db, account).await?),
        None => None,
    };
    let made = write(db, edit, codes, &promotion, new).await?;
    if let Some(party) = &party {
        for (coupon, code) in made.coupons.iter().zip(&made.codes) {
            tell(db, edit, party, &promotion, coupon, code).await?;
        }
    }
    let batch = promotions::batch(db, made.batch).await?.ok_or(Refused::unknown("batch of coupons"))?;
    super::kept::record(db, edit, "loyalty.coupons_made.v1", promotion.id.as_uuid(), None, Some(&batch))
        .await?;
    Ok((batch, made.codes))
}

/// Makes one coupon for an account, whose owner hears of the code by an event.
pub(super) async fn issue(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    codes: &CodeKey,
    promotion: &Promotion,
    party: &Party,
) -> Result<Coupon, Refused> {
    let (account, source) = (Some(party.account_id), "promotion");
    let new = NewBatch { promotion: promotion.id, count: 1, account, source };
    let made = write(db, edit, codes, promotion, &new).await?;
    let (Some(coupon), Some(code)) = (made.coupons.into_iter().next(), made.codes.first()) else {
        return Err(sqlx::Error::RowNotFound.into());
    };
    tell(db, edit, party, promotion, &coupon, code).await?;
    Ok(coupon)
}

/// The owner's coupon: its code is of use to nobody else, so that a notice may carry it.
async fn tell(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    party: &Party,
    promotion: &Promotion,
    coupon: &Coupon,
    code: &Code,
) -> Result<(), Refused> {
    let data = json!({
        "coupon_id": coupon.id, "promotion": promotion.fields.code,
        "title": promotion.fields.title, "code": code.grouped(), "expires_at": coupon.expires_at,
    });
    Ok(super::tell(db, edit, party, "loyalty.coupon_issued.v1", data).await?)
}

struct Made {
    batch: CouponBatchId,
    coupons: Vec<Coupon>,
    codes: Vec<Code>,
}

async fn write(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    codes: &CodeKey,
    promotion: &Promotion,
    new: &NewBatch<'_>,
) -> Result<Made, Refused> {
    let terms = promotion.fields.coupons.as_ref();
    let terms = terms
        .ok_or_else(|| Refused::not_now("this promotion has no coupons: take one of the kind coupons"))?;
    if promotion.status.is_over() {
        return Err(Refused::not_now("the promotion is over: its coupons would give nothing"));
    }
    let symbols = i16::try_from(terms.length.symbols()).unwrap_or(0);
    let first: i64 = sqlx::query_scalar(
        "update loyalty.coupon_counter set next = next + $2 where symbols = $1 returning next - $2",
    )
    .bind(symbols)
    .bind(i64::from(new.count))
    .fetch_one(&mut *db)
    .await?;
    let made = codes_from(codes, terms.length, first, new.count)?;
    let batch = CouponBatchId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.coupon_batch (batch_id, promotion_id, symbols, first, count, source, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(batch)
    .bind(promotion.id)
    .bind(symbols)
    .bind(first)
    .bind(new.count)
    .bind(new.source)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let coupons =
        insert_coupons(db, edit, codes, promotion, terms, (batch, first, new.account), &made).await?;
    Ok(Made { batch, coupons, codes: made })
}

async fn insert_coupons(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    codes: &CodeKey,
    promotion: &Promotion,
    terms: &CouponTerms,
    (batch, first, account): (CouponBatchId, i64, Option<MasterAccountId>),
    made: &[Code],
) -> sqlx::Result<Vec<Coupon>> {
    let ids: Vec<CouponId> = made.iter().map(|_| CouponId::new(edit.now, edit.rng)).collect();
    let hashes: Vec<Vec<u8>> = made.iter().map(|code| codes.hash(code).to_vec()).collect();
    let last: Vec<&str> = made.iter().map(Code::last_four).collect();
    let counters: Vec<i64> = (first..).take(made.len()).collect();
    let by_days = terms.valid_days.map(|days| edit.now + TimeDelta::days(i64::from(days)));
    let expires_at = match (by_days, promotion.fields.ends_at) {
        (Some(days), Some(end)) => Some(days.min(end)),
        (days, end) => days.or(end),
    };
    sqlx::query_as(
        "insert into loyalty.coupon (coupon_id, batch_id, promotion_id, code_hash, last_four, counter, account_id, uses_max,
             expires_at, created_at)
         select coupon_id, $5, $6, code_hash, last_four, counter, $7, $8, $9, $10
         from unnest($1::uuid[], $2::bytea[], $3::text[], $4::bigint[])
             as given (coupon_id, code_hash, last_four, counter)
         returning coupon_id, batch_id, promotion_id, last_four, account_id, uses, uses_max, expires_at, voided_at,
             created_at",
    )
    .bind(ids)
    .bind(hashes)
    .bind(last)
    .bind(counters)
    .bind(batch)
    .bind(promotion.id)
    .bind(account)
    .bind(terms.uses)
    .bind(expires_at)
    .bind(edit.now)
    .fetch_all(db)
    .await
}

/// The codes of a batch again, for whoever may hand them out: they follow from the server's key.
///
/// # Errors
/// The counters are beyond what a code of this length can be.
pub fn codes_of(codes: &CodeKey, batch: &CouponBatch) -> Result<Vec<Code>, Refused> {
    let symbols = usize::try_from(batch.symbols).unwrap_or(0);
    let length = CodeLength::of(symbols).ok_or(Refused::unknown("length of codes"))?;
    codes_from(codes, length, batch.first, batch.count)
}

fn codes_from(codes: &CodeKey, length: CodeLength, first: i64, count: i32) -> Result<Vec<Code>, Refused> {
    let counters = (first..).take(usize::try_from(count).unwrap_or(0));
    let code = |counter: i64| u64::try_from(counter).ok().and_then(|counter| codes.code(length, counter));
    let made: Option<Vec<Code>> = counters.map(code).collect();
    made.ok_or_else(|| Refused::not_now("all codes of this length are used up: take longer ones"))
}

/// Makes the coupons of a batch void; what was redeemed stays.
///
/// # Errors
/// No such batch, or the database.
pub async fn void(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CouponBatchId,
) -> Result<CouponBatch, Refused> {
    let before = promotions::batch(db, id).await?.ok_or(Refused::unknown("batch of coupons"))?;
    if before.voided_at.is_some() {
        return Ok(before);
    }
    for statement in [
        "update loyalty.coupon set voided_at = $2 where batch_id = $1 and voided_at is null",
        "update loyalty.coupon_batch set voided_at = $2 where batch_id = $1 and voided_at is null",
    ] {
        sqlx::query(statement).bind(id).bind(edit.now).execute(&mut *db).await?;
    }
    let after = CouponBatch { voided_at: Some(edit.now), ..before.clone() };
    let subject = before.promotion_id.as_uuid();
    super::kept::record(db, edit, "loyalty.coupons_voided.v1", subject, Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Why a code gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    /// No such code, or not for this account: a guess, which is counted.
    #[error("there is no such coupon for this account: look whether the code was typed as it is written")]
    Wrong,
    /// The coupon is real and gives nothing now.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<base::ChangeError> for CodeRefused {
    fn from(error: base::ChangeError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<sqlx::Error> for CodeRefused {
    fn from(error: sqlx::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// A coupon that was redeemed.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Redeemed {
    /// The coupon.
    pub coupon_id: CouponId,
    /// Whose promotion.
    pub promotion_id: PromotionId,
    /// The promotion's code.
    pub promotion: String,
    /// For which account.
    pub account_id: MasterAccountId,
    /// Which use of the coupon it was, from 1.
    pub use_number: i32,
    /// What was given.
    pub granted: Option<Granted>,
}

/// Redeems a coupon for an account: the use, what it gives and its event are one transaction, that of the caller. However
/// many ask at once, a coupon is redeemed as often as it may be and not once more.
///
/// # Errors
/// A wrong code, a coupon that gives nothing now, or the database.
pub async fn redeem(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    codes: &CodeKey,
    typed: &str,
    account: MasterAccountId,
    source: &str,
) -> Result<Redeemed, CodeRefused> {
    let code = codes.read(typed).map_err(|_| CodeRefused::Wrong)?;
    let party = movement::enrolled(db, account).await?;
    let hash = codes.hash(&code);
    let used: Option<(CouponId, PromotionId, i32)> = sqlx::query_as(
        "update loyalty.coupon set uses = uses + 1
         where code_hash = $1 and uses < uses_max and voided_at is null and (expires_at is null or expires_at > $2)
             and (account_id is null or account_id = $3)
         returning coupon_id, promotion_id, uses",
    )
    .bind(hash.as_slice())
    .bind(edit.now)
    .bind(account)
    .fetch_optional(&mut *db)
    .await?;
    let Some((coupon_id, promotion_id, use_number)) = used else {
        return Err(why_not(db, hash, edit.now, account).await?);
    };
    let promotion = promotions::find(db, promotion_id).await?.ok_or(Refused::unknown("promotion"))?;
    if promotion.status != PromotionStatus::Running || !promotion.fields.is_on(edit.now) {
        return Err(Refused::not_now("the promotion of this coupon is not running").into());
    }
    check_per_account(db, &promotion, account).await?;
    let mut granting = Granting::new(codes, source);
    let key = format!("coupon:{coupon_id}:{use_number}");
    let what = For { key: &key, promotion: &promotion, party: &party, title: None };
    let granted = granting.give(db, edit, &what, promotion.fields.reward.as_ref()).await?;
    sqlx::query(
        "insert into loyalty.redemption (coupon_id, use_number, account_id, granted, source, redeemed_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(coupon_id)
    .bind(use_number)
    .bind(account)
    .bind(granted.as_ref().map(Json))
    .bind(source)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let data = json!({
        "coupon_id": coupon_id, "promotion": promotion.fields.code,
        "title": promotion.fields.title, "last_four": code.last_four(), "granted": granted,
    });
    super::tell(db, edit, &party, "loyalty.coupon_redeemed.v1", data).await?;
    granting.post(db, edit).await?;
    let promotion = promotion.fields.code;
    Ok(Redeemed { coupon_id, promotion_id, promotion, account_id: account, use_number, granted })
}

async fn why_not(
    db: &mut PgConnection,
    hash: [u8; 32],
    now: DateTime<Utc>,
    account: MasterAccountId,
) -> sqlx::Result<CodeRefused> {
    let coupon: Option<Coupon> = sqlx::query_as(
        "select coupon_id, batch_id, promotion_id, last_four, account_id, uses, uses_max, expires_at, voided_at, created_at
         from loyalty.coupon where code_hash = $1",
    )
    .bind(hash.as_slice())
    .fetch_optional(db)
    .await?;
    let Some(coupon) = coupon.filter(|coupon| coupon.account_id.is_none_or(|owner| owner == account)) else {
        return Ok(CodeRefused::Wrong);
    };
    let text = match coupon {
        Coupon { voided_at: Some(_), .. } => "this coupon was made void",
        Coupon { expires_at: Some(until), .. } if until <= now => "this coupon has expired",
        _ => "this coupon was redeemed already",
    };
    Ok(Refused::not_now(text).into())
}

/// How many coupons of a promotion one account redeems: counted under a lock of the account for the promotion.
async fn check_per_account(
    db: &mut PgConnection,
    promotion: &Promotion,
    account: MasterAccountId,
) -> Result<(), Refused> {
    let Some(most) = promotion.fields.coupons.as_ref().and_then(|terms| terms.per_account) else {
        return Ok(());
    };
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('loyalty.coupon ' || $1 || ' ' || $2, 0))")
        .bind(promotion.id.to_string())
        .bind(account.to_string())
        .execute(&mut *db)
        .await?;
    let redeemed: i64 = sqlx::query_scalar(
        "select count(*) from loyalty.redemption r join loyalty.coupon c using (coupon_id)
         where r.account_id = $1 and c.promotion_id = $2",
    )
    .bind(account)
    .bind(promotion.id)
    .fetch_one(db)
    .await?;
    if redeemed < i64::from(most) {
        return Ok(());
    }
    Err(Refused::not_now(format!(
        "the account has redeemed {redeemed} coupons of this promotion, the most that it may"
    )))
}

/// For how many seconds one of these is locked out, when one is.
///
/// # Errors
/// The database failed.
pub async fn locked_seconds(
    db: &mut PgConnection,
    guessers: &[Guesser],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<u64>> {
    let keys: Vec<&str> = guessers.iter().map(|guesser| guesser.key.as_str()).collect();
    let rows: Vec<(i32, DateTime<Utc>, Option<DateTime<Utc>>)> =
        sqlx::query_as("select wrong, since, locked_until from loyalty.coupon_guess where key = any($1)")
            .bind(keys)
            .fetch_all(db)
            .await?;
    let locks = rows.into_iter().map(|(wrong, since, locked_until)| Guesses { wrong, since, locked_until });
    Ok(locks.filter_map(|guesses| guesses.locked_seconds(now)).max())
}

/// Counts a wrong code for each of these, in a transaction of its own: that of the refused request is rolled back.
///
/// # Errors
/// The database failed.
pub async fn count_wrong(
    db: &mut PgConnection,
    guessers: &[Guesser],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    // In one order for all, so that two requests never wait for each other.
    let mut guessers: Vec<&Guesser> = guessers.iter().collect();
    guessers.sort_unstable_by_key(|guesser| &guesser.key);
    for guesser in guessers {
        let before: Option<(i32, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
            "insert into loyalty.coupon_guess (key, wrong, since) values ($1, 0, $2)
             on conflict (key) do update set key = excluded.key returning wrong, since, locked_until",
        )
        .bind(&guesser.key)
        .bind(now)
        .fetch_optional(&mut *db)
        .await?;
        let Some((wrong, since, locked_until)) = before else { continue };
        let after = Guesses { wrong, since, locked_until }.wrong_once_more(now, guesser.wrong_max);
        sqlx::query(
            "update loyalty.coupon_guess set wrong = $2, since = $3, locked_until = $4 where key = $1",
        )
        .bind(&guesser.key)
        .bind(after.wrong)
        .bind(after.since)
        .bind(after.locked_until)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Forgets what was counted before `before` and locks nobody any more.
///
/// # Errors
/// The database failed.
pub async fn forget_guesses(db: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from loyalty.coupon_guess where since < $1 and (locked_until is null or locked_until < $1)",
    )
    .bind(before)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
