//! Records as the SQL form of the language sees them: which path is which column. One text serves a filter and the
//! index that makes it fast.

use crate::attribute::{Attribute, AttributeType};
use crate::card::CardKind;
use crate::query::linked_cards;
use crate::viewer::Viewer;
use rules::Facts;
use rules::facts::CARDS;
use rules::sql::{Column, ColumnKind, Columns, List, SqlCondition};
use rules::{Expression, Fault};
use std::collections::BTreeMap;

/// Longest condition of a filter, in characters; the language has limits of its own.
pub const CONDITION_MAX: usize = 4_000;

/// The expression of the values under a key, in its own type, `prefix` being `c.` in statements and empty in an index.
/// Only keys that [`crate::attribute::is_key`] accepts are written into statements.
#[must_use]
pub fn expression(value_type: AttributeType, prefix: &str, key: &str) -> String {
    let text = format!("({prefix}attributes ->> '{key}')");
    match value_type {
        AttributeType::Number | AttributeType::Decimal => format!("({text}::numeric)"),
        AttributeType::Boolean => format!("({text}::boolean)"),
        AttributeType::Date | AttributeType::Datetime => format!("crm.moment({text})"),
        AttributeType::Choices => format!("crm.texts({prefix}attributes -> '{key}')"),
        _ => text,
    }
}

const fn kind_of(value_type: AttributeType) -> ColumnKind {
    match value_type {
        AttributeType::Number | AttributeType::Decimal => ColumnKind::Number,
        AttributeType::Boolean => ColumnKind::Boolean,
        AttributeType::Date | AttributeType::Datetime => ColumnKind::Moment,
        AttributeType::Choices => ColumnKind::Texts,
        _ => ColumnKind::Text,
    }
}

/// Own fields of customers, under the names that [`crate::query::facts`] gives them.
const OF_CUSTOMERS: [(&str, &str, ColumnKind); 6] = [
    ("id", "c.customer_id::text", ColumnKind::Text),
    ("kind", "c.kind", ColumnKind::Text),
    ("name", "c.name", ColumnKind::Text),
    ("vip", "c.vip", ColumnKind::Boolean),
    ("language", "c.language", ColumnKind::Text),
    ("created_at", "c.created_at", ColumnKind::Moment),
];
const IDENTIFIERS: [&str; 5] = ["phone", "email", "telegram", "tax_number", "contract"];
/// Own fields of cards.
const OF_CARDS: [(&str, &str, ColumnKind); 4] = [
    ("id", "c.card_id::text", ColumnKind::Text),
    ("kind", "c.kind", ColumnKind::Text),
    ("created_at", "c.created_at", ColumnKind::Moment),
    ("updated_at", "c.updated_at", ColumnKind::Moment),
];

/// What a linked card has, wherever its statement stands.
#[derive(Clone, Debug)]
enum Item {
    /// A field of its own, as [`OF_CARDS`] says it.
    Own(&'static str, ColumnKind),
    /// An attribute by its key.
    Attribute(AttributeType, String),
}

/// What a filter on records can name: `customer.tier`, `card.imei`, `some(cards.device, #.imei == '1')`.
#[derive(Clone, Debug)]
pub struct RecordColumns {
    columns: BTreeMap<String, Column>,
    /// The linked cards, by path: `cards.device`.
    lists: BTreeMap<String, List>,
    /// What each of them has: `cards.device.imei`.
    items: BTreeMap<String, Item>,
    facts: Facts,
}

impl RecordColumns {
    /// Those of customers, as far as the viewer sees them. `facts` is what is the same for every row: `time`.
    #[must_use]
    pub fn customers(attributes: &[Attribute], viewer: &Viewer, facts: Facts) -> Self {
        let mut columns = own("customer", &OF_CUSTOMERS);
        for kind in IDENTIFIERS {
            let sql = format!(
                "(select i.value from crm.identifier i where i.customer_id = c.customer_id and i.kind = '{kind}'
                  order by i.position, i.value limit 1)"
            );
            columns.insert(format!("customer.{kind}"), Column { sql, kind: ColumnKind::Text });
        }
        columns.extend(of_attributes("customer", attributes, viewer));
        Self { columns, lists: BTreeMap::new(), items: BTreeMap::new(), facts }
    }

    /// With the cards that are linked with a customer, those of kinds that the viewer sees; of these attributes those
    /// that are the kinds' and that the viewer sees.
    #[must_use]
    pub fn with_linked(mut self, kinds: &[CardKind], attributes: &[Attribute], viewer: &Viewer) -> Self {
        for kind in kinds.iter().filter(|kind| kind.is_seen_by(viewer)) {
            let key = &kind.fields.key;
            let list = List { sql: linked_cards("c.customer_id", &format!("'{key}'")) };
            self.lists.insert(format!("{CARDS}.{key}"), list);
            let own = OF_CARDS.iter().map(|(name, sql, kind)| (*name, Item::Own(sql, *kind)));
            let seen = attributes.iter().filter(|attribute| attribute.fields.is_seen_by(viewer));
            let of_kind = seen.filter(|attribute| attribute.fields.of == *key).map(|attribute| {
                (attribute.key(), Item::Attribute(attribute.fields.value_type, attribute.key().to_owned()))
            });
            self.items.extend(own.chain(of_kind).map(|(name, item)| (format!("{CARDS}.{key}.{name}"), item)));
        }
        self
    }

    /// Those of the cards of one kind, whose attributes these are.
    #[must_use]
    pub fn cards(attributes: &[Attribute], viewer: &Viewer, facts: Facts) -> Self {
        let mut columns = own("card", &OF_CARDS);
        columns.extend(of_attributes("card", attributes, viewer));
        Self { columns, lists: BTreeMap::new(), items: BTreeMap::new(), facts }
    }
}

fn own(root: &str, columns: &[(&str, &str, ColumnKind)]) -> BTreeMap<String, Column> {
    let column = |sql: &str, kind| Column { sql: sql.to_owned(), kind };
    columns.iter().map(|(key, sql, kind)| (format!("{root}.{key}"), column(sql, *kind))).collect()
}

fn of_attributes<'a>(
    root: &'a str,
    attributes: &'a [Attribute],
    viewer: &'a Viewer,
) -> impl Iterator<Item = (String, Column)> + 'a {
    attributes.iter().filter(|attribute| attribute.fields.is_seen_by(viewer)).map(move |attribute| {
        let (key, value_type) = (attribute.key(), attribute.fields.value_type);
        let column = Column { sql: expression(value_type, "c.", key), kind: kind_of(value_type) };
        (format!("{root}.{key}"), column)
    })
}

impl Columns for RecordColumns {
    fn column(&self, path: &str) -> Option<Column> {
        self.columns.get(path).cloned()
    }

    fn list(&self, path: &str) -> Option<List> {
        self.lists.get(path).cloned()
    }

    fn item(&self, path: &str, alias: &str) -> Option<Column> {
        Some(match self.items.get(path)? {
            Item::Own(sql, kind) => Column { sql: sql.replacen("c.", &format!("{alias}."), 1), kind: *kind },
            Item::Attribute(value_type, key) => {
                Column { sql: expression(*value_type, &format!("{alias}."), key), kind: kind_of(*value_type) }
            }
        })
    }

    fn paths(&self) -> Vec<String> {
        self.columns.keys().chain(self.lists.keys()).chain(self.items.keys()).cloned().collect()
    }

    fn facts(&self) -> Facts {
        self.facts.clone()
    }
}

/// A filter that was found good.
#[derive(Clone, Debug)]
pub struct Condition {
    expression: Expression,
    columns: RecordColumns,
}

impl Condition {
    /// Compiles the text for these records.
    ///
    /// # Errors
    /// All that is wrong with it, each with what would be right.
    pub fn compile(text: &str, columns: RecordColumns) -> Result<Self, Vec<Fault>> {
        if text.len() > CONDITION_MAX * 4 || text.chars().count() > CONDITION_MAX {
            let detail = format!("a filter has at most {CONDITION_MAX} characters");
            return Err(vec![Fault::error("too_long", "", detail)]);
        }
        let expression = Expression::compile(text)?;
        rules::sql::compile(&expression, &columns)?;
        Ok(Self { expression, columns })
    }

    /// The condition with its parameters from `$first` on.
    ///
    /// # Errors
    /// None that [`Condition::compile`] did not find.
    pub fn sql(&self, first: usize) -> Result<SqlCondition, Vec<Fault>> {
        rules::sql::compile_from(&self.expression, &self.columns, first)
    }
}
