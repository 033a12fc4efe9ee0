//! An expression read back into the form of conditions, as far as the form can say it: `text_of` the other way round.

use super::form::is_path;
use crate::language::{path, with_tree};
use serde_json::{Number, Value, json};
use zen_expression::functions::{ClosureFunction, FunctionKind, InternalFunction};
use zen_expression::lexer::{ArithmeticOperator, ComparisonOperator, LogicalOperator, Operator};
use zen_expression::parser::Node;

/// The group of conditions that says the same as `text`; none when the form cannot say it, or the text is no
/// expression. `dates` says which fields are dates: a form compares them as such.
#[must_use]
pub fn group_of(text: &str, dates: &dyn Fn(&str) -> bool) -> Option<Value> {
    // What is no expression has no form either; whoever compiles the text says why.
    let term = with_tree(text, |tree, _| Ok(Reader { dates, list: None }.term(tree))).ok()??;
    let group = grouped(term);
    super::text_of(&group, dates).ok().map(|_| group)
}

struct Reader<'d> {
    dates: &'d dyn Fn(&str) -> bool,
    /// The cards that are gone through: `cards.vehicle`, of which `#` is one.
    list: Option<String>,
}

impl Reader<'_> {
    fn term(&self, node: &Node<'_>) -> Option<Value> {
        match node {
            Node::Parenthesized(inner) => self.term(inner),
            Node::Bool(true) => Some(json!({ "all": [] })),
            Node::Bool(false) => Some(json!({ "any": [] })),
            Node::Unary { operator: Operator::Logical(LogicalOperator::Not), node } => {
                let inner = self.term(node)?;
                Some(json!({ "not": grouped(inner) }))
            }
            Node::Binary { left, operator: Operator::Logical(operator), right } => match operator {
                LogicalOperator::And => {
                    self.between(left, right).or_else(|| self.presence(left, right, "is_set")).or_else(|| {
                        let terms = self.joined(node, LogicalOperator::And)?;
                        Some(json!({ "all": terms }))
                    })
                }
                LogicalOperator::Or => self.presence(left, right, "is_empty").or_else(|| {
                    let terms = self.joined(node, LogicalOperator::Or)?;
                    Some(json!({ "any": terms }))
                }),
                _ => None,
            },
            Node::Binary { left, operator: Operator::Comparison(operator), right } => {
                self.comparison(left, *operator, right)
            }
            Node::FunctionCall { kind: FunctionKind::Internal(function), arguments: [of, what] } => {
                let operator = match function {
                    InternalFunction::Contains => "contains",
                    InternalFunction::StartsWith => "starts_with",
                    _ => return None,
                };
                Some(condition(&self.field(of)?, operator, scalar(what)?))
            }
            Node::FunctionCall { kind: FunctionKind::Closure(function), arguments: [list, which] } => {
                self.cards(function, list, which)
            }
            // A field that is yes or no, as a condition of its own.
            _ => Some(condition(&self.field(node).filter(|path| !(self.dates)(path))?, "eq", json!(true))),
        }
    }

    /// `some(cards.vehicle, #.year > 2020)`.
    fn cards(&self, function: &ClosureFunction, list: &Node<'_>, which: &Node<'_>) -> Option<Value> {
        let word = match function {
            ClosureFunction::Some => "some",
            ClosureFunction::None => "none",
            _ => return None,
        };
        // Cards of cards cannot be asked, and another name for the card is not the form's.
        let (None, Node::Closure { body, alias: None }) = (&self.list, which) else { return None };
        let list = path(list)?;
        if matches!(body, Node::Bool(true)) {
            return Some(json!({ word: list }));
        }
        let inner = Self { dates: self.dates, list: Some(list.clone()) }.term(body)?;
        Some(json!({ word: list, "where": grouped(inner) }))
    }

    /// The field that is read; inside cards also one of the card.
    fn field(&self, node: &Node<'_>) -> Option<String> {
        let found = path(node).or_else(|| self.of_card(node))?;
        is_path(&found).then_some(found)
    }

    fn of_card(&self, node: &Node<'_>) -> Option<String> {
        match node {
            Node::Pointer => self.list.clone(),
            Node::Member { node, property: Node::String(name) } => {
                Some(format!("{}.{name}", self.of_card(node)?))
            }
            _ => None,
        }
    }

    /// The terms of `a and b and c`, or of the same with `or`. What stands in brackets is a term of its own.
    fn joined(&self, node: &Node<'_>, word: LogicalOperator) -> Option<Vec<Value>> {
        match node {
            Node::Binary { left, operator: Operator::Logical(operator), right } if *operator == word => {
                let mut terms = self.joined(left, word)?;
                terms.push(self.term(right)?);
                Some(terms)
            }
            _ => Some(vec![self.term(node)?]),
        }
    }

    fn comparison(&self, left: &Node<'_>, operator: ComparisonOperator, right: &Node<'_>) -> Option<Value> {
        let word = match operator {
            ComparisonOperator::Equal => "eq",
            ComparisonOperator::NotEqual => "ne",
            ComparisonOperator::LessThan => "lt",
            ComparisonOperator::LessThanOrEqual => "le",
            ComparisonOperator::GreaterThan => "gt",
            ComparisonOperator::GreaterThanOrEqual => "ge",
            ComparisonOperator::In => return Some(condition(&self.field(left)?, "in", list(right)?)),
            ComparisonOperator::NotIn => return Some(condition(&self.field(left)?, "not_in", list(right)?)),
        };
        let (path, value) = match (date(left), date(right)) {
            (Some(left), Some(Node::String(day))) => {
                (self.field(left).filter(|path| (self.dates)(path))?, json!(day))
            }
            // A date that is compared as a text is something else than the form would write.
            (None, None) => (self.field(left).filter(|path| !(self.dates)(path))?, scalar(right)?),
            _ => return None,
        };
        Some(condition(&path, word, value))
    }

    /// `f >= a and f <= b`.
    fn between(&self, left: &Node<'_>, right: &Node<'_>) -> Option<Value> {
        let (from, to) = (self.one(left)?, self.one(right)?);
        let is = |one: &Value, word: &str| one.get("op").is_some_and(|op| op == word);
        let same = from.get("field") == to.get("field");
        let bounds = json!([from.get("value")?, to.get("value")?]);
        (same && is(&from, "ge") && is(&to, "le")).then(|| {
            condition(from.get("field").and_then(Value::as_str).unwrap_or_default(), "between", bounds)
        })
    }

    /// A comparison that stands without brackets, as the form writes the bounds of a span.
    fn one(&self, node: &Node<'_>) -> Option<Value> {
        match node {
            Node::Binary { left, operator: Operator::Comparison(operator), right } => {
                self.comparison(left, *operator, right)
            }
            _ => None,
        }
    }

    /// `f != null and f != ''`, or `f == null or f == ''`.
    fn presence(&self, left: &Node<'_>, right: &Node<'_>, word: &str) -> Option<Value> {
        let asked = if word == "is_set" { ComparisonOperator::NotEqual } else { ComparisonOperator::Equal };
        let part = |node: &Node<'_>, nothing: &Node<'_>| match node {
            Node::Binary { left, operator: Operator::Comparison(operator), right }
                if *operator == asked && *right == nothing =>
            {
                self.field(left)
            }
            _ => None,
        };
        let path = part(left, &Node::Null)?;
        (part(right, &Node::String("")).as_ref() == Some(&path)).then(|| json!({ "field": path, "op": word }))
    }
}

/// The term as a group: conditions and cards stand in one.
fn grouped(term: Value) -> Value {
    let is_group = ["all", "any", "not"].iter().any(|word| term.get(word).is_some());
    if is_group { term } else { json!({ "all": [term] }) }
}

fn condition(field: &str, operator: &str, value: Value) -> Value {
    json!({ "field": field, "op": operator, "value": value })
}

/// What stands in `d(…)`.
fn date<'n, 'a>(node: &'n Node<'a>) -> Option<&'n Node<'a>> {
    match node {
        Node::FunctionCall { kind: FunctionKind::Internal(InternalFunction::Date), arguments: [inner] } => {
            Some(inner)
        }
        _ => None,
    }
}

fn list(node: &Node<'_>) -> Option<Value> {
    let Node::Array(parts) = node else { return None };
    parts.iter().map(|part| scalar(part)).collect::<Option<Vec<Value>>>().map(Value::Array)
}

fn scalar(node: &Node<'_>) -> Option<Value> {
    match node {
        Node::Parenthesized(inner) => scalar(inner),
        Node::Bool(value) => Some(json!(value)),
        Node::String(text) => Some(json!(text)),
        Node::Number(number) => exact(&number.to_string()),
        Node::Unary {
            operator: Operator::Arithmetic(ArithmeticOperator::Subtract),
            node: Node::Number(number),
        } => exact(&format!("-{number}")),
        _ => None,
    }
}

/// The number, unless JSON would change it.
fn exact(text: &str) -> Option<Value> {
    let number: Number = text.parse().ok()?;
    (number.to_string() == text).then_some(Value::Number(number))
}
