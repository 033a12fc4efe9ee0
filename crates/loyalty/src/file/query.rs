//! SQL that reads structures and files.

use super::FileKind;
use super::record::{FileState, LoyaltyFile, StoredStructure, StructureFields, Tally};
use super::structure::Structure;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct StructureRow {
    structure_id: Uuid,
    programme_id: Uuid,
    title: String,
    definition: Json<Structure>,
    active: bool,
    announce: bool,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<StructureRow> for StoredStructure {
    fn from(row: StructureRow) -> Self {
        Self {
            id: row.structure_id,
            fields: StructureFields {
                programme_id: row.programme_id,
                title: row.title,
                active: row.active,
                announce: row.announce,
                structure: row.definition.0,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// All structures, by title.
///
/// # Errors
/// The database failed.
pub async fn structures(db: &mut PgConnection) -> sqlx::Result<Vec<StoredStructure>> {
    let rows: Vec<StructureRow> = sqlx::query_as(
        "select structure_id, programme_id, title, definition, active, announce, version, created_at, updated_at
         from loyalty.file_structure order by title, structure_id",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(StoredStructure::from).collect())
}

/// One structure.
///
/// # Errors
/// The database failed.
pub async fn structure(db: &mut PgConnection, structure_id: Uuid) -> sqlx::Result<Option<StoredStructure>> {
    let row: Option<StructureRow> = sqlx::query_as(
        "select structure_id, programme_id, title, definition, active, announce, version, created_at, updated_at
         from loyalty.file_structure where structure_id = $1",
    )
    .bind(structure_id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(StoredStructure::from))
}

/// Which files are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this type.
    pub kind: Option<FileKind>,
    /// In this state.
    pub state: Option<FileState>,
    /// Of this programme.
    pub programme_id: Option<Uuid>,
    /// With this in the name.
    pub name: Option<String>,
    /// Started at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Started before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Only those behind this one in the list.
    pub after: Option<(DateTime<Utc>, Uuid)>,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    file_id: Uuid,
    programme_id: Option<Uuid>,
    structure_id: Option<Uuid>,
    name: String,
    kind: Option<String>,
    sha256: Option<Vec<u8>>,
    state: FileState,
    refusal_code: Option<String>,
    refusal: Option<String>,
    repeats: Option<Uuid>,
    bytes: i64,
    lines: i64,
    done: i64,
    reject_bytes: i64,
    tally: Json<Tally>,
    lanes: Option<Json<Vec<Tally>>>,
    started_at: DateTime<Utc>,
    moved_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<FileRow> for LoyaltyFile {
    fn from(row: FileRow) -> Self {
        let mut tally = row.tally.0;
        row.lanes.iter().flat_map(|lanes| &lanes.0).for_each(|lane| tally.add(lane));
        Self {
            id: row.file_id,
            programme_id: row.programme_id,
            structure_id: row.structure_id,
            name: row.name,
            kind: row.kind.as_deref().and_then(FileKind::from_name),
            sha256: row.sha256.map(hex::encode),
            state: row.state,
            refusal_code: row.refusal_code,
            refusal: row.refusal,
            repeats: row.repeats,
            bytes: row.bytes,
            lines: row.lines,
            done: row.done,
            tally,
            has_rejects: row.reject_bytes > 0,
            started_at: row.started_at,
            moved_at: row.moved_at,
            finished_at: row.finished_at,
        }
    }
}

/// Files that fulfil a condition, each with its lanes while it is being applied.
macro_rules! files_where {
    ($condition:literal) => {
        concat!(
            "select f.file_id, f.programme_id, f.structure_id, f.name, f.kind, f.sha256, f.state, f.refusal_code,
                f.refusal, f.repeats, f.bytes, f.tally, f.started_at, f.finished_at, l.tallies as lanes,
                greatest(f.lines, l.units) as lines, coalesce(l.done, f.done) as done,
                coalesce(l.reject_bytes, f.reject_bytes) as reject_bytes, coalesce(l.moved_at, f.moved_at) as moved_at
             from loyalty.file f
             left join lateral (
                select jsonb_agg(lane.tally) as tallies, max(lane.units) as units, sum(lane.done)::bigint as done,
                    sum(lane.reject_bytes)::bigint as reject_bytes, max(lane.moved_at) as moved_at
                from loyalty.file_lane lane where lane.file_id = f.file_id) l on true
             where ",
            $condition
        )
    };
}

/// Up to `limit` files, the newest first.
///
/// # Errors
/// The database failed.
pub async fn files(db: &mut PgConnection, filter: &Filter, limit: i64) -> sqlx::Result<Vec<LoyaltyFile>> {
    let rows: Vec<FileRow> = sqlx::query_as(files_where!(
        "($1::text is null or kind = $1) and ($2::text is null or state = $2)
            and ($3::uuid is null or programme_id = $3)
            and ($4::text is null or position(lower($4) in lower(name)) > 0)
            and ($5::timestamptz is null or started_at >= $5) and ($6::timestamptz is null or started_at < $6)
            and ($7::timestamptz is null or (started_at, file_id) < ($7, $8))
         order by started_at desc, file_id desc limit $9"
    ))
    .bind(filter.kind.map(FileKind::as_str))
    .bind(filter.state)
    .bind(filter.programme_id)
    .bind(&filter.name)
    .bind(filter.from)
    .bind(filter.to)
    .bind(filter.after.map(|(started_at, _)| started_at))
    .bind(filter.after.map(|(_, file_id)| file_id))
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(LoyaltyFile::from).collect())
}

/// One file.
///
/// # Errors
/// The database failed.
pub async fn file(db: &mut PgConnection, file_id: Uuid) -> sqlx::Result<Option<LoyaltyFile>> {
    let row: Option<FileRow> =
        sqlx::query_as(files_where!("f.file_id = $1")).bind(file_id).fetch_optional(db).await?;
    Ok(row.map(LoyaltyFile::from))
}

/// The code of the programme's bonus type, when it has one only.
///
/// # Errors
/// The database failed.
pub async fn only_bonus_type(db: &mut PgConnection, programme_id: Uuid) -> sqlx::Result<Option<String>> {
    let codes: Vec<String> = sqlx::query_scalar(
        "select code from loyalty.bonus_type where programme_id = $1 order by code limit 2",
    )
    .bind(programme_id)
    .fetch_all(db)
    .await?;
    Ok(match <[String; 1]>::try_from(codes) {
        Ok([code]) => Some(code),
        Err(_) => None,
    })
}
