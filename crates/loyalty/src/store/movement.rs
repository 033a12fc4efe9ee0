//! What operations with points have in common: whose they are, the ledger's answer, and the event that tells of them.

use crate::account::Account;
use crate::order::RewardOrder;
use crate::refused::Refused;
use base::Edit;
use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use ledger::{Order, Receipt};
use sqlx::PgConnection;

/// Whose points move.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Party {
    /// The master account.
    pub account_id: MasterAccountId,
    /// Its number.
    pub number: String,
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// Who takes part.
    pub customer_id: CustomerId,
}

impl Party {
    /// The one of an order.
    pub(super) fn of(order: &RewardOrder) -> Self {
        Self {
            account_id: order.account_id,
            number: order.account.clone(),
            programme_id: order.programme_id,
            customer_id: order.customer_id,
        }
    }
}

impl From<&Account> for Party {
    fn from(account: &Account) -> Self {
        Self {
            account_id: account.id,
            number: account.number.clone(),
            programme_id: account.programme_id,
            customer_id: account.customer_id,
        }
    }
}

/// The account, which stays as it is until the transaction ends; only one that is enrolled moves points.
pub(super) async fn enrolled(db: &mut PgConnection, id: MasterAccountId) -> Result<Party, Refused> {
    let status: Option<i16> =
        sqlx::query_scalar("select status from loyalty.account where account_id = $1 for share")
            .bind(id)
            .fetch_optional(&mut *db)
            .await?;
    let status = status.ok_or(Refused::unknown("account"))?;
    if !crate::account::AccountStatus::from_code(status).is_some_and(crate::account::AccountStatus::earns) {
        return Err(Refused::not_now("the account is not enrolled: connect a service first"));
    }
    find(db, id).await
}

/// The account, whatever its status.
pub(super) async fn find(db: &mut PgConnection, id: MasterAccountId) -> Result<Party, Refused> {
    let party: Option<Party> = sqlx::query_as(
        "select account_id, number, programme_id, customer_id from loyalty.account where account_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    party.ok_or(Refused::unknown("account"))
}

/// Posts one order in the caller's transaction. `scale` is that of the bonus type, for the refusal.
pub(super) async fn post(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    order: Order,
    scale: i16,
) -> Result<Receipt, Refused> {
    let mut answers = ledger::post(db, edit.now, edit.rng, std::slice::from_ref(&order)).await?;
    let answer = answers.pop().ok_or(sqlx::Error::RowNotFound)?;
    answer.map_err(|refusal| Refused::by_ledger(&refusal, scale))
}
