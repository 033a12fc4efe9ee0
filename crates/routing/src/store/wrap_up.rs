//! What operators say about contacts: at wrap-up, and corrected later.

use super::live::append;
use super::same_version;
use crate::contact::{Contact, NOTE_MAX, WrapUp};
use base::event::Journal;
use base::id::{ContactId, OperatorId};
use base::{ChangeError, Edit, FieldFault, NewEvent};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// The operator finished wrap-up. May run twice. A topic or result that is not known is left out rather than losing
/// the rest: the desk's command was checked before.
///
/// # Errors
/// The database failed.
pub async fn contact_wrapped_up(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    contact: ContactId,
    operator: OperatorId,
    wrap_up: &WrapUp,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "update routing.contact
         set wrapped_up_at = $2, wrap_up_ms = greatest(0, extract(epoch from $2 - ended_at) * 1000)::bigint,
             topic_id = (select topic_id from routing.topic where topic_id = $3),
             result_id = (select result_id from routing.result where result_id = $4), note = $5
         where contact_id = $1 and wrapped_up_at is null",
    )
    .bind(contact)
    .bind(now)
    .bind(wrap_up.topic_id)
    .bind(wrap_up.result_id)
    .bind(&wrap_up.note)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let payload = json!({
        "operator_id": operator, "topic_id": wrap_up.topic_id, "result_id": wrap_up.result_id,
    });
    append(db, now, "routing.contact_wrapped_up.v1", contact, payload).await
}

/// What of a wrap-up cannot be accepted, by field.
///
/// # Errors
/// The database failed.
pub async fn faults(db: &mut PgConnection, wrap_up: &WrapUp) -> sqlx::Result<Vec<FieldFault>> {
    let (topic_known, result_known): (bool, bool) = sqlx::query_as(
        "select $1::uuid is null or exists (select 1 from routing.topic where topic_id = $1 and archived_at is null),
                $2::uuid is null or exists (select 1 from routing.result where result_id = $2 and archived_at is null)",
    )
    .bind(wrap_up.topic_id)
    .bind(wrap_up.result_id)
    .fetch_one(db)
    .await?;
    let mut faults = Vec::new();
    if !topic_known {
        faults.push(FieldFault::new("/topic_id", "this topic does not exist"));
    }
    if !result_known {
        faults.push(FieldFault::new("/result_id", "this result does not exist"));
    }
    let length = wrap_up.note.chars().count();
    if length > NOTE_MAX {
        let detail = format!("has {length} characters, and {NOTE_MAX} is the most");
        faults.push(FieldFault::new("/note", detail));
    }
    if wrap_up.note.contains('\0') {
        faults.push(FieldFault::new("/note", "has a character that cannot be stored (NUL)"));
    }
    Ok(faults)
}

/// Corrects the wrap-up of a contact that is at `version`; what it was before stays in the event log.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn correct_wrap_up(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    contact: ContactId,
    version: i32,
    wrap_up: &WrapUp,
) -> Result<Contact, ChangeError> {
    sqlx::query("select 1 from routing.contact where contact_id = $1 for update")
        .bind(contact)
        .execute(&mut *db)
        .await?;
    let before = crate::query::contact::find(db, contact).await?.ok_or(ChangeError::Unknown("contact"))?;
    same_version(before.version, version)?;
    ChangeError::unless_empty(faults(db, wrap_up).await?)?;
    sqlx::query(
        "update routing.contact set topic_id = $2, result_id = $3, note = $4, version = version + 1
         where contact_id = $1",
    )
    .bind(contact)
    .bind(wrap_up.topic_id)
    .bind(wrap_up.result_id)
    .bind(&wrap_up.note)
    .execute(&mut *db)
    .await?;
    let was = WrapUp { topic_id: before.topic_id, result_id: before.result_id, note: before.note };
    let event = NewEvent {
        kind: "routing.contact_wrap_up_corrected.v1".into(),
        journal: Journal::Change,
        subject: contact.as_uuid(),
        correlation: Some(contact.as_uuid()),
        author: edit.author,
        payload: json!({ "before": was, "after": wrap_up }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    crate::query::contact::find(db, contact).await?.ok_or(ChangeError::Unknown("contact"))
}
