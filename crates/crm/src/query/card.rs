//! SQL that reads kinds of cards and single cards.

use crate::card::{Card, CardKind};
use base::id::{CardId, CardKindId};
use sqlx::PgConnection;

/// The kinds of cards in use, by key.
///
/// # Errors
/// The database failed.
pub async fn card_kinds(db: &mut PgConnection) -> sqlx::Result<Vec<CardKind>> {
    sqlx::query_as(
        "select card_kind_id, key, title, plural, icon, title_template, readers, editors, created_at, updated_at, version
         from crm.card_kind where archived_at is null order by key",
    )
    .fetch_all(db)
    .await
}

/// One kind of cards in use.
///
/// # Errors
/// The database failed.
pub async fn find_card_kind(db: &mut PgConnection, id: CardKindId) -> sqlx::Result<Option<CardKind>> {
    Ok(card_kinds(db).await?.into_iter().find(|kind| kind.id == id))
}

/// The kind of cards in use that is called so.
///
/// # Errors
/// The database failed.
pub async fn card_kind_called(db: &mut PgConnection, key: &str) -> sqlx::Result<Option<CardKind>> {
    Ok(card_kinds(db).await?.into_iter().find(|kind| kind.fields.key == key))
}

/// One card in use.
///
/// # Errors
/// The database failed.
pub async fn find_card(db: &mut PgConnection, id: CardId) -> sqlx::Result<Option<Card>> {
    sqlx::query_as(
        "select c.card_id, c.kind, c.attributes, c.created_at, c.updated_at, c.version
         from crm.card c join crm.card_kind k on k.key = c.kind
         where c.card_id = $1 and c.archived_at is null and k.archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// These cards, as far as they are in use.
///
/// # Errors
/// The database failed.
pub async fn find_cards(db: &mut PgConnection, ids: &[CardId]) -> sqlx::Result<Vec<Card>> {
    sqlx::query_as(
        "select c.card_id, c.kind, c.attributes, c.created_at, c.updated_at, c.version
         from crm.card c join crm.card_kind k on k.key = c.kind
         where c.card_id = any($1) and c.archived_at is null and k.archived_at is null",
    )
    .bind(ids)
    .fetch_all(db)
    .await
}
