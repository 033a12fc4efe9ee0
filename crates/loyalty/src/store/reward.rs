//! The catalogue: add, change, switch off, count.

use super::kept::{added, at_version, changed, locked, record};
use crate::bonus_type::amount;
use crate::id::RewardId;
use crate::query::reward as query;
use crate::reward::{PRICES_MAX, PriceInput, Reward, RewardFields, STOCK_MAX, StockChange};
use base::id::BonusTypeId;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Adds a reward with its prices and its first stock; no stock is one without end.
///
/// # Errors
/// Fields that cannot be accepted, a code that is there, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &RewardFields,
    prices: &[PriceInput],
    stock: Option<i32>,
) -> Result<Reward, ChangeError> {
    let mut faults = fields.faults();
    if stock.is_some_and(|stock| !(0..=STOCK_MAX).contains(&stock)) {
        faults.push(FieldFault::new("/stock", format!("must be 0 to {STOCK_MAX}, or absent for no end")));
    }
    ChangeError::unless_empty(faults)?;
    let prices = checked_prices(db, prices).await?;
    let id = RewardId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.reward (reward_id, code, title, description, kind, partner_id, physical, needs_confirmation,
             valid_from, valid_until, picture, stock, active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
    )
    .bind(id)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(Json(&fields.description))
    .bind(fields.kind)
    .bind(fields.partner_id)
    .bind(fields.physical)
    .bind(fields.needs_confirmation)
    .bind(fields.valid_from)
    .bind(fields.valid_until)
    .bind(&fields.picture)
    .bind(stock)
    .bind(fields.active)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(constraint)?;
    write_prices(db, id, &prices).await?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the reward that is at `version`. Its code stays, and its stock is changed by [`change_stock`].
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RewardId,
    version: i32,
    fields: &RewardFields,
    prices: &[PriceInput],
) -> Result<Reward, ChangeError> {
    let before: Reward = at_version(db, id.as_uuid(), version).await?;
    let mut faults = fields.faults();
    if fields.code != before.fields.code {
        faults.push(FieldFault::new("/code", "cannot be changed: switch this reward off and add another"));
    }
    if fields.partner_id != before.fields.partner_id {
        faults.push(FieldFault::new("/partner_id", "cannot be changed: its orders count for the partner"));
    }
    ChangeError::unless_empty(faults)?;
    let prices = checked_prices(db, prices).await?;
    sqlx::query(
        "update loyalty.reward
         set title = $2, description = $3, kind = $4, physical = $5, needs_confirmation = $6, valid_from = $7,
             valid_until = $8, picture = $9, active = $10, updated_at = $11, version = version + 1
         where reward_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(Json(&fields.description))
    .bind(fields.kind)
    .bind(fields.physical)
    .bind(fields.needs_confirmation)
    .bind(fields.valid_from)
    .bind(fields.valid_until)
    .bind(&fields.picture)
    .bind(fields.active)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    write_prices(db, id, &prices).await?;
    changed(db, edit, &before).await
}

/// Adds the reward, or makes the one with its code so: how files bring the catalogue (CIMP-RED-04). A given stock is
/// what was counted. Whether it was added.
///
/// # Errors
/// Fields that cannot be accepted, or the database.
pub async fn put(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &RewardFields,
    prices: &[PriceInput],
    stock: Option<i32>,
) -> Result<bool, ChangeError> {
    let Some(known) = query::called(db, &fields.code).await? else {
        insert(db, edit, fields, prices, stock).await?;
        return Ok(true);
    };
    let mut present: Vec<(BonusTypeId, i64)> =
        known.prices.iter().map(|price| (price.bonus_type_id, price.amount.units)).collect();
    let mut wanted = checked_prices(db, prices).await?;
    present.sort_unstable();
    wanted.sort_unstable();
    if known.fields != *fields || present != wanted {
        update(db, edit, known.id, known.version, fields, prices).await?;
    }
    if stock.is_some() && stock != known.stock {
        let quantity = stock.unwrap_or_default();
        change_stock(db, edit, known.id, StockChange::Set { quantity }).await?;
    }
    Ok(false)
}

/// Takes a reward out of the catalogue; what was ordered stays ordered.
///
/// # Errors
/// Unknown, or the database.
pub async fn switch_off(db: &mut PgConnection, edit: &mut Edit<'_>, id: RewardId) -> Result<(), ChangeError> {
    let before: Reward = locked(db, id.as_uuid()).await?;
    if !before.fields.active {
        return Ok(());
    }
    sqlx::query(
        "update loyalty.reward set active = false, updated_at = $2, version = version + 1 where reward_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    changed(db, edit, &before).await.map(drop)
}

/// Changes what is on the shelf. Units that are reserved by orders are not there.
///
/// # Errors
/// Unknown, a stock below zero, or the database.
pub async fn change_stock(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RewardId,
    change: StockChange,
) -> Result<Reward, ChangeError> {
    let before: Reward = locked(db, id.as_uuid()).await?;
    let stock = change.apply(before.stock).map_err(|fault| ChangeError::Invalid(vec![fault]))?;
    sqlx::query("update loyalty.reward set stock = $2 where reward_id = $1")
        .bind(id)
        .bind(stock)
        .execute(&mut *db)
        .await?;
    let after = Reward { stock, ..before.clone() };
    record(db, edit, "loyalty.stock_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes units from a stock that has an end; whether there were enough.
pub(super) async fn take_stock(db: &mut PgConnection, id: RewardId, quantity: i32) -> sqlx::Result<bool> {
    let done =
        sqlx::query("update loyalty.reward set stock = stock - $2 where reward_id = $1 and stock >= $2")
            .bind(id)
            .bind(quantity)
            .execute(db)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts units back; a stock that has no end meanwhile stays so.
pub(super) async fn put_back(db: &mut PgConnection, id: RewardId, quantity: i32) -> sqlx::Result<()> {
    sqlx::query("update loyalty.reward set stock = stock + $2 where reward_id = $1 and stock is not null")
        .bind(id)
        .bind(quantity)
        .execute(db)
        .await?;
    Ok(())
}

/// The prices in smallest units; each bonus type by its code, which must name one.
async fn checked_prices(
    db: &mut PgConnection,
    prices: &[PriceInput],
) -> Result<Vec<(BonusTypeId, i64)>, ChangeError> {
    if prices.len() > PRICES_MAX {
        let detail = format!("has more than {PRICES_MAX} prices");
        return Err(ChangeError::Invalid(vec![FieldFault::new("/prices", detail)]));
    }
    let codes: Vec<&str> = prices.iter().map(|price| price.bonus_type.as_str()).collect();
    let known: Vec<(String, BonusTypeId, i16)> =
        sqlx::query_as("select code, bonus_type_id, scale from loyalty.bonus_type where code = any($1)")
            .bind(&codes)
            .fetch_all(db)
            .await?;
    let (mut faults, mut checked) = (Vec::new(), Vec::new());
    for (place, price) in prices.iter().enumerate() {
        let mut found = known.iter().filter(|(code, ..)| *code == price.bonus_type).peekable();
        if found.peek().is_none() {
            let detail = format!("there is no bonus type {:?}", price.bonus_type);
            faults.push(FieldFault::new(format!("/prices/{place}/bonus_type"), detail));
        }
        // A code that several programmes have: the reward is sold in each of them.
        for (_, id, scale) in found {
            match amount::read(&price.amount.0, *scale) {
                Ok(units) if units > 0 => checked.push((*id, units)),
                Ok(_) => {
                    faults.push(FieldFault::new(format!("/prices/{place}/amount"), "must be more than zero"));
                }
                Err(fault) => {
                    faults.push(FieldFault::new(format!("/prices/{place}/amount"), fault.to_string()));
                }
            }
        }
    }
    checked.sort_unstable_by_key(|(id, _)| *id);
    if checked.windows(2).any(|pair| pair.first().map(|(id, _)| id) == pair.last().map(|(id, _)| id)) {
        faults.push(FieldFault::new("/prices", "names a bonus type twice"));
    }
    ChangeError::unless_empty(faults)?;
    Ok(checked)
}

async fn write_prices(
    db: &mut PgConnection,
    id: RewardId,
    prices: &[(BonusTypeId, i64)],
) -> sqlx::Result<()> {
    sqlx::query("delete from loyalty.reward_price where reward_id = $1").bind(id).execute(&mut *db).await?;
    let (types, amounts): (Vec<BonusTypeId>, Vec<i64>) = prices.iter().copied().unzip();
    sqlx::query(
        "insert into loyalty.reward_price (reward_id, bonus_type_id, amount)
         select $1, bonus_type_id, amount from unnest($2::uuid[], $3::bigint[]) as given (bonus_type_id, amount)",
    )
    .bind(id)
    .bind(types)
    .bind(amounts)
    .execute(db)
    .await?;
    Ok(())
}

fn constraint(error: sqlx::Error) -> ChangeError {
    let violated = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    if violated == Some("reward_partner_fkey") {
        return ChangeError::Invalid(vec![FieldFault::new("/partner_id", "there is no such partner")]);
    }
    ChangeError::on_constraint(error, "reward_code_key", "/code", "another reward has this code")
}
