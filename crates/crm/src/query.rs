//! SQL that reads the schema `crm`.

mod attribute;
mod card;
mod cards;
mod catalogue;
mod facts;
mod history;
mod link;
mod linked;
mod question;
mod search;
mod statement;

pub use attribute::{all_attributes, attributes, find_attribute, is_record_kind};
pub use card::{card_kind_called, card_kinds, find_card, find_card_kind, find_cards};
pub use cards::{CardSearch, CardSort, SortBy, search_cards};
pub use catalogue::{CatalogueField, catalogue, of_cards};
pub use facts::{by_identifiers, existing, facts};
pub use history::history;
pub use link::{customer_names, find_link, find_link_kind, link_kinds, links_of, record_kind};
pub use linked::add_cards;
pub(crate) use linked::linked_cards;
pub use question::ask;
pub use search::{After, Search, search, search_customers, search_ids};

use crate::customer::{Caller, Customer};
use base::PhoneNumber;
use base::id::CustomerId;
use sqlx::PgConnection;

/// Whose number it is (CC-TEL-01, CC-IN-01).
///
/// # Errors
/// The database failed.
pub async fn find_by_phone(db: &mut PgConnection, number: &PhoneNumber) -> sqlx::Result<Option<Caller>> {
    sqlx::query_as(
        "select customer_id, name, c.kind, vip, language
         from crm.identifier i join crm.customer c using (customer_id)
         where i.kind = 'phone' and i.value = $1",
    )
    .bind(number.as_str())
    .fetch_optional(db)
    .await
}

/// One customer.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: CustomerId) -> sqlx::Result<Option<Customer>> {
    Ok(find_many(db, &[id]).await?.pop())
}

/// Customers by their ids, those that are there, with all values of their attributes.
///
/// # Errors
/// The database failed.
pub async fn find_many(db: &mut PgConnection, ids: &[CustomerId]) -> sqlx::Result<Vec<Customer>> {
    sqlx::query_as(
        "select customer_id, kind, name, vip, language, attributes, created_at, updated_at, version,
             (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.position, i.value), '[]')
              from crm.identifier i where i.customer_id = c.customer_id) as identifiers
         from crm.customer c
         where customer_id = any($1)",
    )
    .bind(ids)
    .fetch_all(db)
    .await
}
