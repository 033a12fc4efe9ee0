//! SQL that reads the definitions of attributes.

use crate::attribute::Attribute;
use base::id::AttributeId;
use sqlx::PgConnection;

/// The columns of an attribute; [`Attribute`] is read from them.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select attribute_id, record_kind, key, title, value_type, unit, choices, link_to, is_required, is_unique,
                 is_searchable, is_indexed, readers, editors, position, built_in, created_at, updated_at, version,
                 (select coalesce(jsonb_agg(jsonb_build_object('what', b.what, 'state', b.state, 'done', b.done,
                      'total', b.total, 'error', b.error) order by b.what), '[]')
                  from crm.attribute_build b where b.attribute_id = a.attribute_id) as builds
             from crm.attribute a ",
            $rest
        )
    };
}

/// The attributes in use of a kind of record, in the order of forms.
///
/// # Errors
/// The database failed.
pub async fn attributes(db: &mut PgConnection, record_kind: &str) -> sqlx::Result<Vec<Attribute>> {
    sqlx::query_as(select!("where record_kind = $1 and archived_at is null order by position, key"))
        .bind(record_kind)
        .fetch_all(db)
        .await
}

/// The attributes in use of every kind of record.
///
/// # Errors
/// The database failed.
pub async fn all_attributes(db: &mut PgConnection) -> sqlx::Result<Vec<Attribute>> {
    sqlx::query_as(select!("where archived_at is null order by record_kind, position, key"))
        .fetch_all(db)
        .await
}

/// One attribute in use.
///
/// # Errors
/// The database failed.
pub async fn find_attribute(db: &mut PgConnection, id: AttributeId) -> sqlx::Result<Option<Attribute>> {
    sqlx::query_as(select!("where attribute_id = $1 and archived_at is null"))
        .bind(id)
        .fetch_optional(db)
        .await
}

/// Whether records of this kind exist: customers, or cards of a kind in use.
///
/// # Errors
/// The database failed.
pub async fn is_record_kind(db: &mut PgConnection, record_kind: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select $1 = 'customer' or exists (select from crm.card_kind where key = $1 and archived_at is null)",
    )
    .bind(record_kind)
    .fetch_one(db)
    .await
}
