//! SQL that changes the schema `crm`. Functions take a connection; the edge owns the transaction.

pub mod attribute;
pub mod build;
pub mod card;
pub mod card_kind;
mod customer;
pub mod link;
pub mod link_kind;
mod load;
pub mod structure;
mod values;

pub use customer::{insert, insert_as, set_attribute, update};
pub use load::{insert_many, is_plain};

use base::event::Journal;
use base::{ChangeError, Edit, NewEvent};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// The structure of a kind of record stays as it is until the transaction ends; writers of records share it.
async fn hold_structure(db: &mut PgConnection, record_kind: &str) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock_shared(hashtextextended('crm.structure ' || $1, 0))")
        .bind(record_kind)
        .execute(db)
        .await?;
    Ok(())
}

/// Waits until nobody writes records of this kind, and keeps them out until the transaction ends.
async fn lock_structure(db: &mut PgConnection, record_kind: &str) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('crm.structure ' || $1, 0))")
        .bind(record_kind)
        .execute(db)
        .await?;
    Ok(())
}

fn same_version(present: i32, given: i32) -> Result<(), ChangeError> {
    if present == given { Ok(()) } else { Err(ChangeError::Stale { given, present }) }
}

async fn record<T: Serialize + Sync>(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    subject: Uuid,
    before: Option<&T>,
    after: Option<&T>,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject,
        correlation: None,
        author: edit.author,
        payload: json!({ "before": before, "after": after }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
