//! Promotions: write, launch, suspend, complete, put away (CIMP-SPV-02, CIMP-ST-04, CIMP-SPV-07).

use super::kept::{added, at_version, changed, found, locked, record};
use crate::bonus_type::amount;
use crate::id::PromotionId;
use crate::promotion::{
    Promotion, PromotionAct, PromotionFields, PromotionKind, PromotionReward, PromotionStatus,
};
use crate::query::{partner, promotion as query, reward};
use crate::refused::Refused;
use base::id::ProgrammeId;
use base::{ChangeError, Edit, FieldFault};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// Adds a draft.
///
/// # Errors
/// Fields that cannot be accepted, a code that is there, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &PromotionFields,
) -> Result<Promotion, ChangeError> {
    ChangeError::unless_empty(all_faults(db, fields).await?)?;
    let id = PromotionId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.promotion (promotion_id, programme_id, code, title, kind, status, fields, event_type, starts_at,
             ends_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
    )
    .bind(id)
    .bind(fields.programme_id)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(fields.kind)
    .bind(PromotionStatus::Draft)
    .bind(Json(fields))
    .bind(fields.activation.as_ref().map(|activation| activation.event_type.as_str()))
    .bind(fields.starts_at)
    .bind(fields.ends_at)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "promotion_code_key", "/code", "another promotion has or had this code")
    })?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the promotion that is at `version`; one that runs acts as it is written from now on. Its code stays, and once
/// it was launched its kind and programme too. What is over is no longer changed.
///
/// # Errors
/// Unknown, changed meanwhile, over, fields that cannot be accepted, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PromotionId,
    version: i32,
    fields: &PromotionFields,
) -> Result<Promotion, Refused> {
    let before: Promotion = at_version(db, id.as_uuid(), version).await?;
    if before.status.is_over() {
        return Err(Refused::not_now("the promotion is over and is no longer changed: make another one"));
    }
    let mut faults = all_faults(db, fields).await?;
    let mut stays = |pointer: &str, differs: bool| {
        if differs {
            faults.push(FieldFault::new(pointer, "cannot be changed: make another promotion"));
        }
    };
    stays("/code", fields.code != before.fields.code);
    if !before.status.is_draft() {
        stays("/kind", fields.kind != before.fields.kind);
        stays("/programme_id", fields.programme_id != before.fields.programme_id);
    }
    ChangeError::unless_empty(faults)?;
    // Other criteria may fit accounts that were looked at before.
    let anew = fields.criteria != before.fields.criteria;
    sqlx::query(
        "update loyalty.promotion
         set programme_id = $2, title = $3, kind = $4, fields = $5, event_type = $6, starts_at = $7, ends_at = $8,
             scanned_to = case when $9 then null else scanned_to end,
             scan_next_at = case when $9 then null else scan_next_at end,
             updated_at = $10, version = version + 1
         where promotion_id = $1",
    )
    .bind(id)
    .bind(fields.programme_id)
    .bind(Json(&fields.title))
    .bind(fields.kind)
    .bind(Json(fields))
    .bind(fields.activation.as_ref().map(|activation| activation.event_type.as_str()))
    .bind(fields.starts_at)
    .bind(fields.ends_at)
    .bind(anew)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    Ok(changed(db, edit, &before).await?)
}

/// Leads a promotion to another status. Completing one closes its open offers (CIMP-SPV-07) and ends its coupons.
///
/// # Errors
/// Unknown, not possible from where it stands, or the database.
pub async fn act(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PromotionId,
    act: PromotionAct,
) -> Result<Promotion, Refused> {
    let before: Promotion = locked(db, id.as_uuid()).await?;
    let status = before.status.after(act).map_err(Refused::not_now)?;
    if act == PromotionAct::Launch {
        let faults = all_faults(db, &before.fields).await?;
        ChangeError::unless_empty(faults)?;
        if before.fields.ends_at.is_some_and(|until| until <= edit.now) {
            return Err(Refused::invalid("/ends_at", "is in the past: change it before the launch"));
        }
    }
    sqlx::query(
        "update loyalty.promotion
         set status = $2, updated_at = $3, version = version + 1,
             launched_at = case when $4 then $3 else launched_at end,
             completed_at = case when $5 then $3 else completed_at end
         where promotion_id = $1",
    )
    .bind(id)
    .bind(status)
    .bind(edit.now)
    .bind(act == PromotionAct::Launch)
    .bind(act == PromotionAct::Complete)
    .execute(&mut *db)
    .await?;
    if act == PromotionAct::Complete {
        sqlx::query(
            "update loyalty.offer set state = 'closed', closed_at = $2 where promotion_id = $1 and state = 'open'",
        )
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    }
    let after: Promotion = found(db, id.as_uuid()).await?;
    let kind = match act {
        PromotionAct::Launch => "loyalty.promotion_launched.v1",
        PromotionAct::Suspend => "loyalty.promotion_suspended.v1",
        PromotionAct::Resume => "loyalty.promotion_resumed.v1",
        PromotionAct::Complete => "loyalty.promotion_completed.v1",
        PromotionAct::Archive => "loyalty.promotion_archived.v1",
        PromotionAct::Delete => "loyalty.promotion_deleted.v1",
    };
    record(db, edit, kind, id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Remembers how far accounts were looked at: up to `to`, or all of them, and when the next look is due.
///
/// # Errors
/// The database failed.
pub async fn scanned(
    db: &mut PgConnection,
    promotion: &Promotion,
    now: DateTime<Utc>,
    to: Option<Uuid>,
) -> sqlx::Result<()> {
    // Without a next look, one in a thousand years: the column says that all were looked at.
    let hours = promotion.fields.rescan_hours.map_or(8_766_000, i64::from);
    sqlx::query(
        "update loyalty.promotion
         set scanned_to = $2, scan_next_at = case when $2::uuid is null then $3 else scan_next_at end
         where promotion_id = $1 and version = $4",
    )
    .bind(promotion.id)
    .bind(to)
    .bind(now + TimeDelta::hours(hours))
    .bind(promotion.version)
    .execute(db)
    .await?;
    Ok(())
}

/// What cannot be accepted, with what only the database knows: what a reward names.
async fn all_faults(db: &mut PgConnection, fields: &PromotionFields) -> sqlx::Result<Vec<FieldFault>> {
    let mut faults = fields.faults();
    let programme: Option<i32> =
        sqlx::query_scalar("select 1 from loyalty.programme where programme_id = $1")
            .bind(fields.programme_id)
            .fetch_optional(&mut *db)
            .await?;
    if programme.is_none() {
        faults.push(FieldFault::new("/programme_id", "there is no such programme"));
        return Ok(faults);
    }
    let mut rewards: Vec<(String, &PromotionReward)> = Vec::new();
    rewards.extend(fields.reward.iter().map(|reward| ("/reward".to_owned(), reward)));
    for (place, prize) in fields.prizes.iter().enumerate() {
        rewards.extend(prize.reward.iter().map(|reward| (format!("/prizes/{place}/reward"), reward)));
    }
    for (pointer, reward) in rewards {
        faults.extend(reward_fault(db, fields.programme_id, &pointer, reward).await?);
    }
    Ok(faults)
}

async fn reward_fault(
    db: &mut PgConnection,
    programme: ProgrammeId,
    pointer: &str,
    given: &PromotionReward,
) -> sqlx::Result<Option<FieldFault>> {
    let fault = |field: &str, detail: &str| Some(FieldFault::new(format!("{pointer}/{field}"), detail));
    Ok(match given {
        PromotionReward::Points { bonus_type, amount, .. } => {
            match partner::bonus_type_of(db, programme, bonus_type).await? {
                None => fault("bonus_type", "there is no such bonus type in this programme"),
                Some(bonus) => match amount::read(&amount.0, bonus.scale) {
                    Ok(units) if units > 0 => None,
                    Ok(_) => fault("amount", "must be more than zero"),
                    Err(refusal) => fault("amount", &refusal.to_string()),
                },
            }
        }
        PromotionReward::Coupon { promotion_id } => match query::find(db, *promotion_id).await? {
            Some(promotion) if promotion.fields.kind == PromotionKind::Coupons => None,
            _ => fault("promotion_id", "there is no such promotion of coupons"),
        },
        PromotionReward::Item { reward_id } => match reward::find(db, *reward_id).await? {
            Some(_) => None,
            None => fault("reward_id", "there is no such reward"),
        },
    })
}
