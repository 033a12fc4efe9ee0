//! Awards and adjustments by hand that wait for somebody else's approval.

use super::tell;
use crate::account::Account;
use crate::adjustment::{Adjustment, AdjustmentKind, AdjustmentState};
use crate::query;
use base::id::{AdjustmentId, BonusTypeId, MasterAccountId, PersonId};
use base::{Author, ChangeError, Edit};
use serde_json::json;
use sqlx::PgConnection;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAdjustment {
    /// Whose points.
    pub account: MasterAccountId,
    /// Which points.
    pub bonus_type: BonusTypeId,
    /// Award or correction.
    pub kind: AdjustmentKind,
    /// In the smallest unit; negative takes away.
    pub amount: i64,
    /// Instead of the validity of the bonus type.
    pub validity_days: Option<i32>,
    /// The reason code.
    pub reason: String,
    /// What is to be remembered.
    pub comment: String,
}

/// Keeps what was asked for, waiting.
///
/// # Errors
/// The database.
pub async fn insert_adjustment(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    new: &NewAdjustment,
) -> Result<Adjustment, ChangeError> {
    let id = AdjustmentId::new(edit.now, edit.rng);
    let author = match edit.author {
        Author::Person(person) => Some(person.as_uuid()),
        _ => None,
    };
    sqlx::query(
        "insert into loyalty.adjustment (adjustment_id, account_id, bonus_type_id, kind, amount, validity_days, reason,
             comment, state, author_id, asked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(new.account)
    .bind(new.bonus_type)
    .bind(new.kind)
    .bind(new.amount)
    .bind(new.validity_days)
    .bind(&new.reason)
    .bind(&new.comment)
    .bind(AdjustmentState::Waiting)
    .bind(author)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let said = json!({ "adjustment": id, "kind": new.kind, "amount": new.amount, "reason": new.reason });
    tell(db, edit, &account.into(), "loyalty.adjustment_asked.v1", said).await?;
    query::find_adjustment(db, id).await?.ok_or(ChangeError::Unknown("adjustment"))
}

/// Decides about one that waits: `who` must be somebody else than who asked.
///
/// # Errors
/// Unknown, decided before, the same person, or the database.
pub async fn decide_adjustment(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: AdjustmentId,
    who: PersonId,
    state: AdjustmentState,
) -> Result<Adjustment, ChangeError> {
    sqlx::query("select 1 from loyalty.adjustment where adjustment_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let before = query::find_adjustment(db, id).await?.ok_or(ChangeError::Unknown("adjustment"))?;
    if before.state != AdjustmentState::Waiting {
        return Err(ChangeError::InUse("it was decided before".to_owned()));
    }
    if before.author_id == Some(who.as_uuid()) {
        return Err(ChangeError::InUse("nobody approves what they asked for themselves".to_owned()));
    }
    sqlx::query(
        "update loyalty.adjustment set state = $2, decided_by = $3, decided_at = $4 where adjustment_id = $1",
    )
    .bind(id)
    .bind(state)
    .bind(who)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let account = query::find_account(db, before.account_id).await?.ok_or(ChangeError::Unknown("account"))?;
    let said = json!({ "adjustment": id, "state": state, "asked_by": before.author_id });
    tell(db, edit, &(&account).into(), "loyalty.adjustment_decided.v1", said).await?;
    query::find_adjustment(db, id).await?.ok_or(ChangeError::Unknown("adjustment"))
}
