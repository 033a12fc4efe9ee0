//! Kinds of links: create, change, archive.

use super::{record, same_version};
use crate::link::{LINK_KINDS_MAX, LinkKind, LinkKindFields};
use crate::query;
use base::id::LinkKindId;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Creates a kind of link.
///
/// # Errors
/// Fields that cannot be accepted, a key that is or was used, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &LinkKindFields,
) -> Result<LinkKind, ChangeError> {
    let mut faults = fields.faults();
    for (pointer, kind) in [("/from", &fields.from_kind), ("/to", &fields.to_kind)] {
        if !query::is_record_kind(db, kind).await? {
            faults.push(FieldFault::new(pointer, "is neither customer nor the key of a kind of card"));
        }
    }
    ChangeError::unless_empty(faults)?;
    let count: i64 = sqlx::query_scalar("select count(*) from crm.link_kind").fetch_one(&mut *db).await?;
    if usize::try_from(count).is_ok_and(|count| count >= LINK_KINDS_MAX) {
        let detail = format!("there are {LINK_KINDS_MAX} kinds already, the most that there can be");
        return Err(ChangeError::Invalid(vec![FieldFault::new("", detail)]));
    }
    let id = LinkKindId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into crm.link_kind (link_kind_id, key, title, reverse_title, from_kind, from_customer, to_kind,
             to_customer, cardinality, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(id)
    .bind(&fields.key)
    .bind(Json(&fields.title))
    .bind(Json(&fields.reverse_title))
    .bind(&fields.from_kind)
    .bind(fields.from_customer)
    .bind(&fields.to_kind)
    .bind(fields.to_customer)
    .bind(fields.cardinality)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        let detail = "another kind of link has or had this key";
        ChangeError::on_constraint(error, "link_kind_key_key", "/key", detail)
    })?;
    let kind = query::find_link_kind(db, id).await?.ok_or(ChangeError::Unknown("kind of link"))?;
    record(db, edit, "crm.link_kind_created.v1", id.as_uuid(), None, Some(&kind)).await?;
    Ok(kind)
}

/// Changes the kind that is at `version`. Its key and what it links stay; fewer links at most are accepted when none
/// has more.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, links that are too many, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: LinkKindId,
    version: i32,
    fields: &LinkKindFields,
) -> Result<LinkKind, ChangeError> {
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    let mut faults = fields.faults();
    let was = &before.fields;
    for (pointer, same) in [
        ("/key", was.key == fields.key),
        ("/from", was.from_kind == fields.from_kind && was.from_customer == fields.from_customer),
        ("/to", was.to_kind == fields.to_kind && was.to_customer == fields.to_customer),
    ] {
        if !same {
            faults.push(FieldFault::new(pointer, "cannot be changed: archive this kind and add another"));
        }
    }
    ChangeError::unless_empty(faults)?;
    sqlx::query("update crm.link set from_single = $2, to_single = $3 where link_kind_id = $1")
        .bind(id)
        .bind(fields.cardinality.is_from_single())
        .bind(fields.cardinality.is_to_single())
        .execute(&mut *db)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => ChangeError::Taken(FieldFault::new(
                "/cardinality",
                "there are records with more links of this kind: remove some first",
            )),
            _ => error.into(),
        })?;
    sqlx::query(
        "update crm.link_kind
         set title = $2, reverse_title = $3, cardinality = $4, updated_at = $5, version = version + 1
         where link_kind_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(Json(&fields.reverse_title))
    .bind(fields.cardinality)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let after = query::find_link_kind(db, id).await?.ok_or(ChangeError::Unknown("kind of link"))?;
    record(db, edit, "crm.link_kind_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a kind out of use. Its links are kept, unseen.
///
/// # Errors
/// Unknown, changed meanwhile, one that the server itself needs, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: LinkKindId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    if before.built_in {
        let detail = format!("{} is used by the server itself: it cannot be archived", before.fields.key);
        return Err(ChangeError::InUse(detail));
    }
    sqlx::query("update crm.link_kind set archived_at = $2, version = version + 1 where link_kind_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "crm.link_kind_archived.v1", id.as_uuid(), Some(&before), None).await
}

/// Links of the kind wait until the transaction ends, as they share its row.
async fn locked(db: &mut PgConnection, id: LinkKindId) -> Result<LinkKind, ChangeError> {
    sqlx::query("select 1 from crm.link_kind where link_kind_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    query::find_link_kind(db, id).await?.ok_or(ChangeError::Unknown("kind of link"))
}
