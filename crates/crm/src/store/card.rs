//! Cards: create, change, archive.

use super::{hold_structure, record, same_version, values};
use crate::attribute::{self, Values};
use crate::card::Card;
use crate::query;
use crate::viewer::Viewer;
use base::id::CardId;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Adds a card. `viewer` is who gives the values.
///
/// # Errors
/// No such kind, values that cannot be accepted, a unique value of another card, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    kind: &str,
    given: &Values,
) -> Result<Card, ChangeError> {
    hold_structure(db, kind).await?;
    if query::card_kind_called(db, kind).await?.is_none() {
        let fault = FieldFault::new("/kind", "there is no such kind of card");
        return Err(ChangeError::Invalid(vec![fault]));
    }
    let attributes = query::attributes(db, kind).await?;
    let given =
        attribute::checked(&attributes, &Values::new(), given, viewer).map_err(ChangeError::Invalid)?;
    let id = CardId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into crm.card (card_id, kind, attributes, created_at, updated_at) values ($1, $2, $3, $4, $4)",
    )
    .bind(id)
    .bind(kind)
    .bind(Json(&given))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    values::keep(db, id.as_uuid(), &attributes, &Values::new(), &given).await?;
    let card = query::find_card(db, id).await?.ok_or(ChangeError::Unknown("card"))?;
    record(db, edit, "crm.card_created.v1", id.as_uuid(), None, Some(&card)).await?;
    Ok(card)
}

/// Changes the card that is at `version`.
///
/// # Errors
/// Unknown, changed meanwhile, values that cannot be accepted, a unique value of another card, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    id: CardId,
    version: i32,
    given: &Values,
) -> Result<Card, ChangeError> {
    let kind = query::find_card(db, id).await?.ok_or(ChangeError::Unknown("card"))?.kind;
    hold_structure(db, &kind).await?;
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    let attributes = query::attributes(db, &kind).await?;
    let given =
        attribute::checked(&attributes, &before.attributes, given, viewer).map_err(ChangeError::Invalid)?;
    sqlx::query(
        "update crm.card set attributes = $2, updated_at = $3, version = version + 1 where card_id = $1",
    )
    .bind(id)
    .bind(Json(&given))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    values::keep(db, id.as_uuid(), &attributes, &before.attributes, &given).await?;
    let after = query::find_card(db, id).await?.ok_or(ChangeError::Unknown("card"))?;
    record(db, edit, "crm.card_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a card out of use. Its links end, and its unique values are free for another.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CardId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    for link in query::links_of(db, id.as_uuid()).await? {
        super::link::remove(db, edit, link.id).await?;
    }
    for statement in [
        "delete from crm.attribute_key where record_id = $1",
        "delete from crm.attribute_word where record_id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *db).await?;
    }
    sqlx::query("update crm.card set archived_at = $2, version = version + 1 where card_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record(db, edit, "crm.card_archived.v1", id.as_uuid(), Some(&before), None).await
}

async fn locked(db: &mut PgConnection, id: CardId) -> Result<Card, ChangeError> {
    sqlx::query("select 1 from crm.card where card_id = $1 for update").bind(id).execute(&mut *db).await?;
    query::find_card(db, id).await?.ok_or(ChangeError::Unknown("card"))
}
