//! Conditions: what is true or false.

use super::value::{Kind, Typed};
use super::{Nulls, Param, Writer, Written, refused};
use zen_expression::functions::{ClosureFunction, DateMethod, FunctionKind, InternalFunction, MethodKind};
use zen_expression::lexer::{Bracket, ComparisonOperator, LogicalOperator, Operator};
use zen_expression::parser::Node;

impl<'a> Writer<'a, '_> {
    pub(super) fn condition(&mut self, node: &'a Node<'a>, nulls: Nulls) -> Written<String> {
        match node {
            Node::Parenthesized(inner) => self.condition(inner, nulls),
            Node::Unary { node, operator: Operator::Logical(LogicalOperator::Not) } => {
                Ok(format!("(not {})", self.condition(node, Nulls::Never)?))
            }
            Node::Binary { left, operator: Operator::Logical(LogicalOperator::And), right } => {
                Ok(format!("({} and {})", self.condition(left, nulls)?, self.condition(right, nulls)?))
            }
            Node::Binary { left, operator: Operator::Logical(LogicalOperator::Or), right } => {
                Ok(format!("({} or {})", self.condition(left, nulls)?, self.condition(right, nulls)?))
            }
            _ if self.is_constant(node) => {
                let holds = self.constant(node)? == serde_json::Value::Bool(true);
                Ok(if holds { "true" } else { "false" }.to_owned())
            }
            Node::Binary { left, operator: Operator::Comparison(operator), right } => {
                self.comparison(left, *operator, right, nulls)
            }
            Node::FunctionCall { kind: FunctionKind::Closure(kind), arguments: [list, body] }
                if *kind != ClosureFunction::Count =>
            {
                self.quantified(*kind, list, body)
            }
            Node::FunctionCall { kind: FunctionKind::Internal(function), arguments } => {
                let [left, right] = arguments else { return self.truth(node, nulls) };
                self.text_question(*function, left, right, nulls)
            }
            Node::MethodCall { kind: MethodKind::DateMethod(method), this, arguments: [other] } => {
                let sign = match method {
                    DateMethod::IsSame => "=",
                    DateMethod::IsBefore => "<",
                    DateMethod::IsAfter => ">",
                    DateMethod::IsSameOrBefore => "<=",
                    DateMethod::IsSameOrAfter => ">=",
                    _ => return refused(format!("`{method}` cannot be asked of a set")),
                };
                let (left, right) = (self.value(this)?, self.value(other)?);
                if (left.kind, right.kind) != (Kind::Moment, Kind::Moment) {
                    return refused(format!("`{method}` compares two dates: write `d(..)` on both sides"));
                }
                Ok(total(format!("{} {sign} {}", left.sql, right.sql), nulls))
            }
            _ => self.truth(node, nulls),
        }
    }

    /// A column of yes and no, or a choice that ends in yes and no.
    fn truth(&mut self, node: &'a Node<'a>, nulls: Nulls) -> Written<String> {
        if crate::language::is_condition(node) {
            return refused("this cannot be asked of a set: compare attributes with values");
        }
        let value = self.value(node)?;
        if value.kind != Kind::Boolean {
            return refused("a condition is needed here: compare the value with something");
        }
        Ok(total(value.sql, nulls))
    }

    fn comparison(
        &mut self,
        left: &'a Node<'a>,
        operator: ComparisonOperator,
        right: &'a Node<'a>,
        nulls: Nulls,
    ) -> Written<String> {
        let sign = match operator {
            ComparisonOperator::Equal => return self.equality(left, right, nulls),
            ComparisonOperator::NotEqual => {
                return Ok(format!("(not {})", self.equality(left, right, Nulls::Never)?));
            }
            ComparisonOperator::In => return self.membership(left, right, nulls),
            ComparisonOperator::NotIn => {
                return Ok(format!("(not {})", self.membership(left, right, Nulls::Never)?));
            }
            ComparisonOperator::LessThan => "<",
            ComparisonOperator::GreaterThan => ">",
            ComparisonOperator::LessThanOrEqual => "<=",
            ComparisonOperator::GreaterThanOrEqual => ">=",
        };
        let (left, right) = (self.value(left)?, self.value(right)?);
        match (left.kind, right.kind) {
            (Kind::Null, _) | (_, Kind::Null) => Ok("false".to_owned()),
            (Kind::Number, Kind::Number) | (Kind::Moment, Kind::Moment) => {
                Ok(total(format!("{} {sign} {}", left.sql, right.sql), nulls))
            }
            _ => refused(format!(
                "`{operator}` compares two numbers or two dates, not {} with {}: a date is written `d(..)`",
                left.kind.name(),
                right.kind.name()
            )),
        }
    }

    fn equality(&mut self, left: &'a Node<'a>, right: &'a Node<'a>, nulls: Nulls) -> Written<String> {
        let constant = self.is_constant(left) || self.is_constant(right);
        let (left, right) = (self.value(left)?, self.value(right)?);
        match (left.kind, right.kind) {
            (Kind::Null, Kind::Null) => Ok("true".to_owned()),
            (Kind::Null, _) => Ok(format!("({} is null)", right.sql)),
            (_, Kind::Null) => Ok(format!("({} is null)", left.sql)),
            (Kind::Texts, _) | (_, Kind::Texts) => refused("a list is asked with `contains(list, value)`"),
            (one, other) if one == other && constant => {
                Ok(total(format!("{} = {}", left.sql, right.sql), nulls))
            }
            (one, other) if one == other => Ok(format!("({} is not distinct from {})", left.sql, right.sql)),
            (one, other) => {
                refused(format!("{} is never equal to {}: write both the same way", one.name(), other.name()))
            }
        }
    }

    fn membership(&mut self, left: &'a Node<'a>, right: &'a Node<'a>, nulls: Nulls) -> Written<String> {
        if let Node::Interval { left: from, right: to, left_bracket, right_bracket } = right {
            let (value, from, to) = (self.value(left)?, self.value(from)?, self.value(to)?);
            let kinds = [value.kind, from.kind, to.kind];
            if kinds.contains(&Kind::Null) {
                return Ok("false".to_owned());
            }
            if !matches!(
                kinds,
                [Kind::Number, Kind::Number, Kind::Number] | [Kind::Moment, Kind::Moment, Kind::Moment]
            ) {
                return refused("a range is one of numbers or of dates");
            }
            let above = match left_bracket {
                Bracket::LeftSquareBracket => ">=",
                Bracket::LeftParenthesis => ">",
                _ => return refused("a range begins with [ or ("),
            };
            let below = match right_bracket {
                Bracket::RightSquareBracket => "<=",
                Bracket::RightParenthesis => "<",
                _ => return refused("a range ends with ] or )"),
            };
            let text = format!("({0} {above} {1} and {0} {below} {2})", value.sql, from.sql, to.sql);
            return Ok(total(text, nulls));
        }
        let value = self.value(left)?;
        let list = self.list(value.kind, right)?;
        Ok(list
            .map_or_else(|| "false".to_owned(), |list| total(format!("{} = any({list})", value.sql), nulls)))
    }

    /// The list on the right of `in`, as far as its values have the type of the left side; none when it is empty.
    fn list(&mut self, kind: Kind, node: &'a Node<'a>) -> Written<Option<String>> {
        if !self.is_constant(node) {
            let column = self.value(node)?;
            return match (kind, column.kind) {
                (Kind::Text, Kind::Texts) => Ok(Some(column.sql)),
                _ => refused("behind `in` stands a list, such as ['a', 'b']"),
            };
        }
        let value = self.constant(node)?;
        let serde_json::Value::Array(items) = value else {
            return if value.is_null() {
                Ok(None)
            } else {
                refused("behind `in` stands a list, such as ['a', 'b']")
            };
        };
        let (cast, texts): (_, Vec<String>) = match kind {
            Kind::Text => {
                ("text[]", items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
            }
            Kind::Number => {
                ("numeric[]", items.iter().filter(|item| item.is_number()).map(ToString::to_string).collect())
            }
            Kind::Null => return Ok(None),
            _ => return refused("`in` asks for a text or a number"),
        };
        Ok(Some(self.bind(Param::Texts(texts), cast)))
    }

    fn text_question(
        &mut self,
        function: InternalFunction,
        left: &'a Node<'a>,
        right: &'a Node<'a>,
        nulls: Nulls,
    ) -> Written<String> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        if left.kind == Kind::Null || right.kind == Kind::Null {
            return Ok("false".to_owned());
        }
        let Typed { sql: left, kind } = left;
        let sql = match (function, kind, right.kind, right.sql) {
            (InternalFunction::Contains, Kind::Text, Kind::Text, right) => {
                format!("strpos({left}, {right}) > 0")
            }
            (InternalFunction::Contains, Kind::Texts, Kind::Text, right) => format!("{right} = any({left})"),
            (InternalFunction::StartsWith, Kind::Text, Kind::Text, right) => {
                format!("starts_with({left}, {right})")
            }
            (InternalFunction::EndsWith, Kind::Text, Kind::Text, right) => {
                format!("right({left}, length({right})) = {right}")
            }
            _ => return refused(format!("`{function}` cannot be asked of a set in this way")),
        };
        Ok(total(sql, nulls))
    }
}

/// `sql`, false instead of null where that makes a difference.
fn total(sql: String, nulls: Nulls) -> String {
    match nulls {
        Nulls::MeanFalse => format!("({sql})"),
        Nulls::Never => format!("coalesce({sql}, false)"),
    }
}
