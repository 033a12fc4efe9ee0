//! SQL that changes the schema `rules`.

mod decision;
mod lifecycle;
mod reaction;
mod reference;
mod response;
pub mod retention;
mod rule;
mod simulation;

pub use decision::{CountedBy, DecisionRow, ExposureRow, UseRow, count, decide, expose, remember_uses, uses};
pub use lifecycle::{approve, ask_approval, launch, pause, promote, refuse, resume, roll_back, stop};
pub use reaction::{
    DueReaction, ReactionRow, cancel_waiting, claim_due, done_of_decision, end, end_done, first_due,
    insert as insert_reactions, mark_undone, retry,
};
pub use reference::{delete as delete_reference, put as put_reference};
pub use response::mark_responses;
pub use rule::{archive, insert, insert_live, update};
pub use simulation::{
    Claimed, cancel as cancel_simulation, claim as claim_simulation, end as end_simulation,
    insert as insert_simulation, progress,
};

use base::event::Journal;
use base::{Author, ChangeError, Edit, NewEvent};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// The events after which the live rules are read again.
pub const RULE_CHANGED: &str = "rules.rule_changed.v1";
/// A reference table was changed or deleted.
pub const REFERENCE_CHANGED: &str = "rules.reference_changed.v1";

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
    kind: &'static str,
    subject: Uuid,
    payload: Value,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject,
        correlation: None,
        author: edit.author,
        payload,
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
