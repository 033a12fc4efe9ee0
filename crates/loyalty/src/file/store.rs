//! SQL that changes structures and files.

use super::line::LineKey;
use super::query;
use super::record::{FileState, Lane, NewFile, Place, StoredStructure, StructureFields, TITLE_MAX, Tally};
use base::event::Journal;
use base::{Author, ChangeError, Edit, FieldFault, NewEvent, id};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// Adds a structure.
///
/// # Errors
/// Fields that cannot be accepted, a name that another structure recognises, or the database.
pub async fn insert_structure(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &StructureFields,
) -> Result<StoredStructure, ChangeError> {
    ChangeError::unless_empty(faults(fields))?;
    let structure_id = id::uuid_v7(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.file_structure
            (structure_id, programme_id, title, kind, prefix, suffix, definition, active, announce,
            created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(structure_id)
    .bind(fields.programme_id)
    .bind(fields.title.trim())
    .bind(fields.structure.kind.as_str())
    .bind(&fields.structure.prefix)
    .bind(&fields.structure.suffix)
    .bind(Json(&fields.structure))
    .bind(fields.active)
    .bind(fields.announce)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(refused)?;
    let after = query::structure(db, structure_id).await?.ok_or(ChangeError::Unknown("structure"))?;
    record(db, edit, "loyalty.file_structure_created.v1", None, Some(&after)).await?;
    Ok(after)
}

/// Changes the structure that is at `version`. Files that are being read go on as they began.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update_structure(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    structure_id: Uuid,
    version: i32,
    fields: &StructureFields,
) -> Result<StoredStructure, ChangeError> {
    ChangeError::unless_empty(faults(fields))?;
    let before = query::structure(db, structure_id).await?.ok_or(ChangeError::Unknown("structure"))?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    let changed = sqlx::query(
        "update loyalty.file_structure
         set programme_id = $3, title = $4, kind = $5, prefix = $6, suffix = $7, definition = $8, active = $9,
             announce = $10, updated_at = $11, version = version + 1
         where structure_id = $1 and version = $2",
    )
    .bind(structure_id)
    .bind(version)
    .bind(fields.programme_id)
    .bind(fields.title.trim())
    .bind(fields.structure.kind.as_str())
    .bind(&fields.structure.prefix)
    .bind(&fields.structure.suffix)
    .bind(Json(&fields.structure))
    .bind(fields.active)
    .bind(fields.announce)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(refused)?;
    let after = query::structure(db, structure_id).await?.ok_or(ChangeError::Unknown("structure"))?;
    if changed.rows_affected() == 0 {
        return Err(ChangeError::Stale { given: version, present: after.version });
    }
    record(db, edit, "loyalty.file_structure_changed.v1", Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Removes a structure. What its files caused stays.
///
/// # Errors
/// Unknown, or the database.
pub async fn delete_structure(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    structure_id: Uuid,
) -> Result<(), ChangeError> {
    let before = query::structure(db, structure_id).await?.ok_or(ChangeError::Unknown("structure"))?;
    sqlx::query("delete from loyalty.file_structure where structure_id = $1")
        .bind(structure_id)
        .execute(&mut *db)
        .await?;
    record(db, edit, "loyalty.file_structure_deleted.v1", Some(&before), None).await?;
    Ok(())
}

fn faults(fields: &StructureFields) -> Vec<FieldFault> {
    let mut faults = fields.structure.check();
    if !(1..=TITLE_MAX).contains(&fields.title.trim().chars().count()) {
        faults.push(FieldFault::new("/title", format!("must have 1 to {TITLE_MAX} characters")));
    }
    faults
}

fn refused(error: sqlx::Error) -> ChangeError {
    let violated = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    let (pointer, detail) = match violated {
        Some("file_structure_name_key") => ("/prefix", "another structure has this prefix and suffix"),
        Some("file_structure_programme_fkey") => ("/programme_id", "there is no such programme"),
        _ => return error.into(),
    };
    ChangeError::Taken(FieldFault::new(pointer, detail))
}

async fn record(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    before: Option<&StoredStructure>,
    after: Option<&StoredStructure>,
) -> sqlx::Result<()> {
    let subject = after.or(before).map_or(Uuid::nil(), |structure| structure.id);
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject,
        correlation: None,
        author: edit.author,
        payload: json!({ "before": before, "after": after }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await.map(drop)
}

/// Writes down that a file is being applied in so many lanes, or finds the one with the same content: then how that one
/// stands, in the lanes in which it began.
///
/// # Errors
/// The database failed.
pub async fn start(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    author: Author,
    file: &NewFile<'_>,
    lanes: usize,
) -> sqlx::Result<Started> {
    let inserted = insert(db, now, author, file, FileState::Running, None).await?;
    if inserted {
        sqlx::query(
            "insert into loyalty.file_lane (file_id, lane, units, moved_at)
             select $1, lane, $3, $4 from generate_series(0, $2 - 1) as lane",
        )
        .bind(file.id)
        .bind(i32::try_from(lanes).unwrap_or(1))
        .bind(whole(file.lines))
        .bind(now)
        .execute(db)
        .await?;
        return Ok(Started::Here(Place::new(file.id, lanes)));
    }
    let version = file.structure.map(|structure| structure.version);
    let (known, state): (Uuid, FileState) = sqlx::query_as(
        "select file_id, state from loyalty.file
         where sha256 = $1 and structure_id = $2 and structure_version = $3 and state in ('running', 'done')",
    )
    .bind(file.sha256.as_ref().map(|hash| &hash[..]))
    .bind(file.structure.map(|structure| structure.id))
    .bind(version)
    .fetch_one(&mut *db)
    .await?;
    match state {
        FileState::Running => place(db, known).await.map(Started::Here),
        FileState::Done | FileState::Refused | FileState::Repeated => {
            insert(db, now, author, file, FileState::Repeated, Some(known)).await?;
            Ok(Started::Before(known))
        }
    }
}

/// What the start of a file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is applied from here on: new, or from where a server died.
    Here(Place),
    /// The same content was applied by this file.
    Before(Uuid),
}

async fn insert(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    author: Author,
    file: &NewFile<'_>,
    state: FileState,
    repeats: Option<Uuid>,
) -> sqlx::Result<bool> {
    let (author_kind, author_id) = author_words(author);
    let structure = file.structure;
    let inserted = sqlx::query(
        "insert into loyalty.file (file_id, programme_id, structure_id, structure_version, name, kind, sha256, state,
            repeats, bytes, lines, author_kind, author_id, started_at, moved_at, finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14,
            case when $8 = 'running' then null else $14 end)
         on conflict (sha256, structure_id, structure_version) where state in ('running', 'done') do nothing",
    )
    .bind(file.id)
    .bind(structure.map(|structure| structure.fields.programme_id))
    .bind(structure.map(|structure| structure.id))
    .bind(structure.map(|structure| structure.version))
    .bind(file.name)
    .bind(structure.map(|structure| structure.fields.structure.kind.as_str()))
    .bind(file.sha256.as_ref().map(|hash| &hash[..]))
    .bind(state)
    .bind(repeats)
    .bind(whole(file.bytes))
    .bind(whole(file.lines))
    .bind(author_kind)
    .bind(author_id)
    .bind(now)
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes down that a file was refused as a whole.
///
/// # Errors
/// The database failed.
pub async fn refuse(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    author: Author,
    file: &NewFile<'_>,
    code: &str,
    reason: &str,
) -> sqlx::Result<()> {
    let (author_kind, author_id) = author_words(author);
    sqlx::query(
        "insert into loyalty.file (file_id, programme_id, structure_id, structure_version, name, kind, state,
            refusal_code, refusal, bytes, lines, author_kind, author_id, started_at, moved_at, finished_at)
         values ($1, $2, $3, $4, $5, $6, 'refused', $7, $8, $9, $10, $11, $12, $13, $13, $13)",
    )
    .bind(file.id)
    .bind(file.structure.map(|structure| structure.fields.programme_id))
    .bind(file.structure.map(|structure| structure.id))
    .bind(file.structure.map(|structure| structure.version))
    .bind(file.name)
    .bind(file.structure.map(|structure| structure.fields.structure.kind.as_str()))
    .bind(code)
    .bind(reason)
    .bind(whole(file.bytes))
    .bind(whole(file.lines))
    .bind(author_kind)
    .bind(author_id)
    .bind(now)
    .execute(db)
    .await
    .map(drop)
}

async fn place(db: &mut PgConnection, file_id: Uuid) -> sqlx::Result<Place> {
    let rows: Vec<(i64, i64, i64, Json<Tally>)> = sqlx::query_as(
        "select reached, done, reject_bytes, tally from loyalty.file_lane where file_id = $1 order by lane",
    )
    .bind(file_id)
    .fetch_all(db)
    .await?;
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    let lane = |(reached, done, reject_bytes, Json(tally))| Lane {
        reached: unsigned(reached),
        done: unsigned(done),
        reject_bytes: unsigned(reject_bytes),
        tally,
    };
    Ok(Place { id: file_id, lanes: rows.into_iter().map(lane).collect() })
}

/// Moves a lane of a file on from `from` to `to`, in the transaction of what its lines cause. False when it does not
/// stand at `from`: another server moved it, and the caller rolls back.
///
/// The caller's commit does not wait for the disk: what a machine that loses its power forgets of it is applied again,
/// because the place is forgotten with it. [`finish`] waits, for everything before it too.
///
/// # Errors
/// The database failed.
pub async fn advance(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    (file_id, lane): (Uuid, usize),
    from: u64,
    to: &Lane,
    units: u64,
) -> sqlx::Result<bool> {
    let moved = sqlx::query(
        "update loyalty.file_lane
         set reached = $4, done = $5, reject_bytes = $6, tally = $7, units = $8, moved_at = $9
         where file_id = $1 and lane = $2 and reached = $3
         returning set_config('synchronous_commit', 'off', true)",
    )
    .bind(file_id)
    .bind(i16::try_from(lane).unwrap_or(i16::MAX))
    .bind(whole(from))
    .bind(whole(to.reached))
    .bind(whole(to.done))
    .bind(whole(to.reject_bytes))
    .bind(Json(&to.tally))
    .bind(whole(units))
    .bind(now)
    .execute(db)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Writes down that all of a file is done, with what became of it. False when it was done before.
///
/// # Errors
/// The database failed.
pub async fn finish(db: &mut PgConnection, now: DateTime<Utc>, place: &Place) -> sqlx::Result<bool> {
    let total = place.total();
    let done = sqlx::query(
        "with lanes as (delete from loyalty.file_lane where file_id = $1 returning units)
         update loyalty.file
         set state = 'done', done = $3, reject_bytes = $4, tally = $5, moved_at = $2, finished_at = $2,
            lines = greatest(lines, (select max(units) from lanes))
         where file_id = $1 and state = 'running'",
    )
    .bind(place.id)
    .bind(now)
    .bind(whole(total.done))
    .bind(whole(total.reject_bytes))
    .bind(Json(&total.tally))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks lines of top-ups as counted; those that were not before. Whoever rolls back has counted nothing.
///
/// # Errors
/// The database failed.
pub async fn count_lines(
    db: &mut PgConnection,
    today: NaiveDate,
    keys: &[LineKey],
) -> sqlx::Result<Vec<LineKey>> {
    let bytes: Vec<&[u8]> = keys.iter().map(|key| &key.0[..]).collect();
    let new: Vec<Vec<u8>> = sqlx::query_scalar(
        "insert into loyalty.file_line (key, counted_on) select given.key, $2 from unnest($1::bytea[]) as given (key)
         order by given.key -- the lanes of a file wait for each other in one order
         on conflict (key) do nothing returning key",
    )
    .bind(bytes)
    .bind(today)
    .fetch_all(db)
    .await?;
    Ok(new.into_iter().filter_map(|key| key.try_into().ok().map(LineKey)).collect())
}

/// The columns of an author.
pub(crate) const fn author_words(author: Author) -> (&'static str, Option<Uuid>) {
    match author {
        Author::Person(id) => ("person", Some(id.as_uuid())),
        Author::ApiKey(id) => ("api_key", Some(id.as_uuid())),
        Author::System => ("system", None),
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
