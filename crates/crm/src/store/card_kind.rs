//! Kinds of cards: create, change, archive. They are in use at once, for every server.

use super::{lock_structure, record, same_version};
use crate::card::{CARD_KINDS_MAX, CardKind, CardKindFields};
use crate::query;
use base::id::CardKindId;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Creates a kind of card.
///
/// # Errors
/// Fields that cannot be accepted, a key that is or was used, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &CardKindFields,
) -> Result<CardKind, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let count: i64 = sqlx::query_scalar("select count(*) from crm.card_kind").fetch_one(&mut *db).await?;
    if usize::try_from(count).is_ok_and(|count| count >= CARD_KINDS_MAX) {
        let detail = format!("there are {CARD_KINDS_MAX} kinds already, the most that there can be");
        return Err(ChangeError::Invalid(vec![FieldFault::new("", detail)]));
    }
    let id = CardKindId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into crm.card_kind (card_kind_id, key, title, plural, icon, title_template, readers, editors,
             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(id)
    .bind(&fields.key)
    .bind(Json(&fields.title))
    .bind(Json(&fields.plural))
    .bind(&fields.icon)
    .bind(fields.title_template.trim())
    .bind(&fields.readers)
    .bind(&fields.editors)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        let detail = "another kind of card has or had this key";
        ChangeError::on_constraint(error, "card_kind_key_key", "/key", detail)
    })?;
    let kind = query::find_card_kind(db, id).await?.ok_or(ChangeError::Unknown("kind of card"))?;
    record(db, edit, "crm.card_kind_created.v1", id.as_uuid(), None, Some(&kind)).await?;
    Ok(kind)
}

/// Changes the kind that is at `version`. Its key stays.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CardKindId,
    version: i32,
    fields: &CardKindFields,
) -> Result<CardKind, ChangeError> {
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    let mut faults = fields.faults();
    if before.fields.key != fields.key {
        faults.push(FieldFault::new("/key", "cannot be changed: archive this kind and add another"));
    }
    ChangeError::unless_empty(faults)?;
    sqlx::query(
        "update crm.card_kind
         set title = $2, plural = $3, icon = $4, title_template = $5, readers = $6, editors = $7, updated_at = $8,
             version = version + 1
         where card_kind_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(Json(&fields.plural))
    .bind(&fields.icon)
    .bind(fields.title_template.trim())
    .bind(&fields.readers)
    .bind(&fields.editors)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let after = query::find_card_kind(db, id).await?.ok_or(ChangeError::Unknown("kind of card"))?;
    record(db, edit, "crm.card_kind_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a kind out of use, with all cards of it. They are kept, unseen.
///
/// # Errors
/// Unknown, changed meanwhile, a kind that links or attributes in use name, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CardKindId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    lock_structure(db, &before.fields.key).await?;
    let used: Option<String> = sqlx::query_scalar(
        "select key from crm.link_kind where archived_at is null and (from_kind = $1 or to_kind = $1)
         union all
         select record_kind || '.' || key from crm.attribute
         where archived_at is null and link_to = $1 and record_kind <> $1
         limit 1",
    )
    .bind(&before.fields.key)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(used) = used {
        return Err(ChangeError::InUse(format!("{used} links to cards of this kind: archive it first")));
    }
    sqlx::query("update crm.card_kind set archived_at = $2, version = version + 1 where card_kind_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "crm.card_kind_archived.v1", id.as_uuid(), Some(&before), None).await
}

async fn locked(db: &mut PgConnection, id: CardKindId) -> Result<CardKind, ChangeError> {
    sqlx::query("select 1 from crm.card_kind where card_kind_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    query::find_card_kind(db, id).await?.ok_or(ChangeError::Unknown("kind of card"))
}
