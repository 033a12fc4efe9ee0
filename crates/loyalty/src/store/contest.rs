//! Contests: the draw is recorded with its seed, prizes are given afterwards in small portions (CIMP-SPV-04).

use super::granting::{For, Granting};
use super::movement;
use crate::id::{DrawId, PromotionId};
use crate::promotion::contest::{Draw, SEED_BYTES, draw as decide, fingerprint};
use crate::promotion::{Promotion, PromotionKind, PromotionStatus};
use crate::query::{offer as offers, promotion as promotions};
use crate::refused::Refused;
use base::Edit;
use base::id::MasterAccountId;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most prizes of one contest.
pub const PRIZES_TOTAL_MAX: u32 = 100_000;

/// Draws the winners among the activated offers of a contest that is completed. The first draw stands: a second one gives
/// the same answer. `seed` may come from outside, such as from a public draw; else it is thrown here.
///
/// # Errors
/// No such contest, one that is not completed, or the database.
pub async fn draw(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PromotionId,
    seed: Option<[u8; SEED_BYTES]>,
) -> Result<Draw, Refused> {
    sqlx::query("select 1 from loyalty.promotion where promotion_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let promotion = promotions::find(db, id).await?.ok_or(Refused::unknown("promotion"))?;
    if promotion.fields.kind != PromotionKind::Contest {
        return Err(Refused::not_now("only contests are drawn"));
    }
    if let Some(known) = offers::draw_of(db, id).await? {
        return Ok(known);
    }
    if promotion.status != PromotionStatus::Completed {
        return Err(Refused::not_now("complete the contest first: nobody takes part any more then"));
    }
    let seed = seed.unwrap_or_else(|| {
        let mut seed = [0; SEED_BYTES];
        edit.rng.fill_bytes(&mut seed);
        seed
    });
    let entries: BTreeMap<Uuid, MasterAccountId> = sqlx::query_as(
        "select offer_id, account_id from loyalty.offer where promotion_id = $1 and state = 'activated'",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .collect();
    let ids: Vec<Uuid> = entries.keys().copied().collect();
    let counts: Vec<u32> =
        promotion.fields.prizes.iter().map(|prize| prize.count.min(PRIZES_TOTAL_MAX)).collect();
    let winners = decide(&seed, &ids, &counts);
    let draw_id = DrawId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.draw (draw_id, promotion_id, seed, entries, fingerprint, drawn_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(draw_id)
    .bind(id)
    .bind(seed.as_slice())
    .bind(i32::try_from(ids.len()).unwrap_or(i32::MAX))
    .bind(fingerprint(&ids).as_slice())
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    write_winners(db, draw_id, &winners, &entries).await?;
    let drawn = offers::draw_of(db, id).await?.ok_or(Refused::unknown("draw"))?;
    super::kept::record(db, edit, "loyalty.contest_drawn.v1", id.as_uuid(), None, Some(&drawn)).await?;
    Ok(drawn)
}

async fn write_winners(
    db: &mut PgConnection,
    draw: DrawId,
    winners: &[(usize, Uuid)],
    entries: &BTreeMap<Uuid, MasterAccountId>,
) -> sqlx::Result<()> {
    let prizes: Vec<i32> =
        winners.iter().map(|(prize, _)| i32::try_from(*prize).unwrap_or(i32::MAX)).collect();
    let offers: Vec<Uuid> = winners.iter().map(|(_, offer)| *offer).collect();
    let accounts: Vec<Uuid> = offers
        .iter()
        .map(|offer| entries.get(offer).map_or(Uuid::nil(), |account| account.as_uuid()))
        .collect();
    sqlx::query(
        "insert into loyalty.winner (draw_id, place, prize, offer_id, account_id)
         select $1, place, prize, offer_id, account_id from unnest($2::int[], $3::uuid[], $4::uuid[]) with ordinality
             as given (prize, offer_id, account_id, place)",
    )
    .bind(draw)
    .bind(prizes)
    .bind(offers)
    .bind(accounts)
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the next prizes that nobody was given yet, at most `limit`; how many.
///
/// # Errors
/// A reward that is not there any more, or the database; nothing was given then.
pub async fn give_prizes(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    granting: &mut Granting<'_>,
    limit: i64,
) -> Result<usize, Refused> {
    let rows: Vec<(DrawId, i32, i32, MasterAccountId, PromotionId)> = sqlx::query_as(
        "select w.draw_id, w.place, w.prize, w.account_id, d.promotion_id
         from loyalty.winner w join loyalty.draw d using (draw_id)
         where w.granted is null order by w.draw_id, w.place limit $1 for update of w skip locked",
    )
    .bind(limit)
    .fetch_all(&mut *db)
    .await?;
    let mut known: Option<Promotion> = None;
    for (draw, place, prize, account, promotion_id) in &rows {
        if known.as_ref().is_none_or(|known| known.id != *promotion_id) {
            known = promotions::find(db, *promotion_id).await?;
        }
        let Some(promotion) = &known else { continue };
        let prize = usize::try_from(*prize).ok().and_then(|prize| promotion.fields.prizes.get(prize));
        let prize = prize.ok_or(Refused::unknown("prize"))?;
        let party = movement::find(db, *account).await?;
        let key = format!("draw:{draw}:{place}");
        let what = For { key: &key, promotion, party: &party, title: Some(&prize.title) };
        let granted = granting.give(db, edit, &what, prize.reward.as_ref()).await?;
        sqlx::query("update loyalty.winner set granted = $3 where draw_id = $1 and place = $2")
            .bind(draw)
            .bind(place)
            // A prize that is handed over elsewhere is given by saying so.
            .bind(Json(serde_json::to_value(&granted).unwrap_or_default()))
            .execute(&mut *db)
            .await?;
    }
    Ok(rows.len())
}
