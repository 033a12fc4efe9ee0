//! SQL that reads masters.

use crate::id::MasterId;
use crate::master::{Master, MasterFields, MasterKind, MasterSearch, ReasonArea, ReasonRefusal};
use base::LocalText;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashSet};

#[derive(sqlx::FromRow)]
struct Row {
    master_id: MasterId,
    kind: MasterKind,
    code: String,
    #[sqlx(json)]
    title: LocalText,
    parent: Option<String>,
    areas: Vec<String>,
    #[sqlx(json)]
    attributes: Map<String, Value>,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl From<Row> for Master {
    fn from(row: Row) -> Self {
        let Row {
            master_id,
            kind,
            code,
            title,
            parent,
            areas,
            attributes,
            active,
            created_at,
            updated_at,
            version,
        } = row;
        let areas = areas.iter().filter_map(|word| ReasonArea::from_word(word)).collect();
        let fields = MasterFields { code, title, parent, areas, attributes, active };
        Self { id: master_id, kind, fields, created_at, updated_at, version }
    }
}

/// One entry.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: MasterId) -> sqlx::Result<Option<Master>> {
    let row: Option<Row> = sqlx::query_as(
        "select master_id, kind, code, title, parent, areas, attributes, active, created_at, updated_at, version
         from loyalty.master where master_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Master::from))
}

/// The entry with this code, in use or not.
///
/// # Errors
/// The database failed.
pub async fn called(db: &mut PgConnection, kind: MasterKind, code: &str) -> sqlx::Result<Option<Master>> {
    let row: Option<Row> = sqlx::query_as(
        "select master_id, kind, code, title, parent, areas, attributes, active, created_at, updated_at, version
         from loyalty.master where kind = $1 and code = $2",
    )
    .bind(kind)
    .bind(code)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Master::from))
}

/// At most `limit` entries of a master, by code.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    kind: MasterKind,
    search: &MasterSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<Master>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select master_id, kind, code, title, parent, areas, attributes, active, created_at, updated_at, version
         from loyalty.master
         where kind = $1
             and ($2::text is null or code ilike $2
                 or exists (select 1 from jsonb_each_text(title) as texts where texts.value ilike $2))
             and ($3::text is null or parent = $3)
             and ($4::text is null or $4 = any(areas))
             and ($5::boolean is null or active = $5)
             and ($6::text is null or code collate \"C\" > $6)
         order by code collate \"C\" limit $7",
    )
    .bind(kind)
    .bind(&search.pattern)
    .bind(search.parent)
    .bind(search.area.map(ReasonArea::as_str))
    .bind(search.active)
    .bind(&search.after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Master::from).collect())
}

/// Whether a code stands in a list and is in use. Until somebody has written the first entry of the list, any code is
/// taken: a programme may start before its masters are complete (CIMP-SVC-03).
///
/// # Errors
/// The database failed.
pub async fn is_listed_where_kept(db: &mut PgConnection, kind: MasterKind, code: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select not exists (select 1 from loyalty.master where kind = $1)
             or exists (select 1 from loyalty.master where kind = $1 and code = $2 and active)",
    )
    .bind(kind)
    .bind(code)
    .fetch_one(db)
    .await
}

/// Which of these codes may not be named: their list has entries and they are not among those in use (CIMP-SVC-03,
/// CIMP-MST-02 … CIMP-MST-07). One question for many lines of a file.
///
/// # Errors
/// The database failed.
pub async fn unlisted(
    db: &mut PgConnection,
    named: &BTreeSet<(MasterKind, &str)>,
) -> sqlx::Result<HashSet<(MasterKind, String)>> {
    if named.is_empty() {
        return Ok(HashSet::new());
    }
    let (kinds, codes): (Vec<&str>, Vec<&str>) =
        named.iter().map(|(kind, code)| (kind.as_str(), *code)).unzip();
    let found: Vec<(MasterKind, String)> = sqlx::query_as(
        "select named.kind, named.code
         from unnest($1::text[], $2::text[]) as named (kind, code)
         join (select distinct kind from loyalty.master where active) as kept on kept.kind = named.kind
         where not exists (
             select from loyalty.master m where m.kind = named.kind and m.code = named.code and m.active)",
    )
    .bind(kinds)
    .bind(codes)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}

/// Whether a reason is in use and valid for an operation (CIMP-TXN-04). Until somebody has written the first reason for
/// the operation, any code is taken: a programme may start before its masters are complete.
///
/// # Errors
/// The database failed.
pub async fn check_reason_where_kept(
    db: &mut PgConnection,
    code: &str,
    area: ReasonArea,
) -> sqlx::Result<Result<(), ReasonRefusal>> {
    let kept: bool = sqlx::query_scalar(
        "select exists (select 1 from loyalty.master where kind = 'reason' and active and $1 = any(areas))",
    )
    .bind(area.as_str())
    .fetch_one(&mut *db)
    .await?;
    if kept { check_reason(db, code, area).await } else { Ok(Ok(())) }
}

/// Whether a reason is in use and valid for an operation.
///
/// # Errors
/// The database failed.
pub async fn check_reason(
    db: &mut PgConnection,
    code: &str,
    area: ReasonArea,
) -> sqlx::Result<Result<(), ReasonRefusal>> {
    let reason = called(db, MasterKind::Reason, code).await?.filter(|reason| reason.fields.active);
    Ok(match reason {
        None => Err(ReasonRefusal::Unknown(code.to_owned())),
        Some(reason) if reason.fields.areas.contains(&area) => Ok(()),
        Some(_) => Err(ReasonRefusal::OtherArea { code: code.to_owned(), area }),
    })
}
