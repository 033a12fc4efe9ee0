//! Which version gives the scores.

use super::{author_id, record};
use crate::query;
use crate::record::{Prediction, VersionState};
use base::id::PredictionId;
use base::{ChangeError, Edit};
use serde_json::json;
use sqlx::PgConnection;

const PREDICTION: &str = "prediction";

/// Lets a version give the scores; the one before it is retired. Without a number it is the newest that was trained.
///
/// # Errors
/// Unknown, without a model, not better than the base rate, or the database.
pub async fn launch(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PredictionId,
    number: Option<i32>,
) -> Result<Prediction, ChangeError> {
    query::lock(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))?;
    let versions = query::versions(db, id).await?;
    let found = match number {
        Some(number) => versions.into_iter().find(|version| version.number == number),
        None => versions.into_iter().find(|version| version.state == VersionState::Trained),
    };
    let version = found.ok_or(ChangeError::Unknown("trained version"))?;
    if let Some(quality) = &version.quality
        && let Err(refusal) = quality.judge()
    {
        return Err(ChangeError::InUse(format!("version {} is not launched: {refusal}", version.number)));
    }
    if version.model.is_none() {
        let detail = format!("version {} has no model: train it first", version.number);
        return Err(ChangeError::InUse(detail));
    }
    retire_live(db, edit, id).await?;
    sqlx::query(
        "update prediction.version set state = 'launched', launched_at = $3, launcher_id = $4, retired_at = null
         where prediction_id = $1 and number = $2",
    )
    .bind(id)
    .bind(version.number)
    .bind(edit.now)
    .bind(author_id(edit.author))
    .execute(&mut *db)
    .await?;
    record(db, edit, id, json!({ "act": "launched", "number": version.number })).await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))
}

/// Ends the scores: `prediction.<name>` has no value from now on.
///
/// # Errors
/// Unknown, not launched, or the database.
pub async fn retire(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PredictionId,
) -> Result<Prediction, ChangeError> {
    let before = query::lock(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))?;
    let number = before.live_version.ok_or_else(|| ChangeError::InUse("it gives no scores".to_owned()))?;
    retire_live(db, edit, id).await?;
    record(db, edit, id, json!({ "act": "retired", "number": number })).await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))
}

async fn retire_live(db: &mut PgConnection, edit: &Edit<'_>, id: PredictionId) -> sqlx::Result<()> {
    sqlx::query(
        "update prediction.version set state = 'retired', retired_at = $2
         where prediction_id = $1 and state = 'launched'",
    )
    .bind(id)
    .bind(edit.now)
    .execute(db)
    .await?;
    Ok(())
}
