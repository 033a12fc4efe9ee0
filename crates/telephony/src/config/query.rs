//! SQL that reads the schema `telephony`.

use super::{LiveTrunk, Number, Recording, Trunk, UploadedPrompt};
use base::Locale;
use base::id::{ContactId, NumberId, TrunkId};
use sqlx::PgConnection;

/// A trunk in use.
///
/// # Errors
/// The database failed.
pub async fn find_trunk(db: &mut PgConnection, id: TrunkId) -> sqlx::Result<Option<Trunk>> {
    sqlx::query_as(
        "select trunk_id, name, kind, addresses, username, calls_max, enabled, ha1_md5 is not null as has_password,
             version
         from telephony.trunk where trunk_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every trunk in use, by name.
///
/// # Errors
/// The database failed.
pub async fn trunks(db: &mut PgConnection) -> sqlx::Result<Vec<Trunk>> {
    sqlx::query_as(
        "select trunk_id, name, kind, addresses, username, calls_max, enabled, ha1_md5 is not null as has_password,
             version
         from telephony.trunk where archived_at is null order by lower(name)",
    )
    .fetch_all(db)
    .await
}

/// Every trunk whose calls are taken, with what it proves itself by, for the SIP edge.
///
/// # Errors
/// The database failed.
pub async fn live_trunks(db: &mut PgConnection) -> sqlx::Result<Vec<LiveTrunk>> {
    sqlx::query_as(
        "select trunk_id, kind, addresses, username, ha1_md5, ha1_sha256, calls_max
         from telephony.trunk where archived_at is null and enabled order by trunk_id",
    )
    .fetch_all(db)
    .await
}

/// A number in use.
///
/// # Errors
/// The database failed.
pub async fn find_number(db: &mut PgConnection, id: NumberId) -> sqlx::Result<Option<Number>> {
    sqlx::query_as(
        "select number_id, number, flow, description, enabled, version
         from telephony.number where number_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every number in use, in order; callers leave out those that are not `enabled`.
///
/// # Errors
/// The database failed.
pub async fn numbers(db: &mut PgConnection) -> sqlx::Result<Vec<Number>> {
    sqlx::query_as(
        "select number_id, number, flow, description, enabled, version
         from telephony.number where archived_at is null order by number",
    )
    .fetch_all(db)
    .await
}

/// Every prompt that somebody uploaded.
///
/// # Errors
/// The database failed.
pub async fn prompts(db: &mut PgConnection) -> sqlx::Result<Vec<UploadedPrompt>> {
    sqlx::query_as(
        "select locale, name, text, duration_ms, bytes, sha256, uploaded_at, version
         from telephony.prompt order by name, locale",
    )
    .fetch_all(db)
    .await
}

/// One prompt that somebody uploaded.
///
/// # Errors
/// The database failed.
pub async fn find_prompt(
    db: &mut PgConnection,
    locale: Locale,
    name: &str,
) -> sqlx::Result<Option<UploadedPrompt>> {
    sqlx::query_as(
        "select locale, name, text, duration_ms, bytes, sha256, uploaded_at, version
         from telephony.prompt where locale = $1 and name = $2",
    )
    .bind(locale)
    .bind(name)
    .fetch_optional(db)
    .await
}

/// The recording of a contact; the first when there are several.
///
/// # Errors
/// The database failed.
pub async fn recording_of(db: &mut PgConnection, contact: ContactId) -> sqlx::Result<Option<Recording>> {
    sqlx::query_as(
        "select recording_id, contact_id, path, bytes, sha256, started_at, duration_ms, channels
         from telephony.recording where contact_id = $1 and deleted_at is null order by started_at limit 1",
    )
    .bind(contact)
    .fetch_optional(db)
    .await
}

/// Which of these contacts have a recording.
///
/// # Errors
/// The database failed.
pub async fn recorded(db: &mut PgConnection, contacts: &[ContactId]) -> sqlx::Result<Vec<ContactId>> {
    sqlx::query_scalar(
        "select distinct contact_id from telephony.recording where contact_id = any($1) and deleted_at is null",
    )
    .bind(contacts)
    .fetch_all(db)
    .await
}
