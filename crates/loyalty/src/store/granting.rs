//! What promotions give: points, coupons, things of the catalogue. Each under a key that counts once; the points of one
//! transaction are posted together at its end (CIMP-SPV-01, CIMP-SPV-03).

use super::movement::Party;
use super::tell;
use super::{coupon, order};
use crate::bonus_type::amount::{self, Points};
use crate::bonus_type::{ExpiryRound, expires_at};
use crate::coupon::code::CodeKey;
use crate::promotion::offer::Granted;
use crate::promotion::{Promotion, PromotionReward};
use crate::query::{partner, promotion as promotions};
use crate::refused::Refused;
use base::id::{BonusTypeId, CurrencyId};
use base::{Edit, LocalText};
use chrono::{DateTime, Utc};
use ledger::order::ISSUER;
use ledger::{Account, Amount, Cause, Counter, LotTerms, Movement, Order, transaction_id};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// What is given in one transaction, and the orders to the ledger that it owes at its end.
pub struct Granting<'k> {
    codes: &'k CodeKey,
    source: &'k str,
    orders: Vec<Order>,
}

/// For what something is given.
pub struct For<'a> {
    /// Counts once, such as `offer:<id>`.
    pub key: &'a str,
    /// Whose promotion.
    pub promotion: &'a Promotion,
    /// To whom.
    pub party: &'a Party,
    /// The title of a prize.
    pub title: Option<&'a LocalText>,
}

impl<'k> Granting<'k> {
    /// Nothing is given yet. `source` is which way it came: `event`, `api`, `ui`.
    #[must_use]
    pub const fn new(codes: &'k CodeKey, source: &'k str) -> Self {
        Self { codes, source, orders: Vec::new() }
    }

    /// Gives a reward; nothing when it was given under this key before, or when there is none to give.
    ///
    /// # Errors
    /// The reward is not there any more, or the database failed.
    pub async fn give(
        &mut self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        what: &For<'_>,
        reward: Option<&PromotionReward>,
    ) -> Result<Option<Granted>, Refused> {
        if !claim(db, edit, what, reward).await? {
            return Ok(None);
        }
        let granted = match reward {
            Some(PromotionReward::Points { bonus_type, amount, validity_days }) => {
                Some(self.points(db, edit, what, (bonus_type, &amount.0, *validity_days)).await?)
            }
            Some(PromotionReward::Coupon { promotion_id }) => {
                let promotion = promotions::find(db, *promotion_id).await?;
                let promotion = promotion.ok_or(Refused::unknown("promotion of coupons"))?;
                let coupon = coupon::issue(db, edit, self.codes, &promotion, what.party).await?;
                note(db, what.key, "coupon_id", coupon.id.as_uuid()).await?;
                Some(Granted::Coupon { coupon_id: coupon.id, last_four: coupon.last_four })
            }
            Some(PromotionReward::Item { reward_id }) => {
                let new = order::NewOrder {
                    account: what.party.account_id,
                    reward: *reward_id,
                    bonus_type: None,
                    quantity: 1,
                    note: "",
                    source: "promotion",
                };
                let order = order::give(db, edit, &new).await?;
                note(db, what.key, "order_id", order.id.as_uuid()).await?;
                Some(Granted::Item { order_id: order.id })
            }
            None => None,
        };
        let data = json!({
            "promotion": what.promotion.fields.code, "key": what.key, "title": what.promotion.fields.title, "prize": what.title, "granted": granted,
        });
        tell(db, edit, what.party, "loyalty.reward_granted.v1", data).await?;
        Ok(granted)
    }

    async fn points(
        &mut self,
        db: &mut PgConnection,
        edit: &Edit<'_>,
        what: &For<'_>,
        (code, text, days): (&str, &str, Option<i32>),
    ) -> Result<Granted, Refused> {
        let programme = what.promotion.fields.programme_id;
        let bonus =
            partner::bonus_type_of(db, programme, code).await?.ok_or(Refused::unknown("bonus type"))?;
        let units = amount::read(text, bonus.scale).map_err(Refused::not_now)?;
        let key = format!("promotion:{}", what.key);
        let transaction = transaction_id(&key);
        let movement = Movement::Credit {
            account: Account {
                owner: what.party.account_id.as_uuid(),
                currency: CurrencyId::from_uuid(bonus.id.as_uuid()),
            },
            amount: Amount::new(units).map_err(Refused::not_now)?,
            from: Counter::the(ISSUER),
            lot: LotTerms {
                active_from: None,
                expires_at: expiry(db, bonus.id, days.or(bonus.validity_days), edit.now).await?,
                tag: Some(format!("promotion:{}", what.promotion.fields.code)),
            },
        };
        let mut order = Order::new(key, "promotion", self.source.to_owned(), edit.author, movement);
        order.cause = Cause { record: Some(what.key.to_owned()), ..Cause::default() };
        self.orders.push(order);
        sqlx::query(
            "update loyalty.granted set bonus_type_id = $2, amount = $3, transaction_id = $4 where grant_key = $1",
        )
        .bind(what.key)
        .bind(bonus.id)
        .bind(units)
        .bind(transaction)
        .execute(db)
        .await?;
        Ok(Granted::Points {
            bonus_type: bonus.code,
            amount: Points::new(units, bonus.scale),
            transaction_id: transaction.as_uuid(),
        })
    }

    /// Posts what is owed to the ledger. The last step of the transaction: who posts after it waits for its commit.
    ///
    /// # Errors
    /// The ledger refused one of them, so that nothing may be kept, or the database failed.
    pub async fn post(self, db: &mut PgConnection, edit: &mut Edit<'_>) -> Result<(), Refused> {
        if self.orders.is_empty() {
            return Ok(());
        }
        for answer in ledger::post(db, edit.now, edit.rng, &self.orders).await? {
            answer.map_err(|refusal| Refused::by_ledger(&refusal, 0))?;
        }
        Ok(())
    }

    /// How many orders to the ledger are owed.
    #[must_use]
    pub const fn owed(&self) -> usize {
        self.orders.len()
    }

    /// Forgets what was owed after the mark that [`Granting::owed`] gave: its part of the transaction was rolled back.
    pub fn forget_after(&mut self, mark: usize) {
        self.orders.truncate(mark);
    }
}

async fn claim(
    db: &mut PgConnection,
    edit: &Edit<'_>,
    what: &For<'_>,
    reward: Option<&PromotionReward>,
) -> sqlx::Result<bool> {
    let kind = match reward {
        Some(reward) => reward.word(),
        None if what.title.is_some() => "prize",
        None => return Ok(true),
    };
    let done = sqlx::query(
        "insert into loyalty.granted (grant_key, promotion_id, account_id, kind, title, at) values ($1, $2, $3, $4, $5, $6)
         on conflict (grant_key) do nothing",
    )
    .bind(what.key)
    .bind(what.promotion.id)
    .bind(what.party.account_id)
    .bind(kind)
    .bind(what.title.map(Json))
    .bind(edit.now)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn note(db: &mut PgConnection, key: &str, column: &'static str, id: Uuid) -> sqlx::Result<()> {
    let statement = match column {
        "coupon_id" => "update loyalty.granted set coupon_id = $2 where grant_key = $1",
        _ => "update loyalty.granted set order_id = $2 where grant_key = $1",
    };
    sqlx::query(statement).bind(key).bind(id).execute(db).await?;
    Ok(())
}

/// When points that are given now expire: as the bonus type and its programme say, or after so many days.
async fn expiry(
    db: &mut PgConnection,
    bonus_type: BonusTypeId,
    days: Option<i32>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let Some(days) = days else { return Ok(None) };
    let (round, zone): (ExpiryRound, String) = sqlx::query_as(
        "select b.expiry_round, p.zone from loyalty.bonus_type b join loyalty.programme p using (programme_id)
         where b.bonus_type_id = $1",
    )
    .bind(bonus_type)
    .fetch_one(db)
    .await?;
    Ok(expires_at(now, days, round, zone.parse().unwrap_or(chrono_tz::UTC)))
}
