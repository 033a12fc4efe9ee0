//! Programmes, bonus types, tiers: create and change.

use super::kept::{added, at_version, changed, found};
use crate::bonus_type::{BonusType, BonusTypeFields};
use crate::programme::{Programme, ProgrammeFields};
use crate::query;
use crate::tier::{TIERS_MAX, Tier, TierFields, earned_type};
use base::id::{BonusTypeId, ProgrammeId, TierId};
use base::{ChangeError, Edit, FieldFault};
use ledger::currency::CurrencyFields;
use rules::Expression;
use sqlx::PgConnection;
use sqlx::types::Json;

/// Adds a programme.
///
/// # Errors
/// Fields that cannot be accepted, a code that another programme has, or the database.
pub async fn insert_programme(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &ProgrammeFields,
) -> Result<Programme, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let id = ProgrammeId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.programme (programme_id, code, title, zone, settings, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(&fields.zone)
    .bind(Json(&fields.settings))
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "programme_code_key", "/code", "another programme has it")
    })?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the programme that is at `version`. Its code stays: files and currencies carry it.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update_programme(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: ProgrammeId,
    version: i32,
    fields: &ProgrammeFields,
) -> Result<Programme, ChangeError> {
    let before: Programme = at_version(db, id.as_uuid(), version).await?;
    let mut faults = fields.faults();
    if fields.code != before.fields.code {
        faults.push(FieldFault::new("/code", "cannot be changed: files and currencies carry it"));
    }
    ChangeError::unless_empty(faults)?;
    sqlx::query(
        "update loyalty.programme set title = $2, zone = $3, settings = $4, updated_at = $5, version = version + 1
         where programme_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(&fields.zone)
    .bind(Json(&fields.settings))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    changed(db, edit, &before).await
}

/// Adds a bonus type with its currency in the ledger.
///
/// # Errors
/// Fields that cannot be accepted, a code that another bonus type has, no such programme, or the database.
pub async fn insert_bonus_type(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: ProgrammeId,
    fields: &BonusTypeFields,
) -> Result<BonusType, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let owner: Programme = found(db, programme.as_uuid()).await?;
    let currency = CurrencyFields {
        code: format!("{}-{}", owner.fields.code, fields.code),
        scale: u8::try_from(fields.scale).unwrap_or_default(),
        allows_debt: fields.allows_debt,
    };
    let currency = ledger::store::insert_currency(db, edit, &currency).await?;
    let id = BonusTypeId::from_uuid(currency.id.as_uuid());
    sqlx::query(
        "insert into loyalty.bonus_type (bonus_type_id, programme_id, code, title, scale, validity_days, expiry_round,
             rounding, allows_debt, manual_limit, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
    )
    .bind(id)
    .bind(programme)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(fields.scale)
    .bind(fields.validity_days)
    .bind(fields.expiry_round)
    .bind(fields.rounding)
    .bind(fields.allows_debt)
    .bind(fields.manual_limit)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "bonus_type_code_key", "/code", "another bonus type has it")
    })?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the bonus type that is at `version`. Code and decimal places stay; points that exist keep their terms.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update_bonus_type(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: BonusTypeId,
    version: i32,
    fields: &BonusTypeFields,
) -> Result<BonusType, ChangeError> {
    let before: BonusType = at_version(db, id.as_uuid(), version).await?;
    let mut faults = fields.faults();
    if fields.code != before.fields.code {
        faults.push(FieldFault::new("/code", "cannot be changed: rules and files carry it"));
    }
    if fields.scale != before.fields.scale {
        faults.push(FieldFault::new("/scale", "cannot be changed: amounts are booked with it"));
    }
    ChangeError::unless_empty(faults)?;
    if fields.allows_debt != before.fields.allows_debt {
        ledger::store::allow_debt(db, before.currency(), fields.allows_debt).await?;
    }
    sqlx::query(
        "update loyalty.bonus_type
         set title = $2, validity_days = $3, expiry_round = $4, rounding = $5, allows_debt = $6, manual_limit = $7,
             updated_at = $8, version = version + 1
         where bonus_type_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(fields.validity_days)
    .bind(fields.expiry_round)
    .bind(fields.rounding)
    .bind(fields.allows_debt)
    .bind(fields.manual_limit)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    changed(db, edit, &before).await
}

/// What cannot be accepted of a tier; of its condition also a bonus type that the programme does not have.
async fn tier_faults(
    db: &mut PgConnection,
    programme: ProgrammeId,
    fields: &TierFields,
) -> Result<Vec<FieldFault>, ChangeError> {
    let mut faults = fields.faults();
    let Ok(condition) = Expression::compile(&fields.condition) else { return Ok(faults) };
    let known = query::bonus_types(db, Some(programme)).await?;
    let foreign = |code: &&str| known.iter().all(|bonus_type| bonus_type.fields.code != *code);
    for code in condition.fields().iter().filter_map(|path| earned_type(path)).filter(foreign) {
        let codes: Vec<&str> = known.iter().map(|bonus_type| bonus_type.fields.code.as_str()).collect();
        let detail = format!("{code:?} is no bonus type of the programme: use one of {}", codes.join(", "));
        faults.push(FieldFault::new("/condition", detail));
    }
    Ok(faults)
}

fn tier_taken(error: sqlx::Error) -> ChangeError {
    match error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) {
        Some("tier_level_key") => ChangeError::Taken(FieldFault::new("/level", "another tier has it")),
        Some("tier_code_key") => ChangeError::Taken(FieldFault::new("/code", "another tier has it")),
        _ => ChangeError::Database(error),
    }
}

/// Adds a tier. Members are looked at again at night, or when something of theirs changes.
///
/// # Errors
/// Fields that cannot be accepted, a level or code that another tier has, no such programme, or the database.
pub async fn insert_tier(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: ProgrammeId,
    fields: &TierFields,
) -> Result<Tier, ChangeError> {
    found::<Programme>(db, programme.as_uuid()).await?;
    ChangeError::unless_empty(tier_faults(db, programme, fields).await?)?;
    if query::tiers(db, programme).await?.len() >= TIERS_MAX {
        return Err(ChangeError::InUse(format!("a programme has at most {TIERS_MAX} tiers")));
    }
    let id = TierId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.tier (tier_id, programme_id, level, code, title, condition, discount_percent, multiplier,
             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7::float8::numeric, $8::float8::numeric, $9, $9)",
    )
    .bind(id)
    .bind(programme)
    .bind(fields.level)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(&fields.condition)
    .bind(fields.discount_percent)
    .bind(fields.multiplier)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(tier_taken)?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the tier that is at `version`.
///
/// # Errors
/// As [`insert_tier`], or it was changed meanwhile.
pub async fn update_tier(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TierId,
    version: i32,
    fields: &TierFields,
) -> Result<Tier, ChangeError> {
    let before: Tier = at_version(db, id.as_uuid(), version).await?;
    ChangeError::unless_empty(tier_faults(db, before.programme_id, fields).await?)?;
    sqlx::query(
        "update loyalty.tier
         set level = $2, code = $3, title = $4, condition = $5, discount_percent = $6::float8::numeric,
             multiplier = $7::float8::numeric, updated_at = $8, version = version + 1
         where tier_id = $1",
    )
    .bind(id)
    .bind(fields.level)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(&fields.condition)
    .bind(fields.discount_percent)
    .bind(fields.multiplier)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(tier_taken)?;
    changed(db, edit, &before).await
}
