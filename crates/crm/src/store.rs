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
pub use load::{change_many, insert_many, is_plain};

use base::same_version;
use platform::event::record;
use sqlx::PgConnection;

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
