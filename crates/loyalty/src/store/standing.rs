//! Tiers of accounts: looked at in the transaction of what changed, and at night (CIMP-TIER-02, CIMP-TIER-04).

use super::account::locked;
use super::tell;
use crate::account::{Account, AccountStatus};
use crate::programme::Programme;
use crate::query;
use crate::tier::{Ladder, Move, Tier, settle};
use base::id::{MasterAccountId, TierId};
use base::{ChangeError, Edit};
use chrono::{DateTime, Utc};
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
    let stands = query::standings(db, &programme, &[id], ladder.counts(), edit.now).await?;
    let stands = stands.first().ok_or(ChangeError::Unknown("account"))?;
    match settled(&programme, &ladder, stands, edit.now) {
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

/// What becomes of the tier of an account that stands so.
fn settled(programme: &Programme, ladder: &Ladder, stands: &query::Stands, now: DateTime<Utc>) -> Move {
    let (_, present, standing) = stands;
    let zone = programme.zone();
    let earned = ladder.earned(standing.facts(now, zone));
    settle(ladder, *present, earned, programme.fields.settings.downgrade, now, zone)
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
    tell(db, edit, &account.into(), "loyalty.tier_changed.v1", changed(ladder, account.tier_id, tier))
        .await?;
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

/// Looks at these accounts of a programme with one question, and settles those whose tier changes; how many changed.
///
/// # Errors
/// The database.
pub async fn settle_those(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: &Programme,
    ladder: &Ladder,
    accounts: &[MasterAccountId],
) -> Result<u64, ChangeError> {
    let mut changed = 0;
    for stands in query::standings(db, programme, accounts, ladder.counts(), edit.now).await? {
        let (id, present, _) = &stands;
        match settled(programme, ladder, &stands, edit.now) {
            Move::Stay(unmet) if unmet == present.unmet_since => {}
            Move::Stay(_) => drop(settle_account(db, edit, *id).await?),
            Move::To(..) => {
                settle_account(db, edit, *id).await?;
                changed += 1;
            }
        }
    }
    Ok(changed)
}

/// Looks again at up to `limit` accounts of a programme behind `after`: those whose tier may change by itself (a grace
/// that is over, months of membership, a period that has begun, a list of tiers that was changed). Answers the last
/// account, none at the end, and how many tiers changed.
///
/// # Errors
/// The database.
pub async fn settle_due(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: &Programme,
    after: Option<MasterAccountId>,
    limit: i64,
) -> Result<Option<(MasterAccountId, u64)>, ChangeError> {
    let ids = query::living(db, programme.id, after, limit).await?;
    let Some(last) = ids.last().copied() else { return Ok(None) };
    let ladder = Ladder::new(query::tiers(db, programme.id).await?);
    let changed = settle_those(db, edit, programme, &ladder, &ids).await?;
    Ok(Some((last, changed)))
}
