//! Awards and adjustments that wait or waited for approval.

use crate::adjustment::Adjustment;
use base::id::{AdjustmentId, MasterAccountId};
use sqlx::PgConnection;

/// One of them.
///
/// # Errors
/// The database failed.
pub async fn find_adjustment(db: &mut PgConnection, id: AdjustmentId) -> sqlx::Result<Option<Adjustment>> {
    sqlx::query_as(
        "select adjustment_id, account_id, bonus_type_id, kind, amount, validity_days, reason, comment, state,
             author_id, asked_at, decided_by, decided_at
         from loyalty.adjustment where adjustment_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Those of an account, or those of everybody that wait; newest first, behind `after`.
///
/// # Errors
/// The database failed.
pub async fn adjustments(
    db: &mut PgConnection,
    account: Option<MasterAccountId>,
    after: Option<AdjustmentId>,
    limit: i64,
) -> sqlx::Result<Vec<Adjustment>> {
    sqlx::query_as(
        "select adjustment_id, account_id, bonus_type_id, kind, amount, validity_days, reason, comment, state,
             author_id, asked_at, decided_by, decided_at
         from loyalty.adjustment
         where (account_id = $1 or ($1::uuid is null and state = 'waiting')) and ($2::uuid is null or adjustment_id < $2)
         order by adjustment_id desc limit $3",
    )
    .bind(account)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}
