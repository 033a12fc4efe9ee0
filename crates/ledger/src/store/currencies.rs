//! SQL of currencies.

use crate::currency::{Currency, CurrencyFields};
use base::id::CurrencyId;
use base::{ChangeError, Edit};
use sqlx::PgConnection;

/// Makes a currency.
///
/// # Errors
/// Fields that cannot be accepted, a code that is taken, or the database failed.
pub async fn insert_currency(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &CurrencyFields,
) -> Result<Currency, ChangeError> {
    fields.check()?;
    let id = CurrencyId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into ledger.currency (id, code, scale, allows_debt, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(&fields.code)
    .bind(i16::from(fields.scale))
    .bind(fields.allows_debt)
    .bind(edit.now)
    .execute(db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "currency_code_key", "/code", "another currency has this code")
    })?;
    let CurrencyFields { code, scale, allows_debt } = fields.clone();
    Ok(Currency { id, code, scale, allows_debt })
}

/// Sets whether reversals may leave a debt from now on; debts that exist stay.
///
/// # Errors
/// There is no such currency, or the database failed.
pub async fn allow_debt(db: &mut PgConnection, id: CurrencyId, allows_debt: bool) -> Result<(), ChangeError> {
    let done = sqlx::query("update ledger.currency set allows_debt = $2 where id = $1")
        .bind(id)
        .bind(allows_debt)
        .execute(db)
        .await?;
    if done.rows_affected() == 0 { Err(ChangeError::Unknown("currency")) } else { Ok(()) }
}
