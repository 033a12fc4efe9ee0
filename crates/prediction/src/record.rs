//! Predictions as they are stored: a definition that a marketer writes, and versions that were trained by it.

use crate::definition::{Definition, PredictionFields};
use crate::model::Model;
use crate::quality::Quality;
use base::LocalText;
use base::id::PredictionId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionVersionState)]
#[serde(rename_all = "snake_case")]
pub enum VersionState {
    /// It is being trained.
    Training,
    /// It has a model, judged and not in use.
    Trained,
    /// It could not be trained.
    Failed,
    /// It gives the scores.
    Launched,
    /// It gave scores before.
    Retired,
}

impl VersionState {
    /// The state of a column's word; the table's check allows no other.
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "training" => Self::Training,
            "trained" => Self::Trained,
            "failed" => Self::Failed,
            "launched" => Self::Launched,
            _ => Self::Retired,
        }
    }
}

/// Where a prediction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PredictionState {
    /// It has no model.
    Draft,
    /// It has a model that is not in use.
    Trained,
    /// Its scores are read as `prediction.<name>`.
    Launched,
    /// Its scores were read and no longer are.
    Retired,
}

/// A prediction.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Prediction {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: PredictionId,
    /// How expressions call it, as `prediction.<name>`.
    pub name: String,
    /// How people call it.
    pub title: LocalText,
    /// What it is for.
    pub description: String,
    /// What the next version is trained by.
    pub definition: Definition,
    /// Hours after which it is trained again when it is launched; null: never by itself.
    pub retrain_hours: Option<i32>,
    /// Where it stands.
    pub state: PredictionState,
    /// The version that gives the scores.
    pub live_version: Option<i32>,
    /// The newest version.
    pub newest: Option<Version>,
    /// Of the definition, for `If-Match`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
}

impl Prediction {
    /// What a marketer sets of it.
    #[must_use]
    pub fn fields(&self) -> PredictionFields {
        PredictionFields {
            name: self.name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            definition: self.definition.clone(),
            retrain_hours: self.retrain_hours,
        }
    }
}

/// A version of a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PredictionVersion)]
pub struct Version {
    /// Its number, from 1.
    pub number: i32,
    /// Where it stands.
    pub state: VersionState,
    /// What it was trained by.
    pub definition: Definition,
    /// Whether it was trained by the clock.
    pub scheduled: bool,
    /// Customers that were looked at so far.
    pub done: i32,
    /// Customers there are to look at, as far as is known.
    pub total: i32,
    /// Whether there were more customers than are taken, so that a sample was.
    pub limited: bool,
    /// What decides which customers are in the sample.
    pub seed: i64,
    /// How good it is.
    pub quality: Option<Quality>,
    /// The model; its weights are told in words elsewhere.
    #[serde(skip)]
    pub model: Option<Model>,
    /// Why it may not be launched: `too_few`, `not_better`.
    pub refused: Option<String>,
    /// Why it could not be trained.
    pub error: Option<String>,
    /// Who asked for it; null for the clock.
    pub author: Option<Uuid>,
    /// When; outcomes until this moment are known.
    pub asked_at: DateTime<Utc>,
    /// When its training ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was launched.
    pub launched_at: Option<DateTime<Utc>>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
}

/// A prediction that gives scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Launched {
    /// Which one.
    pub id: PredictionId,
    /// How expressions call it.
    pub name: String,
    /// How people call it.
    pub title: LocalText,
    /// The version.
    pub number: i32,
    /// What it was trained by.
    pub definition: Definition,
    /// Its model.
    pub model: Model,
}
