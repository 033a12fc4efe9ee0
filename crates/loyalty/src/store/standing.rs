//! Tiers of accounts: looked at in the transaction of what changed, and at night (CIMP-TIER-02, CIMP-TIER-04).

use super::account::locked;
use super::tell;
use crate::account::{Account, AccountStatus};
use crate::query;
use crate::tier::{Ladder, Move, Present, Tier, settle};
use base::id::{MasterAccountId, ProgrammeId, TierId};
use base::{ChangeError, Edit};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Gives an account the tier that it has now; a change is an event. Answers the account as it is then.
///
/// # Errors
/// Unknown, or the database.
pub async fn settle_account(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: MasterAccountId,
) -> Result<Account, ChangeError> {
    let account = locked(db, id).await?;
    if account.status == AccountStatus::Cancelled {
        return Ok(account);
    }
    let programme =
        query::find_programme(db, account.programme_id).await?.ok_or(ChangeError::Unknown("programme"))?;
    let ladder = Ladder::new(query::tiers(db, programme.id).await?);
    let standing = query::standing(db, id).await?.ok_or(ChangeError::Unknown("account"))?;
    let zone = programme.zone();
    let earned = ladder.earned(standing.facts(edit.now, zone));
    let present = Present { tier: account.tier_id, unmet_since: account.tier_unmet_since };
    match settle(&ladder, present, earned, programme.fields.settings.downgrade, edit.now, zone) {
        Move::Stay(unmet) if unmet == account.tier_unmet_since => Ok(account),
        Move::Stay(unmet) => {
            sqlx::query("update loyalty.account set tier_unmet_since = $2 where account_id = $1")
                .bind(id)
                .bind(unmet)
                .execute(&mut *db)
                .await?;
            query::find_account(db, id).await?.ok_or(ChangeError::Unknown("account"))
        }
        Move::To(tier, unmet) => change(db, edit, &account, &ladder, tier, unmet).await,
    }
}

async fn change(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    ladder: &Ladder,
    tier: Option<TierId>,
    unmet: Option<DateTime<Utc>>,
) -> Result<Account, ChangeError> {
    sqlx::query(
        "update loyalty.account
         set tier_id = $2, tier_since = $3, tier_unmet_since = $4, version = version + 1
         where account_id = $1",
    )
    .bind(account.id)
    .bind(tier)
    .bind(edit.now)
    .bind(unmet)
    .execute(&mut *db)
    .await?;
    tell(db, edit, account, "loyalty.tier_changed.v1", changed(ladder, account.tier_id, tier)).await?;
    query::find_account(db, account.id).await?.ok_or(ChangeError::Unknown("account"))
}

/// What is said of a change of tier.
pub(super) fn changed(ladder: &Ladder, before: Option<TierId>, after: Option<TierId>) -> Value {
    let named = |id: Option<TierId>| id.and_then(|id| ladder.tiers().find(|tier| tier.id == id));
    let (before, after) = (named(before), named(after));
    let level = |tier: Option<&Tier>| tier.map_or(0, |tier| tier.fields.level);
    json!({
        "before": before.map(|tier| &tier.fields.code), "after": after.map(|tier| &tier.fields.code),
        "title": after.map(|tier| &tier.fields.title), "level": level(after), "up": level(after) > level(before),
    })
}

/// Looks again at up to `limit` accounts of a programme behind `after`: those whose tier may change by itself (a grace
/// that is over, months of membership, a list of tiers that was changed). Answers the last account, none at the end.
///
/// # Errors
/// The database.
pub async fn settle_due(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: ProgrammeId,
    after: Option<MasterAccountId>,
    limit: i64,
) -> Result<Option<MasterAccountId>, ChangeError> {
    let ids: Vec<MasterAccountId> = sqlx::query_scalar(
        "select account_id from loyalty.account
         where programme_id = $1 and status <> 90 and ($2::uuid is null or account_id > $2)
         order by account_id limit $3",
    )
    .bind(programme)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *db)
    .await?;
    for id in &ids {
        settle_account(db, edit, *id).await?;
    }
    Ok(ids.last().copied())
}

/// Marks that `job` was done for a programme on `day`; whether it was not before. Belongs to the transaction of the work.
///
/// # Errors
/// The database.
pub async fn take_day(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    programme: ProgrammeId,
    job: &str,
    day: NaiveDate,
) -> sqlx::Result<bool> {
    let taken = sqlx::query(
        "insert into loyalty.done_on (programme_id, job, day, done_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(programme)
    .bind(job)
    .bind(day)
    .bind(now)
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}
