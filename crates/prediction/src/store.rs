//! SQL that changes the schema `prediction`.

mod draft;
mod life;
mod training;

pub use draft::{archive, insert, update};
pub use life::{launch, retire};
pub use training::{Claimed, Trained, ask, claim, fail, finish, forget, progress, schedule};

use base::event::Journal;
use base::id::PredictionId;
use base::{Author, ChangeError, Edit, NewEvent};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A prediction was made, changed, trained, launched, retired or archived.
pub const PREDICTION_CHANGED: &str = "prediction.prediction_changed.v1";

/// Who it is, as stored.
fn author_id(author: Author) -> Option<Uuid> {
    match author {
        Author::Person(id) => Some(id.as_uuid()),
        Author::ApiKey(id) => Some(id.as_uuid()),
        Author::System => None,
    }
}

async fn record(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PredictionId,
    payload: Value,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: PREDICTION_CHANGED.into(),
        journal: Journal::Change,
        subject: id.as_uuid(),
        correlation: None,
        author: edit.author,
        payload,
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
