//! What a marketer writes: make, change, archive.

use super::record;
use crate::definition::PredictionFields;
use crate::query;
use crate::record::Prediction;
use base::id::PredictionId;
use base::{ChangeError, Edit};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;

/// What there is none of.
const PREDICTION: &str = "prediction";

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "prediction_name_key", "/name", "another prediction has this name")
}

/// Makes a prediction: a draft without a model.
///
/// # Errors
/// Fields that cannot be accepted, a name that another prediction has, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &PredictionFields,
) -> Result<Prediction, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let id = PredictionId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into prediction.prediction
             (prediction_id, name, title, description, definition, retrain_hours, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(Json(&fields.title))
    .bind(&fields.description)
    .bind(Json(&fields.definition))
    .bind(fields.retrain_hours)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    record(db, edit, id, json!({ "act": "made", "after": fields })).await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))
}

/// Changes a prediction that is at `version`. A launched version goes on as it was trained; its name stays, for rules
/// read it.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that another prediction has, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PredictionId,
    version: i32,
    fields: &PredictionFields,
) -> Result<Prediction, ChangeError> {
    let before = query::lock(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    let mut faults = fields.faults();
    if before.live_version.is_some() && before.name != fields.name {
        let detail = "rules may read it under its name: retire the prediction before you rename it";
        faults.push(base::FieldFault::new("/name", detail));
    }
    ChangeError::unless_empty(faults)?;
    sqlx::query(
        "update prediction.prediction
         set name = $2, title = $3, description = $4, definition = $5, retrain_hours = $6, updated_at = $7,
             version = version + 1
         where prediction_id = $1",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(Json(&fields.title))
    .bind(&fields.description)
    .bind(Json(&fields.definition))
    .bind(fields.retrain_hours)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let payload = json!({ "act": "changed", "before": before.fields(), "after": fields });
    record(db, edit, id, payload).await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))
}

/// Takes a prediction away that gives no scores. A training of it ends.
///
/// # Errors
/// Unknown, launched, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PredictionId,
) -> Result<(), ChangeError> {
    let before = query::lock(db, id).await?.ok_or(ChangeError::Unknown(PREDICTION))?;
    if before.live_version.is_some() {
        return Err(ChangeError::InUse("rules may read its scores: retire it first".to_owned()));
    }
    sqlx::query(
        "update prediction.version set state = 'failed', error = 'the prediction was taken away', ended_at = $2
         where prediction_id = $1 and state = 'training'",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update prediction.prediction set archived_at = $2, version = version + 1 where prediction_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    record(db, edit, id, json!({ "act": "archived" })).await
}
