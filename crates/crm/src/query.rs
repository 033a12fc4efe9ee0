//! SQL that reads the schema `crm`.

mod facts;

pub use facts::{by_identifiers, existing, facts};

use crate::customer::{Caller, Customer};
use crate::name;
use base::PhoneNumber;
use base::id::CustomerId;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Fewest digits that are looked for in numbers: fewer would find everybody.
pub const DIGITS_MIN: usize = 4;

/// Where a page begins: after this customer. Lists are newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// When the last customer of the page before was added.
    pub created_at: DateTime<Utc>,
    /// Which it was.
    pub id: CustomerId,
}

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
    sqlx::query_as(
        "select customer_id, kind, name, vip, language, created_at, updated_at, version,
             (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.position, i.value), '[]')
              from crm.identifier i where i.customer_id = c.customer_id) as identifiers
         from crm.customer c
         where customer_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// At most `limit` customers, newest first. `text` is words of a name (each a beginning, in any script), or an
/// identifier: whole, or the last digits of a number. Empty finds everybody.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    text: &str,
    after: Option<After>,
    limit: i64,
) -> sqlx::Result<Vec<Customer>> {
    if text.trim().is_empty() {
        return list(db, after, limit).await;
    }
    let sought = Sought::read(text);
    // What is sought is one set of ids, so that the plan begins at the indexes and not at the customers.
    sqlx::query_as(
        "select customer_id, kind, name, vip, language, created_at, updated_at, version,
             (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.position, i.value), '[]')
              from crm.identifier i where i.customer_id = c.customer_id) as identifiers
         from crm.customer c
         where customer_id in (
                 select w.customer_id from unnest($1::text[]) as sought (word)
                 join crm.name_word w on w.word ~>=~ sought.word and w.word ~<~ (sought.word || '{')
                 group by w.customer_id having count(distinct sought.word) = cardinality($1)
                 union
                 select customer_id from crm.identifier where value = any($2)
                 union
                 select customer_id from crm.identifier where $3 <> '' and reverse(value) like $3)
           and ($4::timestamptz is null or (created_at, customer_id) < ($4, $5::uuid))
         order by created_at desc, customer_id desc
         limit $6",
    )
    .bind(&sought.beginnings)
    .bind(&sought.whole)
    .bind(&sought.ending_reversed)
    .bind(after.map(|after| after.created_at))
    .bind(after.map(|after| after.id))
    .bind(limit)
    .fetch_all(db)
    .await
}

async fn list(db: &mut PgConnection, after: Option<After>, limit: i64) -> sqlx::Result<Vec<Customer>> {
    sqlx::query_as(
        "select customer_id, kind, name, vip, language, created_at, updated_at, version,
             (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.position, i.value), '[]')
              from crm.identifier i where i.customer_id = c.customer_id) as identifiers
         from crm.customer c
         where ($1::timestamptz is null or (created_at, customer_id) < ($1, $2::uuid))
         order by created_at desc, customer_id desc
         limit $3",
    )
    .bind(after.map(|after| after.created_at))
    .bind(after.map(|after| after.id))
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The ids of at most `limit` customers that [`search`] finds, for searching what belongs to them.
///
/// # Errors
/// The database failed.
pub async fn search_ids(db: &mut PgConnection, text: &str, limit: i64) -> sqlx::Result<Vec<CustomerId>> {
    Ok(search(db, text, None, limit).await?.into_iter().map(|customer| customer.id).collect())
}

/// The text of a search, as the statement wants it.
struct Sought {
    /// Folded words; each must begin a word of the name.
    beginnings: Vec<String>,
    /// The text itself as identifiers of the several kinds write it.
    whole: Vec<String>,
    /// A `like` pattern of the digits, backwards; empty when there are too few.
    ending_reversed: String,
}

impl Sought {
    fn read(text: &str) -> Self {
        let whole = text.trim().trim_start_matches('@');
        let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
        let is_number = whole.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
        let ending_reversed = if is_number && digits.len() >= DIGITS_MIN {
            digits.chars().rev().chain(['%']).collect()
        } else {
            String::new()
        };
        Self {
            beginnings: if is_number { Vec::new() } else { name::words(whole) },
            whole: vec![whole.to_owned(), whole.to_lowercase(), whole.to_uppercase()],
            ending_reversed,
        }
    }
}
