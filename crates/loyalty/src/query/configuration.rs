//! Programmes, bonus types, tiers.

use crate::bonus_type::BonusType;
use crate::programme::Programme;
use crate::tier::Tier;
use base::id::{BonusTypeId, ProgrammeId, TierId};
use sqlx::PgConnection;

/// Every programme, by code.
///
/// # Errors
/// The database failed.
pub async fn programmes(db: &mut PgConnection) -> sqlx::Result<Vec<Programme>> {
    sqlx::query_as(
        "select programme_id, code, title, zone, settings, version, created_at, updated_at
         from loyalty.programme order by code",
    )
    .fetch_all(db)
    .await
}

/// One programme.
///
/// # Errors
/// The database failed.
pub async fn find_programme(db: &mut PgConnection, id: ProgrammeId) -> sqlx::Result<Option<Programme>> {
    sqlx::query_as(
        "select programme_id, code, title, zone, settings, version, created_at, updated_at
         from loyalty.programme where programme_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The programme with this code.
///
/// # Errors
/// The database failed.
pub async fn programme_called(db: &mut PgConnection, code: &str) -> sqlx::Result<Option<Programme>> {
    sqlx::query_as(
        "select programme_id, code, title, zone, settings, version, created_at, updated_at
         from loyalty.programme where code = $1",
    )
    .bind(code)
    .fetch_optional(db)
    .await
}

/// The bonus types of a programme, or all of them, by code.
///
/// # Errors
/// The database failed.
pub async fn bonus_types(
    db: &mut PgConnection,
    programme: Option<ProgrammeId>,
) -> sqlx::Result<Vec<BonusType>> {
    sqlx::query_as(
        "select bonus_type_id, programme_id, code, title, scale, validity_days, expiry_round, rounding, allows_debt,
             manual_limit, version, created_at, updated_at
         from loyalty.bonus_type where $1::uuid is null or programme_id = $1 order by code, programme_id",
    )
    .bind(programme)
    .fetch_all(db)
    .await
}

/// One bonus type.
///
/// # Errors
/// The database failed.
pub async fn find_bonus_type(db: &mut PgConnection, id: BonusTypeId) -> sqlx::Result<Option<BonusType>> {
    sqlx::query_as(
        "select bonus_type_id, programme_id, code, title, scale, validity_days, expiry_round, rounding, allows_debt,
             manual_limit, version, created_at, updated_at
         from loyalty.bonus_type where bonus_type_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The tiers of a programme, lowest first.
///
/// # Errors
/// The database failed.
pub async fn tiers(db: &mut PgConnection, programme: ProgrammeId) -> sqlx::Result<Vec<Tier>> {
    sqlx::query_as(
        "select tier_id, programme_id, level, code, title, condition, discount_percent::float8 as discount_percent,
             multiplier::float8 as multiplier, version, created_at, updated_at
         from loyalty.tier where programme_id = $1 order by level",
    )
    .bind(programme)
    .fetch_all(db)
    .await
}

/// One tier.
///
/// # Errors
/// The database failed.
pub async fn find_tier(db: &mut PgConnection, id: TierId) -> sqlx::Result<Option<Tier>> {
    sqlx::query_as(
        "select tier_id, programme_id, level, code, title, condition, discount_percent::float8 as discount_percent,
             multiplier::float8 as multiplier, version, created_at, updated_at
         from loyalty.tier where tier_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// What changes with every change of a programme or a bonus type: whoever keeps them compares it.
///
/// # Errors
/// The database failed.
pub async fn stamp(db: &mut PgConnection) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "select count(*), coalesce(sum(version), 0)::bigint
         from (select version from loyalty.programme union all select version from loyalty.bonus_type) as all_of_them",
    )
    .fetch_one(db)
    .await
}
