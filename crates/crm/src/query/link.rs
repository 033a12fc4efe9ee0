//! SQL that reads links and their kinds.

use crate::customer::CustomerKind;
use crate::link::{LINKS_MAX, Link, LinkKind};
use base::id::{LinkKindId, RecordLinkId};
use sqlx::PgConnection;
use uuid::Uuid;

/// The kinds of links in use, by key.
///
/// # Errors
/// The database failed.
pub async fn link_kinds(db: &mut PgConnection) -> sqlx::Result<Vec<LinkKind>> {
    sqlx::query_as(
        "select link_kind_id, key, title, reverse_title, from_kind, from_customer, to_kind, to_customer, cardinality,
             built_in, created_at, updated_at, version
         from crm.link_kind where archived_at is null order by key",
    )
    .fetch_all(db)
    .await
}

/// One kind of links in use.
///
/// # Errors
/// The database failed.
pub async fn find_link_kind(db: &mut PgConnection, id: LinkKindId) -> sqlx::Result<Option<LinkKind>> {
    Ok(link_kinds(db).await?.into_iter().find(|kind| kind.id == id))
}

/// The links of a record, on either side, of kinds in use.
///
/// # Errors
/// The database failed.
pub async fn links_of(db: &mut PgConnection, record: Uuid) -> sqlx::Result<Vec<Link>> {
    sqlx::query_as(
        "select l.link_id, k.key as kind, l.from_id, l.to_id, l.note, l.created_at
         from crm.link l join crm.link_kind k using (link_kind_id)
         where (l.from_id = $1 or l.to_id = $1) and k.archived_at is null
         order by k.key, l.created_at, l.link_id
         limit $2",
    )
    .bind(record)
    .bind(LINKS_MAX)
    .fetch_all(db)
    .await
}

/// One link.
///
/// # Errors
/// The database failed.
pub async fn find_link(db: &mut PgConnection, id: RecordLinkId) -> sqlx::Result<Option<Link>> {
    sqlx::query_as(
        "select l.link_id, k.key as kind, l.from_id, l.to_id, l.note, l.created_at
         from crm.link l join crm.link_kind k using (link_kind_id) where l.link_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// What a record is: `customer` with what kind of customer, or the key of its kind of card. Nothing when it does not
/// exist or was archived.
///
/// # Errors
/// The database failed.
pub async fn record_kind(
    db: &mut PgConnection,
    record: Uuid,
) -> sqlx::Result<Option<(String, Option<CustomerKind>)>> {
    sqlx::query_as(
        "select 'customer', kind from crm.customer where customer_id = $1
         union all
         select c.kind, null from crm.card c join crm.card_kind k on k.key = c.kind
         where c.card_id = $1 and c.archived_at is null and k.archived_at is null",
    )
    .bind(record)
    .fetch_optional(db)
    .await
}

/// The names of customers, to show links by.
///
/// # Errors
/// The database failed.
pub async fn customer_names(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, String)>> {
    sqlx::query_as("select customer_id, name from crm.customer where customer_id = any($1)")
        .bind(ids)
        .fetch_all(db)
        .await
}
