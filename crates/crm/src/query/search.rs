//! SQL that finds customers: by words of names and attributes, by identifiers, by a condition.

use super::statement::Statement;
use crate::columns::Condition;
use crate::customer::Customer;
use crate::name;
use base::id::{AttributeId, CustomerId};
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

/// Which customers are looked for; what is empty does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// Words of a name (each a beginning, in any script), or an identifier: whole, or the last digits of a number.
    pub text: &'a str,
    /// Attributes whose words count too: the searchable ones that the reader sees.
    pub attributes: &'a [AttributeId],
    /// What must be true of them.
    pub condition: Option<&'a Condition>,
}

/// At most `limit` customers whose name or identifier is this text, newest first. Empty finds everybody.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    text: &str,
    after: Option<After>,
    limit: i64,
) -> sqlx::Result<Vec<Customer>> {
    search_customers(db, Search { text, ..Search::default() }, after, limit).await
}

/// The ids of at most `limit` customers that [`search`] finds, for searching what belongs to them.
///
/// # Errors
/// The database failed.
pub async fn search_ids(db: &mut PgConnection, text: &str, limit: i64) -> sqlx::Result<Vec<CustomerId>> {
    Ok(search(db, text, None, limit).await?.into_iter().map(|customer| customer.id).collect())
}

/// At most `limit` customers, newest first.
///
/// # Errors
/// The database failed.
pub async fn search_customers(
    db: &mut PgConnection,
    search: Search<'_>,
    after: Option<After>,
    limit: i64,
) -> sqlx::Result<Vec<Customer>> {
    let mut statement = Statement::new(
        "select customer_id, kind, name, vip, language, attributes, created_at, updated_at, version,
             (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.position, i.value), '[]')
              from crm.identifier i where i.customer_id = c.customer_id) as identifiers
         from crm.customer c where true",
    );
    if !search.text.trim().is_empty() {
        and_found(&mut statement, search.text, search.attributes)?;
    }
    statement.and(search.condition)?;
    if let Some(after) = after {
        statement.push(" and (created_at, customer_id) < (").bind(after.created_at)?.push(", ");
        statement.bind(after.id)?.push(")");
    }
    statement.push(" order by created_at desc, customer_id desc limit ").bind(limit)?;
    // A statement with a condition is seldom asked twice, and its plan depends on the values.
    let keep = search.condition.is_none();
    let (text, arguments) = statement.finish();
    sqlx::query_as_with(text, arguments).persistent(keep).fetch_all(db).await
}

/// What is sought is one set of ids, so that the plan begins at the indexes and not at the customers.
fn and_found(statement: &mut Statement, text: &str, attributes: &[AttributeId]) -> sqlx::Result<()> {
    let sought = Sought::read(text);
    let words = name::words(text);
    let count = i64::try_from(words.len()).unwrap_or(i64::MAX);
    statement.push(
        " and customer_id in (
             select found.id from (
                 select w.customer_id as id, sought.word from unnest(",
    );
    statement.bind(sought.beginnings)?.push(
        "::text[]) as sought (word)
                 join crm.name_word w on w.word ~>=~ sought.word and w.word ~<~ (sought.word || '{')",
    );
    if !attributes.is_empty() {
        statement.push(" union all select w.record_id, sought.word from unnest(").bind(words)?.push(
            "::text[]) as sought (word)
                 join crm.attribute_word w on w.word ~>=~ sought.word and w.word ~<~ (sought.word || '{')
                     and w.attribute_id = any(",
        );
        statement.bind(attributes.to_vec())?.push(")");
    }
    statement.push(") as found group by found.id having count(distinct found.word) = ").bind(count)?;
    statement.push(" union select customer_id from crm.identifier where value = any(").bind(sought.whole)?;
    statement.push(")");
    if !sought.ending_reversed.is_empty() {
        statement.push(" union select customer_id from crm.identifier where reverse(value) like ");
        statement.bind(sought.ending_reversed)?;
    }
    statement.push(")");
    Ok(())
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
