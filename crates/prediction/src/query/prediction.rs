//! Predictions and their versions.

use crate::record::{Launched, Prediction, PredictionState, Version, VersionState};
use base::LocalText;
use base::id::PredictionId;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// What is read of a version.
const VERSION: &str =
    "select prediction_id, number, definition, state, scheduled, author_id, seed, asked_at, done, total,
    ended_at, model, quality, refused, limited, error, launched_at, retired_at from prediction.version";

#[derive(sqlx::FromRow)]
struct Row {
    prediction_id: PredictionId,
    name: String,
    title: Json<LocalText>,
    description: String,
    definition: Value,
    retrain_hours: Option<i32>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    live_version: Option<i32>,
    has_model: bool,
    was_live: bool,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    prediction_id: PredictionId,
    number: i32,
    definition: Value,
    state: String,
    scheduled: bool,
    author_id: Option<Uuid>,
    seed: i64,
    asked_at: DateTime<Utc>,
    done: i32,
    total: i32,
    ended_at: Option<DateTime<Utc>>,
    model: Option<Value>,
    quality: Option<Value>,
    refused: Option<String>,
    limited: bool,
    error: Option<String>,
    launched_at: Option<DateTime<Utc>>,
    retired_at: Option<DateTime<Utc>>,
}

/// What stands in a column of ours.
fn read<T: DeserializeOwned>(value: Value) -> sqlx::Result<T> {
    serde_json::from_value(value).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

impl VersionRow {
    fn version(self) -> sqlx::Result<Version> {
        Ok(Version {
            number: self.number,
            state: VersionState::of(&self.state),
            definition: read(self.definition)?,
            scheduled: self.scheduled,
            done: self.done,
            total: self.total,
            limited: self.limited,
            seed: self.seed,
            quality: self.quality.map(read).transpose()?,
            model: self.model.map(read).transpose()?,
            refused: self.refused,
            error: self.error,
            author: self.author_id,
            asked_at: self.asked_at,
            ended_at: self.ended_at,
            launched_at: self.launched_at,
            retired_at: self.retired_at,
        })
    }
}

impl Row {
    fn prediction(self, newest: Option<Version>) -> sqlx::Result<Prediction> {
        let state = match self {
            Self { live_version: Some(_), .. } => PredictionState::Launched,
            Self { was_live: true, .. } => PredictionState::Retired,
            Self { has_model: true, .. } => PredictionState::Trained,
            _ => PredictionState::Draft,
        };
        Ok(Prediction {
            id: self.prediction_id,
            name: self.name,
            title: self.title.0,
            description: self.description,
            definition: read(self.definition)?,
            retrain_hours: self.retrain_hours,
            state,
            live_version: self.live_version,
            newest,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

async fn rows(db: &mut PgConnection, id: Option<PredictionId>) -> sqlx::Result<Vec<Prediction>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select p.*,
             (select number from prediction.version v
              where v.prediction_id = p.prediction_id and v.state = 'launched') as live_version,
             exists (select 1 from prediction.version v
                     where v.prediction_id = p.prediction_id and v.model is not null) as has_model,
             exists (select 1 from prediction.version v
                     where v.prediction_id = p.prediction_id and v.state = 'retired') as was_live
         from prediction.prediction p
         where p.archived_at is null and ($1::uuid is null or p.prediction_id = $1)
         order by p.name",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<PredictionId> = rows.iter().map(|row| row.prediction_id).collect();
    let statement = format!(
        "select distinct on (prediction_id) * from ({VERSION}) as v where prediction_id = any($1)
         order by prediction_id, number desc"
    );
    let newest: Vec<VersionRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(&ids).fetch_all(db).await?;
    let mut newest: Vec<(PredictionId, Version)> =
        newest.into_iter().map(|row| Ok((row.prediction_id, row.version()?))).collect::<sqlx::Result<_>>()?;
    rows.into_iter()
        .map(|row| {
            let place = newest.iter().position(|(id, _)| *id == row.prediction_id);
            let version = place.map(|place| newest.swap_remove(place).1);
            row.prediction(version)
        })
        .collect()
}

/// All predictions that are not archived, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Prediction>> {
    rows(db, None).await
}

/// One prediction that is not archived.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: PredictionId) -> sqlx::Result<Option<Prediction>> {
    Ok(rows(db, Some(id)).await?.pop())
}

/// One prediction, locked until the transaction ends.
pub(crate) async fn lock(db: &mut PgConnection, id: PredictionId) -> sqlx::Result<Option<Prediction>> {
    sqlx::query("select 1 from prediction.prediction where prediction_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    find(db, id).await
}

/// The versions of a prediction, newest first.
///
/// # Errors
/// The database failed.
pub async fn versions(db: &mut PgConnection, id: PredictionId) -> sqlx::Result<Vec<Version>> {
    let statement = format!("{VERSION} where prediction_id = $1 order by number desc");
    let rows: Vec<VersionRow> = sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(id).fetch_all(db).await?;
    rows.into_iter().map(VersionRow::version).collect()
}

/// One version of a prediction.
///
/// # Errors
/// The database failed.
pub async fn find_version(
    db: &mut PgConnection,
    id: PredictionId,
    number: i32,
) -> sqlx::Result<Option<Version>> {
    let statement = format!("{VERSION} where prediction_id = $1 and number = $2");
    let row: Option<VersionRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(id).bind(number).fetch_optional(db).await?;
    row.map(VersionRow::version).transpose()
}

/// The predictions that give scores, by name; with `names` those of them.
///
/// # Errors
/// The database failed.
pub async fn launched(db: &mut PgConnection, names: Option<&[String]>) -> sqlx::Result<Vec<Launched>> {
    let rows: Vec<(PredictionId, String, Json<LocalText>, i32, Value, Value)> = sqlx::query_as(
        "select p.prediction_id, p.name, p.title, v.number, v.definition, v.model
         from prediction.prediction p join prediction.version v using (prediction_id)
         where p.archived_at is null and v.state = 'launched' and ($1::text[] is null or p.name = any($1))
         order by p.name",
    )
    .bind(names)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(id, name, title, number, definition, model)| {
            let (definition, model) = (read(definition)?, read(model)?);
            Ok(Launched { id, name, title: title.0, number, definition, model })
        })
        .collect()
}
