//! Money that members spend, summed up by month for the conditions of tiers (CIMP-TIER-02).

use base::id::MasterAccountId;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Money of an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Who spent it.
    pub account: MasterAccountId,
    /// The kind of activity, such as `purchase`.
    pub kind: String,
    /// The day on which it counts, in the programme's zone.
    pub day: NaiveDate,
    /// How much; below zero: it was returned.
    pub amount: Decimal,
}

/// Adds what was spent. Belongs to the transaction that makes it count once.
///
/// # Errors
/// The database failed.
pub async fn add(db: &mut PgConnection, spent: &[Spent]) -> sqlx::Result<()> {
    let mut sums: BTreeMap<(MasterAccountId, &str, NaiveDate), Decimal> = BTreeMap::new();
    for one in spent {
        let month = one.day.with_day(1).unwrap_or(one.day);
        *sums.entry((one.account, one.kind.as_str(), month)).or_default() += one.amount;
    }
    let (mut accounts, mut kinds, mut months, mut amounts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((account, kind, month), amount) in sums {
        accounts.push(account);
        kinds.push(kind);
        months.push(month);
        amounts.push(amount.to_string());
    }
    sqlx::query(
        "insert into loyalty.turnover (account_id, kind, month, amount)
         select account_id, kind, month, amount::numeric
         from unnest($1::uuid[], $2::text[], $3::date[], $4::text[]) as given (account_id, kind, month, amount)
         on conflict (account_id, kind, month) do update set amount = loyalty.turnover.amount + excluded.amount",
    )
    .bind(accounts)
    .bind(kinds)
    .bind(months)
    .bind(amounts)
    .execute(db)
    .await
    .map(drop)
}
