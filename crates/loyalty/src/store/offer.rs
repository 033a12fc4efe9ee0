//! Offers: made in batches, activated once, expired (CIMP-SPV-05).

use super::granting::{For, Granting};
use super::movement::{self, Party};
use super::{member_event, tell};
use crate::id::PromotionOfferId;
use crate::promotion::offer::{OfferState, PromotionOffer};
use crate::promotion::{Promotion, PromotionKind, PromotionStatus};
use crate::query::{offer as query, promotion as promotions};
use crate::refused::Refused;
use base::Edit;
use base::NewEvent;
use base::id::EventId;
use chrono::{DateTime, TimeDelta, Utc};
use platform::event::append_all;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Makes offers of a promotion to accounts that have none yet, each with its event; how many.
///
/// # Errors
/// The database failed.
pub async fn make(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    promotion: &Promotion,
    parties: &[Party],
) -> sqlx::Result<usize> {
    if parties.is_empty() {
        return Ok(0);
    }
    let ids: Vec<PromotionOfferId> =
        parties.iter().map(|_| PromotionOfferId::new(edit.now, edit.rng)).collect();
    let accounts: Vec<Uuid> = parties.iter().map(|party| party.account_id.as_uuid()).collect();
    let expires_at = promotion.fields.offer_days.map(|days| edit.now + TimeDelta::days(i64::from(days)));
    let made: Vec<PromotionOfferId> = sqlx::query_scalar(
        "insert into loyalty.offer (offer_id, promotion_id, account_id, state, made_at, expires_at)
         select offer_id, $3, account_id, 'open', $4, $5 from unnest($1::uuid[], $2::uuid[]) as given (offer_id, account_id)
         on conflict (promotion_id, account_id) do nothing returning offer_id",
    )
    .bind(&ids)
    .bind(accounts)
    .bind(promotion.id)
    .bind(edit.now)
    .bind(expires_at)
    .fetch_all(&mut *db)
    .await?;
    let made: BTreeSet<PromotionOfferId> = made.into_iter().collect();
    let mut events: Vec<(EventId, NewEvent)> = Vec::with_capacity(made.len());
    for (id, party) in ids.iter().zip(parties).filter(|(id, _)| made.contains(id)) {
        let data = json!({
            "offer_id": id, "promotion": promotion.fields.code, "title": promotion.fields.title,
            "description": promotion.fields.description, "expires_at": expires_at,
        });
        let event = member_event("loyalty.offer_made.v1", edit, party, data);
        events.push((EventId::new(edit.now, edit.rng), event));
    }
    append_all(db, edit.now, &events).await?;
    Ok(made.len())
}

/// Activates an offer and gives its reward. The points are owed to the ledger: the caller posts `granting` at the end of
/// its transaction. One that is activated already stays as it is.
///
/// # Errors
/// No such offer, one that cannot be activated, a reward that is not there any more, or the database.
pub async fn activate(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    granting: &mut Granting<'_>,
    id: PromotionOfferId,
    by: &str,
) -> Result<PromotionOffer, Refused> {
    sqlx::query("select 1 from loyalty.offer where offer_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let offer = query::find(db, id).await?.ok_or(Refused::unknown("offer"))?;
    let promotion = promotions::find(db, offer.promotion_id).await?.ok_or(Refused::unknown("promotion"))?;
    let is_on = promotion.status == PromotionStatus::Running && promotion.fields.is_on(edit.now);
    if !offer.state.activate(is_on, offer.expires_at, edit.now).map_err(Refused::not_now)? {
        return Ok(offer);
    }
    let party = movement::enrolled(db, offer.account_id).await?;
    let key = format!("offer:{id}");
    let what = For { key: &key, promotion: &promotion, party: &party, title: None };
    // Whoever takes part in a contest gets what the draw says, and what the promotion gives to everybody.
    let granted = granting.give(db, edit, &what, promotion.fields.reward.as_ref()).await?;
    sqlx::query(
        "update loyalty.offer set state = $2, activated_at = $3, activated_by = $4, granted = $5 where offer_id = $1",
    )
    .bind(id)
    .bind(OfferState::Activated)
    .bind(edit.now)
    .bind(by)
    .bind(granted.as_ref().map(Json))
    .execute(&mut *db)
    .await?;
    let mut data = json!({
        "offer_id": id, "promotion": promotion.fields.code, "title": promotion.fields.title,
        "granted": granted, "by": by,
    });
    if promotion.fields.kind == PromotionKind::Contest
        && let Some(data) = data.as_object_mut()
    {
        data.insert("takes_part".to_owned(), true.into());
    }
    tell(db, edit, &party, "loyalty.offer_activated.v1", data).await?;
    query::find(db, id).await?.ok_or(Refused::unknown("offer"))
}

/// Lets offers whose time is over expire, at most `limit`; how many.
///
/// # Errors
/// The database failed.
pub async fn expire(db: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "update loyalty.offer set state = 'expired', closed_at = $1
         where offer_id in (select offer_id from loyalty.offer
             where state = 'open' and expires_at <= $1 order by expires_at limit $2 for update skip locked)",
    )
    .bind(now)
    .bind(limit)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
