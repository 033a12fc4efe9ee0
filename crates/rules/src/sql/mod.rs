//! The language as a condition of SQL, for sets of customers and records.
//!
//! The same text means the same in memory and here: comparisons with no value are false, `==` and `!=` know
//! "no value", dates are instants. What SQL cannot say the same way is refused. What reads no column is computed
//! before and bound as a parameter; nothing of the text is ever spliced into the statement.

mod condition;
mod list;
mod value;

use crate::expression::Expression;
use crate::facts::Facts;
use crate::fault::{Fault, nearest};
use crate::language::with_tree;
use bumpalo::Bump;
use zen_expression::parser::Node;

/// What type the values of a column have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// A `text` expression.
    Text,
    /// A `numeric` expression.
    Number,
    /// A `boolean` expression.
    Boolean,
    /// A `timestamptz` expression; a date is its midnight in UTC. Read through `d(..)`.
    Moment,
    /// A `text[]` expression.
    Texts,
}

/// Where a path of the language stands in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// An SQL expression of the caller's own, such as `c.name` or `(c.attributes->>'age')::numeric`.
    pub sql: String,
    /// Its type.
    pub kind: ColumnKind,
}

/// Where a list of the language stands: what belongs to a row, such as the cards that are linked with a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// A statement of the caller's own that gives the items of the row, such as `select k.attributes from …`.
    pub sql: String,
}

/// Which paths are columns.
pub trait Columns {
    /// The column of `path`, such as `customer.vip`.
    fn column(&self, path: &str) -> Option<Column>;

    /// The list at `path`, such as `cards.vehicle`.
    fn list(&self, _path: &str) -> Option<List> {
        None
    }

    /// The column `path`, such as `cards.vehicle.year`, of an item of a list; its statement is called `alias`.
    fn item(&self, _path: &str, _alias: &str) -> Option<Column> {
        None
    }

    /// All paths, to offer the nearest of them.
    fn paths(&self) -> Vec<String> {
        Vec::new()
    }

    /// What is the same for every row: `time`, `vars`.
    fn facts(&self) -> Facts {
        Facts::default()
    }
}

/// A value to bind; every one is bound as `text` or `text[]` and cast in the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Param {
    /// Bound as `text`.
    Text(String),
    /// Bound as `text[]`.
    Texts(Vec<String>),
}

/// A condition that is true, false or (where it may stand for false) null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlCondition {
    /// The condition, with `$1`, `$2`, …
    pub text: String,
    /// What to bind, in order.
    pub params: Vec<Param>,
}

/// Compiles `expression` to a condition whose parameters begin at `$1`.
///
/// # Errors
/// What of it cannot be said in SQL with the same meaning.
pub fn compile(expression: &Expression, columns: &dyn Columns) -> Result<SqlCondition, Vec<Fault>> {
    compile_from(expression, columns, 1)
}

/// [`compile`] for a statement that has parameters of its own: this condition's begin at `$first`.
///
/// # Errors
/// As [`compile`].
pub fn compile_from(
    expression: &Expression,
    columns: &dyn Columns,
    first: usize,
) -> Result<SqlCondition, Vec<Fault>> {
    with_tree(expression.text(), |tree, arena| {
        let mut writer = Writer {
            arena,
            columns,
            facts: columns.facts(),
            first,
            params: Vec::new(),
            loops: Vec::new(),
            lists: 0,
        };
        let text = writer.condition(tree, Nulls::MeanFalse).map_err(|fault| vec![*fault])?;
        Ok(SqlCondition { text, params: writer.params })
    })
}

/// Whether a condition may be null where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// In `where a and b`, null keeps a row out as false does, and the condition can use an index.
    MeanFalse,
    /// Under `not` it must be false.
    Never,
}

struct Writer<'a, 'c> {
    arena: &'a Bump,
    columns: &'c dyn Columns,
    facts: Facts,
    first: usize,
    params: Vec<Param>,
    /// The lists that are gone through around what is written, each with the alias of its statement.
    loops: Vec<(String, String)>,
    /// How many lists have been gone through, so that each alias is used once.
    lists: usize,
}

type Written<T> = Result<T, Box<Fault>>;

fn refused<T>(message: impl Into<String>) -> Written<T> {
    Err(Box::new(Fault::error("not_in_sets", "", message)))
}

impl<'a> Writer<'a, '_> {
    fn bind(&mut self, param: Param, cast: &str) -> String {
        self.params.push(param);
        let number = self.first + self.params.len() - 1;
        match cast {
            "text" | "text[]" => format!("${number}::{cast}"),
            _ if cast.ends_with("[]") => format!("${number}::text[]::{cast}"),
            _ => format!("${number}::text::{cast}"),
        }
    }

    fn column(&self, path: &str) -> Written<Column> {
        self.known(self.columns.column(path), path)
    }

    fn known<T>(&self, found: Option<T>, path: &str) -> Written<T> {
        found.ok_or_else(|| {
            let fault =
                Fault::error("unknown_field", "", format!("`{path}` is not an attribute that sets can use"));
            let paths = self.columns.paths();
            Box::new(match nearest(path, paths.iter().map(String::as_str)) {
                Some(near) => fault.with_example(near),
                None => fault,
            })
        })
    }

    /// Whether `node` reads no column, so that its value is the same for every row.
    fn is_constant(&self, node: &'a Node<'a>) -> bool {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            let reads_row = match node {
                Node::Identifier(name) => !matches!(*name, "time" | "vars" | "ref" | "meta" | "event"),
                // An item of a list, or of a constant list: both are written, not computed.
                Node::Pointer => !self.loops.is_empty(),
                _ => false,
            };
            if reads_row {
                return false;
            }
            crate::language::children(node, &mut |child| open.push(child));
        }
        true
    }
}
