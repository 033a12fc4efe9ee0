//! SQL that changes the schema `telephony`. Functions take a connection; the edge owns the transaction.

use super::query;
use super::{Number, NumberFields, Recording, Trunk, TrunkFields, TrunkKind, UploadedPrompt};
use base::event::Journal;
use base::id::{EventId, NumberId, RecordingId, TrunkId};
use base::{Author, ChangeError, Edit, NewEvent, same_version};
use chrono::{DateTime, Utc};
use platform::event::record;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sqlx::PgConnection;

/// The password of a trunk and the realm it is hashed with: only the hashes are kept.
pub struct Password<'s> {
    /// `[sip] realm`: another realm needs the password again.
    pub realm: &'s str,
    /// What the peer knows too.
    pub password: &'s SecretString,
}

/// Adds a trunk.
///
/// # Errors
/// Fields that cannot be accepted, a name or user name that another trunk has, or the database.
pub async fn insert_trunk(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &TrunkFields,
    password: Option<&Password<'_>>,
) -> Result<Trunk, ChangeError> {
    let id = TrunkId::new(edit.now, edit.rng);
    insert_trunk_as(db, edit, id, fields, password).await
}

/// Adds a trunk under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert_trunk`].
pub async fn insert_trunk_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TrunkId,
    fields: &TrunkFields,
    password: Option<&Password<'_>>,
) -> Result<Trunk, ChangeError> {
    ChangeError::unless_empty(fields.faults(password.is_some()))?;
    let (md5, sha256) = hashes(fields, password).unzip();
    sqlx::query(
        "insert into telephony.trunk (trunk_id, name, kind, addresses, username, ha1_md5, ha1_sha256, calls_max, enabled)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(fields.kind)
    .bind(&fields.addresses)
    .bind(&fields.username)
    .bind(md5)
    .bind(sha256)
    .bind(fields.calls_max)
    .bind(fields.enabled)
    .execute(&mut *db)
    .await
    .map_err(trunk_taken)?;
    let trunk = query::find_trunk(db, id).await?.ok_or(ChangeError::Unknown("trunk"))?;
    record(db, edit, "telephony.trunk_created.v1", id.as_uuid(), None, Some(&trunk)).await?;
    Ok(trunk)
}

/// Changes the trunk that is at `version`. Without a password the stored one stays, unless the user name changed:
/// the hash is over both.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that another trunk has, or the database.
pub async fn update_trunk(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TrunkId,
    version: i32,
    fields: &TrunkFields,
    password: Option<&Password<'_>>,
) -> Result<Trunk, ChangeError> {
    let before = lock_trunk(db, id, version).await?;
    let keeps = before.has_password && before.fields.username == fields.username;
    ChangeError::unless_empty(fields.faults(password.is_some() || keeps))?;
    let (md5, sha256) = hashes(fields, password).unzip();
    sqlx::query(
        "update telephony.trunk
         set name = $2, kind = $3, addresses = $4, username = $5, calls_max = $6, enabled = $7,
             ha1_md5 = coalesce($8, case when $10 then ha1_md5 end),
             ha1_sha256 = coalesce($9, case when $10 then ha1_sha256 end), version = version + 1
         where trunk_id = $1",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(fields.kind)
    .bind(&fields.addresses)
    .bind(&fields.username)
    .bind(fields.calls_max)
    .bind(fields.enabled)
    .bind(md5)
    .bind(sha256)
    .bind(keeps && fields.kind == TrunkKind::Digest)
    .execute(&mut *db)
    .await
    .map_err(trunk_taken)?;
    let after = query::find_trunk(db, id).await?.ok_or(ChangeError::Unknown("trunk"))?;
    record(db, edit, "telephony.trunk_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a trunk out of use.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive_trunk(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TrunkId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock_trunk(db, id, version).await?;
    sqlx::query("update telephony.trunk set archived_at = $2, version = version + 1 where trunk_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "telephony.trunk_archived.v1", id.as_uuid(), Some(&before), None).await
}

/// Adds a number.
///
/// # Errors
/// Fields that cannot be accepted, a number that is there already, or the database.
pub async fn insert_number(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &NumberFields,
) -> Result<Number, ChangeError> {
    let id = NumberId::new(edit.now, edit.rng);
    insert_number_as(db, edit, id, fields).await
}

/// Adds a number under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert_number`].
pub async fn insert_number_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: NumberId,
    fields: &NumberFields,
) -> Result<Number, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query(
        "insert into telephony.number (number_id, number, flow, description, enabled) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(&fields.number)
    .bind(&fields.flow)
    .bind(&fields.description)
    .bind(fields.enabled)
    .execute(&mut *db)
    .await
    .map_err(number_taken)?;
    let number = query::find_number(db, id).await?.ok_or(ChangeError::Unknown("number"))?;
    record(db, edit, "telephony.number_created.v1", id.as_uuid(), None, Some(&number)).await?;
    Ok(number)
}

/// Changes the number that is at `version`.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a number that is there already, or the database.
pub async fn update_number(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: NumberId,
    version: i32,
    fields: &NumberFields,
) -> Result<Number, ChangeError> {
    let before = lock_number(db, id, version).await?;
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query(
        "update telephony.number
         set number = $2, flow = $3, description = $4, enabled = $5, version = version + 1
         where number_id = $1",
    )
    .bind(id)
    .bind(&fields.number)
    .bind(&fields.flow)
    .bind(&fields.description)
    .bind(fields.enabled)
    .execute(&mut *db)
    .await
    .map_err(number_taken)?;
    let after = query::find_number(db, id).await?.ok_or(ChangeError::Unknown("number"))?;
    record(db, edit, "telephony.number_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a number out of use.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive_number(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: NumberId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock_number(db, id, version).await?;
    sqlx::query("update telephony.number set archived_at = $2, version = version + 1 where number_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "telephony.number_archived.v1", id.as_uuid(), Some(&before), None).await
}

/// Keeps what is known of an uploaded prompt; `version` of `prompt` is not looked at.
///
/// # Errors
/// The database failed.
pub async fn put_prompt(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    prompt: &UploadedPrompt,
) -> Result<UploadedPrompt, ChangeError> {
    sqlx::query(
        "insert into telephony.prompt (locale, name, text, duration_ms, bytes, sha256, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (locale, name) do update
         set text = excluded.text, duration_ms = excluded.duration_ms, bytes = excluded.bytes,
             sha256 = excluded.sha256, uploaded_at = excluded.uploaded_at, version = telephony.prompt.version + 1",
    )
    .bind(prompt.locale)
    .bind(&prompt.name)
    .bind(&prompt.text)
    .bind(prompt.duration_ms)
    .bind(prompt.bytes)
    .bind(&prompt.sha256)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let stored = query::find_prompt(db, prompt.locale, &prompt.name).await?;
    let stored = stored.ok_or(ChangeError::Unknown("prompt"))?;
    let event = NewEvent {
        kind: "telephony.prompt_uploaded.v1".into(),
        journal: Journal::Change,
        subject: base::id::uuid_v7(edit.now, edit.rng), // a prompt is known by name: the event is its own story
        correlation: None,
        author: edit.author,
        payload: json!({ "locale": stored.locale, "name": stored.name, "sha256": stored.sha256 }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(stored)
}

/// A recording is complete on disk. May run twice.
///
/// # Errors
/// The database failed.
pub async fn recording_stored(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    recording: &Recording,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "insert into telephony.recording (recording_id, contact_id, path, bytes, sha256, started_at, duration_ms, channels)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (recording_id) do nothing",
    )
    .bind(recording.id)
    .bind(recording.contact_id)
    .bind(&recording.path)
    .bind(recording.bytes)
    .bind(&recording.sha256)
    .bind(recording.started_at)
    .bind(recording.duration_ms)
    .bind(recording.channels)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let event = NewEvent {
        kind: "telephony.recording_stored.v1".into(),
        journal: Journal::Activity,
        subject: recording.contact_id.as_uuid(),
        correlation: Some(recording.contact_id.as_uuid()),
        author: Author::System,
        payload: json!({
            "recording_id": recording.id, "bytes": recording.bytes, "sha256": recording.sha256,
            "duration_ms": recording.duration_ms,
        }),
    };
    // One recording is stored once: its own id makes the id of its event.
    platform::event::append_as(db, EventId::from_uuid(recording.id.as_uuid()), now, &event).await?;
    Ok(())
}

/// Somebody listens to a recording (CC-TEL-06): who and to what goes into the security log.
///
/// # Errors
/// The database failed.
pub async fn recording_played(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    recording: &Recording,
) -> sqlx::Result<()> {
    let event = NewEvent {
        kind: "telephony.recording_played.v1".into(),
        journal: Journal::Security,
        subject: recording.contact_id.as_uuid(),
        correlation: Some(recording.contact_id.as_uuid()),
        author: edit.author,
        payload: json!({ "recording_id": recording.id }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

/// The file of a recording was removed; the row stays.
///
/// # Errors
/// The database failed.
pub async fn recording_deleted(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RecordingId,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "update telephony.recording set deleted_at = $2 where recording_id = $1 and deleted_at is null",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let event = NewEvent {
        kind: "telephony.recording_deleted.v1".into(),
        journal: Journal::Change,
        subject: id.as_uuid(),
        correlation: None,
        author: edit.author,
        payload: json!({}),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

fn hashes(fields: &TrunkFields, password: Option<&Password<'_>>) -> Option<(String, String)> {
    let username = fields.username.as_deref().filter(|_| fields.kind == TrunkKind::Digest)?;
    let given = password?;
    Some(crate::sip::directory::ha1(username, given.realm, given.password.expose_secret()))
}

async fn lock_trunk(db: &mut PgConnection, id: TrunkId, version: i32) -> Result<Trunk, ChangeError> {
    sqlx::query("select 1 from telephony.trunk where trunk_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let present = query::find_trunk(db, id).await?.ok_or(ChangeError::Unknown("trunk"))?;
    same_version(present.version, version)?;
    Ok(present)
}

async fn lock_number(db: &mut PgConnection, id: NumberId, version: i32) -> Result<Number, ChangeError> {
    sqlx::query("select 1 from telephony.number where number_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let present = query::find_number(db, id).await?.ok_or(ChangeError::Unknown("number"))?;
    same_version(present.version, version)?;
    Ok(present)
}

fn trunk_taken(error: sqlx::Error) -> ChangeError {
    match ChangeError::on_constraint(error, "trunk_name_key", "/name", "another trunk has this name") {
        ChangeError::Database(error) => ChangeError::on_constraint(
            error,
            "trunk_username_key",
            "/username",
            "another trunk has this user name",
        ),
        taken => taken,
    }
}

fn number_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "number_number_key", "/number", "this number is there already")
}
