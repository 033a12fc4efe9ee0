//! SQL that finds cards of one kind: by words, by a condition, in an order of the reader's.

use super::statement::Statement;
use crate::attribute::{AttributeType, is_key};
use crate::card::Card;
use crate::columns::{self, Condition};
use crate::name;
use base::id::{AttributeId, CardId};
use sqlx::{FromRow, PgConnection};

/// By what cards are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// When they were added.
    Created,
    /// When they were changed last.
    Updated,
    /// The values of an attribute; cards without one come last.
    Attribute(String, AttributeType),
}

/// The order of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSort {
    /// By what.
    pub by: SortBy,
    /// The other way round.
    pub descending: bool,
}

/// Which cards are looked for; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct CardSearch<'a> {
    /// The key of their kind.
    pub kind: &'a str,
    /// Words of searchable attributes, each a beginning, in any script.
    pub text: &'a str,
    /// The searchable attributes that the reader sees.
    pub attributes: &'a [AttributeId],
    /// What must be true of them.
    pub condition: Option<&'a Condition>,
    /// Their order.
    pub sort: &'a CardSort,
    /// Behind the card with this sort value, as text.
    pub after: Option<(Option<String>, CardId)>,
}

/// At most `limit` cards, each with its sort value.
///
/// # Errors
/// The database failed.
pub async fn search_cards(
    db: &mut PgConnection,
    search: &CardSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<(Card, Option<String>)>> {
    // The kind stands in the text, because the indexes of attributes are those of one kind.
    if !is_key(search.kind) {
        return Ok(Vec::new());
    }
    let (sorted, cast) = match &search.sort.by {
        SortBy::Created => ("created_at".to_owned(), "timestamptz"),
        SortBy::Updated => ("updated_at".to_owned(), "timestamptz"),
        SortBy::Attribute(key, value_type) => sorted_by(*value_type, key),
    };
    let mut statement = Statement::new(&format!(
        "select card_id, kind, attributes, created_at, updated_at, version, ({sorted})::text as sort_value
         from crm.card c where kind = '{}' and archived_at is null",
        search.kind
    ));
    if !search.text.trim().is_empty() {
        let words = name::words(search.text);
        let count = i64::try_from(words.len()).unwrap_or(i64::MAX);
        statement.push(" and card_id in (select w.record_id from unnest(").bind(words)?.push(
            "::text[]) as sought (word) join crm.attribute_word w on w.word ~>=~ sought.word
                 and w.word ~<~ (sought.word || '{') and w.attribute_id = any(",
        );
        statement.bind(search.attributes.to_vec())?;
        statement.push(") group by w.record_id having count(distinct sought.word) = ").bind(count)?.push(")");
    }
    statement.and(search.condition)?;
    let (than, order) = if search.sort.descending { ("<", "desc") } else { (">", "asc") };
    match &search.after {
        Some((Some(value), id)) => {
            statement.push(&format!(" and (({sorted}, card_id) {than} (")).bind(value)?;
            statement.push(&format!("::text::{cast}, ")).bind(*id)?.push(&format!(") or {sorted} is null)"));
        }
        Some((None, id)) => {
            statement.push(&format!(" and {sorted} is null and card_id {than} ")).bind(*id)?;
        }
        None => {}
    }
    statement.push(&format!(" order by {sorted} {order} nulls last, card_id {order} limit ")).bind(limit)?;
    let (text, arguments) = statement.finish();
    let rows: Vec<Row> = sqlx::query_as_with(text, arguments).persistent(false).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.card, row.sort_value)).collect())
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    card: Card,
    sort_value: Option<String>,
}

/// The expression of an attribute's values, and the type that a text of it is cast to.
fn sorted_by(value_type: AttributeType, key: &str) -> (String, &'static str) {
    let expression = columns::expression(value_type, "c.", key);
    let cast = match value_type {
        AttributeType::Number | AttributeType::Decimal => "numeric",
        AttributeType::Boolean => "boolean",
        AttributeType::Date | AttributeType::Datetime => "timestamptz",
        AttributeType::Choices => "text[]",
        _ => "text",
    };
    (expression, cast)
}
