//! Trainings: asked for by people and by the clock, done in the background.

use super::{author_id, record};
use crate::definition::Definition;
use crate::model::Model;
use crate::quality::Quality;
use crate::query;
use base::id::PredictionId;
use base::{ChangeError, Edit};
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;

/// Days for which versions are kept that give no scores: as long as decisions that name them.
const VERSIONS_KEPT: TimeDelta = TimeDelta::days(400);

/// Asks for a version that is trained by the definition as it is now; its number.
///
/// # Errors
/// Unknown, being trained already, or the database.
pub async fn ask(db: &mut PgConnection, edit: &mut Edit<'_>, id: PredictionId) -> Result<i32, ChangeError> {
    let prediction = query::lock(db, id).await?.ok_or(ChangeError::Unknown("prediction"))?;
    insert(db, edit, id, &prediction.definition, false).await
}

async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PredictionId,
    definition: &Definition,
    scheduled: bool,
) -> Result<i32, ChangeError> {
    let seed: i64 = edit.rng.random();
    let number: i32 = sqlx::query_scalar(
        "insert into prediction.version (prediction_id, number, definition, scheduled, author_id, seed, asked_at)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 from prediction.version where prediction_id = $1
         returning number",
    )
    .bind(id)
    .bind(Json(definition))
    .bind(scheduled)
    .bind(author_id(edit.author))
    .bind(seed)
    .bind(edit.now)
    .fetch_one(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "version_training_key", "", "it is being trained: wait for its end")
    })?;
    record(db, edit, id, json!({ "act": "training_asked", "number": number, "seed": seed })).await?;
    Ok(number)
}

/// Asks for the trainings whose time has come: launched predictions whose newest version is old enough. They are trained
/// as the launched version was, for nobody has approved of a changed draft. How many.
///
/// # Errors
/// The database failed.
pub async fn schedule(db: &mut PgConnection, edit: &mut Edit<'_>) -> Result<usize, ChangeError> {
    let due: Vec<(PredictionId, Json<Definition>)> = sqlx::query_as(
        "select p.prediction_id, v.definition
         from prediction.prediction p join prediction.version v using (prediction_id)
         where p.archived_at is null and v.state = 'launched' and p.retrain_hours is not null
             and not exists (
                 select 1 from prediction.version newer
                 where newer.prediction_id = p.prediction_id
                     and (newer.state = 'training' or newer.asked_at > $1 - make_interval(hours => p.retrain_hours)))
         order by p.prediction_id for update of p skip locked",
    )
    .bind(edit.now)
    .fetch_all(&mut *db)
    .await?;
    for (id, definition) in &due {
        insert(db, edit, *id, definition, true).await?;
    }
    Ok(due.len())
}

/// A training that somebody works on.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which prediction.
    pub id: PredictionId,
    /// Which version.
    pub number: i32,
    /// What it is trained by.
    pub definition: Definition,
    /// Whether it is launched by itself when it is good.
    pub scheduled: bool,
    /// What decides which customers are taken.
    pub seed: i64,
    /// Outcomes until this moment are known.
    pub asked_at: DateTime<Utc>,
}

/// Takes the oldest open training that nobody works on, for as long as `until`.
///
/// # Errors
/// The database failed.
pub async fn claim(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<Claimed>> {
    type Row = (PredictionId, i32, Json<Definition>, bool, i64, DateTime<Utc>);
    let row: Option<Row> = sqlx::query_as(
        "update prediction.version set claimed_until = $2, done = 0
         where (prediction_id, number) in (
             select prediction_id, number from prediction.version
             where state = 'training' and (claimed_until is null or claimed_until < $1)
             order by asked_at limit 1 for update skip locked)
         returning prediction_id, number, definition, scheduled, seed, asked_at",
    )
    .bind(now)
    .bind(until)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id, number, definition, scheduled, seed, asked_at)| Claimed {
        id,
        number,
        definition: definition.0,
        scheduled,
        seed,
        asked_at,
    }))
}

/// Says how far a training is, and holds it until `until`; false when it was given up meanwhile.
///
/// # Errors
/// The database failed.
pub async fn progress(
    db: &mut PgConnection,
    claimed: &Claimed,
    (done, total): (usize, usize),
    until: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let held = sqlx::query(
        "update prediction.version set done = $3, total = $4, claimed_until = $5
         where prediction_id = $1 and number = $2 and state = 'training'",
    )
    .bind(claimed.id)
    .bind(claimed.number)
    .bind(i32::try_from(done).unwrap_or(i32::MAX))
    .bind(i32::try_from(total).unwrap_or(i32::MAX))
    .bind(until)
    .execute(db)
    .await?;
    Ok(held.rows_affected() > 0)
}

/// What came out of a training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// How good it is.
    pub quality: Quality,
    /// Whether there were more customers than were taken.
    pub limited: bool,
}

/// Keeps what came out. One that the clock asked for is launched when it is better than the base rate; else the former
/// one goes on.
///
/// # Errors
/// The database failed.
pub async fn finish(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    claimed: &Claimed,
    trained: &Trained,
) -> Result<(), ChangeError> {
    let prediction = query::lock(db, claimed.id).await?;
    let refused = trained.quality.judge().err();
    let kept = sqlx::query(
        "update prediction.version
         set state = 'trained', model = $3, quality = $4, refused = $5, limited = $6, ended_at = $7, done = total
         where prediction_id = $1 and number = $2 and state = 'training'",
    )
    .bind(claimed.id)
    .bind(claimed.number)
    .bind(Json(&trained.model))
    .bind(Json(&trained.quality))
    .bind(refused.map(crate::quality::Refusal::as_str))
    .bind(trained.limited)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let Some(prediction) = prediction.filter(|_| kept.rows_affected() > 0) else { return Ok(()) };
    let payload = json!({
        "act": "trained", "number": claimed.number, "auc": trained.quality.auc, "refused": refused,
    });
    record(db, edit, claimed.id, payload).await?;
    if claimed.scheduled && refused.is_none() && prediction.live_version.is_some() {
        super::launch(db, edit, claimed.id, Some(claimed.number)).await?;
    }
    forget(db, edit.now).await?;
    Ok(())
}

/// Ends a training that came to nothing.
///
/// # Errors
/// The database failed.
pub async fn fail(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    claimed: &Claimed,
    error: &str,
) -> Result<(), ChangeError> {
    let ended = sqlx::query(
        "update prediction.version set state = 'failed', error = $3, ended_at = $4
         where prediction_id = $1 and number = $2 and state = 'training'",
    )
    .bind(claimed.id)
    .bind(claimed.number)
    .bind(error)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    if ended.rows_affected() > 0 {
        let payload = json!({ "act": "training_failed", "number": claimed.number, "error": error });
        record(db, edit, claimed.id, payload).await?;
    }
    Ok(())
}

/// Forgets versions that are older than the decisions that name them, except those in use and the newest. How many.
///
/// # Errors
/// The database failed.
pub async fn forget(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = sqlx::query(
        "delete from prediction.version v
         where v.state in ('trained', 'failed', 'retired') and coalesce(v.retired_at, v.asked_at) < $1
             and v.number < (select max(number) from prediction.version n where n.prediction_id = v.prediction_id)",
    )
    .bind(now - VERSIONS_KEPT)
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}
