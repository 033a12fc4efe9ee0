//! One meaning of "no value", the same in memory and in SQL.
//!
//! zen-expression stops with an error where a comparison or a sum meets null. Here a comparison with no value is
//! false, a sum or a function of no value is no value, and only `== null` asks for it. The tree is rewritten
//! before it is compiled: `a > b` becomes `a == null or b == null ? false : a > b`.

use crate::fault::Fault;
use bumpalo::Bump;
use zen_expression::functions::{ClosureFunction, DateMethod, FunctionKind, InternalFunction, MethodKind};
use zen_expression::lexer::{ArithmeticOperator, ComparisonOperator, LogicalOperator, Operator};
use zen_expression::parser::Node;

/// Nodes of a rewritten tree. Guards repeat what they guard, so a short text could else grow without bound.
const NODES_MAX: usize = 50_000;

const EQUAL: Operator = Operator::Comparison(ComparisonOperator::Equal);
const OR: Operator = Operator::Logical(LogicalOperator::Or);

/// `root` with a value for every input that has the right types.
pub(crate) fn totalise<'a>(arena: &'a Bump, root: &'a Node<'a>) -> Result<&'a Node<'a>, Vec<Fault>> {
    let mut writer = Writer { arena };
    let total = writer.value(root);
    let mut count = 0_usize;
    let mut open = vec![total];
    while let Some(node) = open.pop() {
        count += 1;
        if count > NODES_MAX {
            return Err(vec![Fault::error(
                "too_complex",
                "",
                "the expression does too much: split it into several",
            )]);
        }
        super::parse::children(node, &mut |child| open.push(child));
    }
    Ok(total)
}

struct Writer<'a> {
    arena: &'a Bump,
}

impl<'a> Writer<'a> {
    fn alloc(&self, node: Node<'a>) -> &'a Node<'a> {
        self.arena.alloc(node)
    }

    fn list(&self, nodes: Vec<&'a Node<'a>>) -> &'a [&'a Node<'a>] {
        self.arena.alloc_slice_copy(&nodes)
    }

    /// `node` where a value is wanted.
    fn value(&mut self, node: &'a Node<'a>) -> &'a Node<'a> {
        if let Some(otherwise) = strict(node) {
            let mut guards = Vec::new();
            let inner = self.strict_parts(node, &mut guards);
            return self.guarded(guards, otherwise, inner);
        }
        match node {
            Node::Parenthesized(inner) => self.value(inner),
            Node::Binary { left, operator, right } => match operator {
                Operator::Logical(LogicalOperator::And | LogicalOperator::Or) => {
                    let (left, right) = (self.condition(left), self.condition(right));
                    self.alloc(Node::Binary { left, operator: *operator, right })
                }
                _ => {
                    let (left, right) = (self.value(left), self.value(right));
                    self.alloc(Node::Binary { left, operator: *operator, right })
                }
            },
            Node::Unary { node, operator } => {
                let node = self.condition(node);
                self.alloc(Node::Unary { node, operator: *operator })
            }
            Node::Conditional { condition, on_true, on_false } => {
                let condition = self.condition(condition);
                let (on_true, on_false) = (self.value(on_true), self.value(on_false));
                self.alloc(Node::Conditional { condition, on_true, on_false })
            }
            Node::FunctionCall { kind: FunctionKind::Closure(kind), arguments } => {
                self.closure(*kind, arguments)
            }
            _ => self.rebuilt(node),
        }
    }

    /// `node` where yes or no is wanted: what is not known to be a condition is compared with `true`.
    fn condition(&mut self, node: &'a Node<'a>) -> &'a Node<'a> {
        let value = self.value(node);
        if is_condition(node) {
            return value;
        }
        let right = self.alloc(Node::Bool(true));
        self.alloc(Node::Binary { left: value, operator: EQUAL, right })
    }

    fn guarded(&self, guards: Vec<&'a Node<'a>>, otherwise: Node<'a>, inner: &'a Node<'a>) -> &'a Node<'a> {
        let any =
            guards.into_iter().reduce(|left, right| self.alloc(Node::Binary { left, operator: OR, right }));
        match any {
            None => inner,
            Some(condition) => {
                self.alloc(Node::Conditional { condition, on_true: self.alloc(otherwise), on_false: inner })
            }
        }
    }

    fn guard(&self, node: &'a Node<'a>, against: Node<'a>, guards: &mut Vec<&'a Node<'a>>) {
        let right = self.alloc(against);
        guards.push(self.alloc(Node::Binary { left: node, operator: EQUAL, right }));
    }

    /// A part of a strict node: strict parts share the guards of the whole, anything else is guarded itself.
    fn part(&mut self, node: &'a Node<'a>, guards: &mut Vec<&'a Node<'a>>) -> &'a Node<'a> {
        match node {
            Node::Parenthesized(inner) => self.part(inner, guards),
            Node::Number(_) | Node::String(_) | Node::Bool(_) | Node::Array(_) | Node::Object(_) => {
                self.value(node)
            }
            Node::Interval { left, right, left_bracket, right_bracket } => {
                let (left, right) = (self.part(left, guards), self.part(right, guards));
                self.alloc(Node::Interval {
                    left,
                    right,
                    left_bracket: *left_bracket,
                    right_bracket: *right_bracket,
                })
            }
            _ if matches!(strict(node), Some(Node::Null)) => {
                let inner = self.strict_parts(node, guards);
                if may_give_null(node) {
                    self.guard(inner, Node::Null, guards);
                }
                inner
            }
            _ => {
                let value = self.value(node);
                if !is_condition(node) {
                    self.guard(value, Node::Null, guards);
                }
                value
            }
        }
    }

    /// A strict node with its parts rewritten.
    fn strict_parts(&mut self, node: &'a Node<'a>, guards: &mut Vec<&'a Node<'a>>) -> &'a Node<'a> {
        match node {
            Node::Binary { left, operator, right } => {
                let (left, right) = (self.part(left, guards), self.part(right, guards));
                self.alloc(Node::Binary { left, operator: *operator, right })
            }
            Node::Unary { node, operator } => {
                let node = self.part(node, guards);
                self.alloc(Node::Unary { node, operator: *operator })
            }
            Node::FunctionCall { kind, arguments } => {
                let parts = arguments.iter().map(|argument| self.part(argument, guards)).collect();
                self.alloc(Node::FunctionCall { kind: kind.clone(), arguments: self.list(parts) })
            }
            Node::MethodCall { kind, this, arguments } => {
                let this = self.part(this, guards);
                let parts = arguments.iter().map(|argument| self.part(argument, guards)).collect();
                self.alloc(Node::MethodCall { kind: kind.clone(), this, arguments: self.list(parts) })
            }
            _ => self.value(node),
        }
    }

    /// A loop: over no value as over an empty list, and its condition a condition.
    fn closure(&mut self, kind: ClosureFunction, arguments: &'a [&'a Node<'a>]) -> &'a Node<'a> {
        let asks = !matches!(kind, ClosureFunction::Map | ClosureFunction::FlatMap);
        let parts = arguments
            .iter()
            .map(|argument| match argument {
                Node::Closure { body, alias } => {
                    let body = if asks { self.condition(body) } else { self.value(body) };
                    self.alloc(Node::Closure { body, alias: *alias })
                }
                over => {
                    let left = self.value(over);
                    let right = self.alloc(Node::Array(&[]));
                    let operator = Operator::Logical(LogicalOperator::NullishCoalescing);
                    self.alloc(Node::Binary { left, operator, right })
                }
            })
            .collect();
        self.alloc(Node::FunctionCall { kind: FunctionKind::Closure(kind), arguments: self.list(parts) })
    }

    /// Anything else with its parts rewritten.
    fn rebuilt(&mut self, node: &'a Node<'a>) -> &'a Node<'a> {
        match node {
            Node::TemplateString(parts) => {
                let parts = parts.iter().map(|part| self.value(part)).collect();
                self.alloc(Node::TemplateString(self.list(parts)))
            }
            Node::Array(parts) => {
                let parts = parts.iter().map(|part| self.value(part)).collect();
                self.alloc(Node::Array(self.list(parts)))
            }
            Node::Object(entries) => {
                let entries: Vec<_> = entries.iter().map(|(key, value)| (*key, self.value(value))).collect();
                self.alloc(Node::Object(self.arena.alloc_slice_copy(&entries)))
            }
            Node::Member { node, property } if super::path(node).is_none() => {
                let (node, property) = (self.value(node), self.value(property));
                self.alloc(Node::Member { node, property })
            }
            Node::Member { node, property } => {
                let property = self.value(property);
                self.alloc(Node::Member { node, property })
            }
            Node::FunctionCall { kind, arguments } => {
                let parts = arguments.iter().map(|argument| self.value(argument)).collect();
                self.alloc(Node::FunctionCall { kind: kind.clone(), arguments: self.list(parts) })
            }
            _ => node,
        }
    }
}

/// What a node is when one of its parts is no value, if that is so for any of them.
fn strict<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    match node {
        Node::Binary { operator: Operator::Arithmetic(_), .. }
        | Node::Unary { operator: Operator::Arithmetic(_), .. } => Some(Node::Null),
        Node::Binary { operator: Operator::Comparison(comparison), .. } => match comparison {
            ComparisonOperator::Equal | ComparisonOperator::NotEqual => None,
            ComparisonOperator::NotIn => Some(Node::Bool(true)),
            _ => Some(Node::Bool(false)),
        },
        Node::FunctionCall { kind: FunctionKind::Internal(function), .. } => match function {
            InternalFunction::String
            | InternalFunction::Type
            | InternalFunction::Bool
            | InternalFunction::IsNumeric => None,
            InternalFunction::Contains
            | InternalFunction::StartsWith
            | InternalFunction::EndsWith
            | InternalFunction::Matches => Some(Node::Bool(false)),
            _ => Some(Node::Null),
        },
        Node::MethodCall { kind: MethodKind::DateMethod(method), .. } => {
            Some(if is_question(*method) { Node::Bool(false) } else { Node::Null })
        }
        _ => None,
    }
}

fn is_question(method: DateMethod) -> bool {
    matches!(
        method,
        DateMethod::IsSame
            | DateMethod::IsBefore
            | DateMethod::IsAfter
            | DateMethod::IsSameOrBefore
            | DateMethod::IsSameOrAfter
            | DateMethod::IsValid
            | DateMethod::IsLeapYear
    )
}

/// Whether a strict node may be null though none of its parts is: a division by zero, a function of a list.
fn may_give_null(node: &Node<'_>) -> bool {
    match node {
        Node::Binary { operator: Operator::Arithmetic(operator), .. } => {
            matches!(operator, ArithmeticOperator::Divide | ArithmeticOperator::Modulus)
        }
        Node::FunctionCall { kind: FunctionKind::Internal(function), .. } => !matches!(
            function,
            InternalFunction::Date
                | InternalFunction::Len
                | InternalFunction::Upper
                | InternalFunction::Lower
                | InternalFunction::Trim
                | InternalFunction::Abs
                | InternalFunction::Floor
                | InternalFunction::Ceil
                | InternalFunction::Round
                | InternalFunction::Trunc
        ),
        _ => false,
    }
}

/// Whether a node is true or false whatever it reads.
pub(crate) fn is_condition(node: &Node<'_>) -> bool {
    match node {
        Node::Bool(_) => true,
        Node::Parenthesized(inner) => is_condition(inner),
        Node::Binary { operator, .. } => matches!(
            operator,
            Operator::Comparison(_) | Operator::Logical(LogicalOperator::And | LogicalOperator::Or)
        ),
        Node::Unary { operator, .. } => matches!(operator, Operator::Logical(LogicalOperator::Not)),
        Node::FunctionCall { kind: FunctionKind::Closure(kind), .. } => matches!(
            kind,
            ClosureFunction::All | ClosureFunction::None | ClosureFunction::Some | ClosureFunction::One
        ),
        Node::FunctionCall { kind: FunctionKind::Internal(function), .. } => matches!(
            function,
            InternalFunction::Contains
                | InternalFunction::StartsWith
                | InternalFunction::EndsWith
                | InternalFunction::Matches
                | InternalFunction::IsNumeric
        ),
        Node::MethodCall { kind: MethodKind::DateMethod(method), .. } => is_question(*method),
        _ => false,
    }
}
