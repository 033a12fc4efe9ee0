//! Values: what is compared.

use super::{ColumnKind, Nulls, Param, Writer, Written, refused};
use crate::language;
use serde_json::Value;
use zen_expression::functions::{ClosureFunction, DateMethod, FunctionKind, InternalFunction, MethodKind};
use zen_expression::lexer::{ArithmeticOperator, LogicalOperator, Operator};
use zen_expression::parser::Node;

/// The type of an SQL expression.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Text,
    Number,
    Boolean,
    Moment,
    Texts,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "no value",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Boolean => "yes or no",
            Self::Moment => "a date",
            Self::Texts => "a list",
        }
    }
}

/// An SQL expression and its type.
pub(super) struct Typed {
    pub(super) sql: String,
    pub(super) kind: Kind,
}

fn typed(sql: impl Into<String>, kind: Kind) -> Typed {
    Typed { sql: sql.into(), kind }
}

impl<'a> Writer<'a, '_> {
    pub(super) fn value(&mut self, node: &'a Node<'a>) -> Written<Typed> {
        if self.is_constant(node) {
            return self.bound(node);
        }
        match node {
            Node::Parenthesized(inner) => self.value(inner),
            Node::Identifier(_) | Node::Pointer | Node::Member { .. } => self.attribute(node),
            Node::Binary { left, operator: Operator::Arithmetic(operator), right } => {
                self.arithmetic(left, *operator, right)
            }
            Node::Unary { node, operator: Operator::Arithmetic(ArithmeticOperator::Subtract) } => {
                let inner = self.value(node)?;
                if inner.kind != Kind::Number {
                    return refused("only a number can be negative");
                }
                Ok(typed(format!("(- {})", inner.sql), Kind::Number))
            }
            Node::Binary { left, operator: Operator::Logical(LogicalOperator::NullishCoalescing), right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                if left.kind != right.kind {
                    return refused("both sides of `??` have the same type");
                }
                Ok(typed(format!("coalesce({}, {})", left.sql, right.sql), left.kind))
            }
            Node::Conditional { condition, on_true, on_false } => {
                let condition = self.condition(condition, Nulls::MeanFalse)?;
                let (yes, no) = (self.value(on_true)?, self.value(on_false)?);
                if yes.kind != no.kind {
                    return refused("both outcomes of `? :` have the same type");
                }
                Ok(typed(format!("(case when {condition} then {} else {} end)", yes.sql, no.sql), yes.kind))
            }
            Node::FunctionCall {
                kind: FunctionKind::Closure(ClosureFunction::Count),
                arguments: [list, body],
            } => self.counted(list, body),
            Node::FunctionCall { kind: FunctionKind::Internal(function), arguments } => {
                self.function(*function, arguments)
            }
            Node::MethodCall { kind: MethodKind::DateMethod(method), this, arguments } => {
                self.date_method(*method, this, arguments)
            }
            _ if language::is_condition(node) => {
                Ok(typed(self.condition(node, Nulls::Never)?, Kind::Boolean))
            }
            _ => refused("this cannot be computed for a set: compare attributes with values"),
        }
    }

    fn attribute(&mut self, node: &'a Node<'a>) -> Written<Typed> {
        let column = match (self.item(node), language::path(node)) {
            (Some(column), _) => column?,
            (None, Some(path)) => self.column(&path)?,
            (None, None) => return refused("an attribute is named, such as `customer.vip`"),
        };
        let kind = match column.kind {
            ColumnKind::Text => Kind::Text,
            ColumnKind::Number => Kind::Number,
            ColumnKind::Boolean => Kind::Boolean,
            ColumnKind::Moment => Kind::Moment,
            ColumnKind::Texts => Kind::Texts,
        };
        Ok(typed(column.sql, kind))
    }

    /// The value of what reads no column.
    pub(super) fn constant(&mut self, node: &'a Node<'a>) -> Written<Value> {
        language::evaluate_tree(self.arena, node, &self.facts.prepare())
            .or_else(|error| refused(format!("a part cannot be computed: {error}")))
    }

    fn bound(&mut self, node: &'a Node<'a>) -> Written<Typed> {
        let is_moment = gives_moment(node);
        match self.constant(node)? {
            Value::Null => Ok(typed("null", Kind::Null)),
            Value::Bool(value) => Ok(typed(value.to_string(), Kind::Boolean)),
            Value::Number(number) => {
                Ok(typed(self.bind(Param::Text(number.to_string()), "numeric"), Kind::Number))
            }
            Value::String(text) if is_moment => {
                Ok(typed(self.bind(Param::Text(text), "timestamptz"), Kind::Moment))
            }
            Value::String(text) => Ok(typed(self.bind(Param::Text(text), "text"), Kind::Text)),
            Value::Array(_) | Value::Object(_) => refused("a list stands only behind `in`"),
        }
    }

    fn arithmetic(
        &mut self,
        left: &'a Node<'a>,
        operator: ArithmeticOperator,
        right: &'a Node<'a>,
    ) -> Written<Typed> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        if left.kind == Kind::Null || right.kind == Kind::Null {
            return Ok(typed("null", Kind::Null));
        }
        if (left.kind, right.kind) != (Kind::Number, Kind::Number) {
            return refused(format!("`{operator}` works on two numbers"));
        }
        let sql = match operator {
            ArithmeticOperator::Divide => format!("({} / nullif({}, 0))", left.sql, right.sql),
            ArithmeticOperator::Modulus => format!("({} % nullif({}, 0))", left.sql, right.sql),
            ArithmeticOperator::Power => return refused("`^` cannot be computed for a set"),
            _ => format!("({} {operator} {})", left.sql, right.sql),
        };
        Ok(typed(sql, Kind::Number))
    }

    fn function(&mut self, function: InternalFunction, arguments: &'a [&'a Node<'a>]) -> Written<Typed> {
        let [argument] = arguments else {
            return refused(format!("`{function}` cannot be computed for a set in this way"));
        };
        if function == InternalFunction::Len
            && let Some(length) = self.length(argument)
        {
            return Ok(length);
        }
        let value = self.value(argument)?;
        match (function, value.kind) {
            (_, Kind::Null) => Ok(typed("null", Kind::Null)),
            (InternalFunction::Date, Kind::Moment) => Ok(value),
            (InternalFunction::Date, _) => {
                refused("`d(..)` takes a date or a time: this attribute is neither")
            }
            (InternalFunction::Len, Kind::Texts) => {
                Ok(typed(format!("cardinality({})::numeric", value.sql), Kind::Number))
            }
            (
                InternalFunction::Abs
                | InternalFunction::Floor
                | InternalFunction::Ceil
                | InternalFunction::Round,
                Kind::Number,
            ) => Ok(typed(format!("{function}({})", value.sql), Kind::Number)),
            _ => refused(format!("`{function}` cannot be computed for a set")),
        }
    }

    fn date_method(
        &mut self,
        method: DateMethod,
        this: &'a Node<'a>,
        arguments: &'a [&'a Node<'a>],
    ) -> Written<Typed> {
        let moment = self.value(this)?;
        if moment.kind != Kind::Moment {
            return refused(format!("`{method}` is asked of a date: write `d(..)`"));
        }
        let part = match (method, arguments) {
            (DateMethod::Year, []) => "year",
            (DateMethod::Month, []) => "month",
            (DateMethod::Day, []) => "day",
            (DateMethod::Add | DateMethod::Sub, [amount, Node::String(unit)]) => {
                let sign = if method == DateMethod::Add { '+' } else { '-' };
                return self.shifted(moment, sign, amount, unit);
            }
            _ => return refused(format!("`{method}` cannot be computed for a set in this way")),
        };
        let sql = format!("extract({part} from {} at time zone 'UTC')", moment.sql);
        Ok(typed(sql, Kind::Number))
    }

    fn shifted(&mut self, moment: Typed, sign: char, amount: &'a Node<'a>, unit: &str) -> Written<Typed> {
        if !self.is_constant(amount) {
            return refused("a date is moved by a number, such as `.add(30, 'd')`");
        }
        let Some(amount) = self.constant(amount)?.as_i64() else {
            return refused("a date is moved by a whole number, such as `.add(30, 'd')`");
        };
        let unit = match unit {
            "s" | "second" | "seconds" => "seconds",
            "m" | "minute" | "minutes" => "minutes",
            "h" | "hour" | "hours" => "hours",
            "d" | "day" | "days" => "days",
            "w" | "week" | "weeks" => "weeks",
            "M" | "month" | "months" => "months",
            "y" | "year" | "years" => "years",
            _ => return refused("a date is moved by s, m, h, d, w, M or y"),
        };
        let interval = self.bind(Param::Text(format!("{amount} {unit}")), "interval");
        let sql = format!("(({} at time zone 'UTC' {sign} {interval}) at time zone 'UTC')", moment.sql);
        Ok(typed(sql, Kind::Moment))
    }
}

/// Whether what a constant computes is a date and not its text.
fn gives_moment(node: &Node<'_>) -> bool {
    match node {
        Node::Parenthesized(inner) => gives_moment(inner),
        Node::FunctionCall { kind: FunctionKind::Internal(InternalFunction::Date), .. } => true,
        Node::MethodCall { kind: MethodKind::DateMethod(method), .. } => matches!(
            method,
            DateMethod::Add
                | DateMethod::Sub
                | DateMethod::Set
                | DateMethod::StartOf
                | DateMethod::EndOf
                | DateMethod::Tz
        ),
        Node::Conditional { on_true, .. } => gives_moment(on_true),
        Node::Binary { left, operator: Operator::Logical(LogicalOperator::NullishCoalescing), .. } => {
            gives_moment(left)
        }
        _ => false,
    }
}
