//! What the language leaves out, each with the reason and what to write instead.

use super::parse::children;
use super::path;
use crate::facts::{CARDS, RECORD, ROOTS};
use crate::fault::{Fault, nearest};
use zen_expression::functions::{DateMethod, FunctionKind, InternalFunction, MethodKind};
use zen_expression::lexer::{ComparisonOperator, LogicalOperator, Operator};
use zen_expression::parser::Node;

/// Loops inside each other: two visit each pair of a list, three are a program.
const LOOPS_MAX: usize = 2;
/// Longest pattern of `matches` and `extract`.
const PATTERN_MAX: usize = 200;

/// All that `root` may not contain.
pub(crate) fn faults<'a>(root: &'a Node<'a>) -> Vec<Fault> {
    check(root, Vec::new())
}

/// All that the condition `root` about `$` may not contain.
pub(crate) fn cell_faults<'a>(root: &'a Node<'a>) -> Vec<Fault> {
    check(root, vec!["$"])
}

fn check<'a>(root: &'a Node<'a>, aliases: Vec<&'a str>) -> Vec<Fault> {
    let mut gate = Gate { faults: Vec::new(), aliases, loops: 0 };
    gate.visit(root);
    gate.faults
}

struct Gate<'a> {
    faults: Vec<Fault>,
    aliases: Vec<&'a str>,
    loops: usize,
}

impl<'a> Gate<'a> {
    fn refuse(&mut self, code: &str, message: impl Into<String>) {
        self.faults.push(Fault::error(code, "", message));
    }

    fn visit(&mut self, node: &'a Node<'a>) {
        match node {
            Node::Identifier(name) => self.identifier(name),
            Node::Member { .. } => {
                if let Some(path) = path(node)
                    && path.split('.').next() == Some(CARDS)
                    && !self.aliases.contains(&CARDS)
                {
                    return self.cards(&path);
                }
            }
            Node::Root => self.refuse("not_allowed", "`$root` is not part of the language: name what is read"),
            Node::Assignments { .. } => {
                self.refuse("not_allowed", "an expression has no assignments: write the value itself");
                return;
            }
            Node::Interval { .. } => self.refuse(
                "not_allowed",
                "a range stands only behind `in`, such as `event.amount in [1..10]`: it is no list to go through",
            ),
            Node::Binary { left, operator, right } => return self.binary(left, *operator, right),
            Node::Closure { body, alias } => return self.closure(body, *alias),
            Node::FunctionCall { kind, arguments } => self.function(kind, arguments),
            Node::MethodCall { kind: MethodKind::DateMethod(method), .. } => self.method(*method),
            _ => {}
        }
        children(node, &mut |child| self.visit(child));
    }

    /// Cards are lists by kind: neither all kinds at once nor an attribute of a list is anything.
    fn cards(&mut self, path: &str) {
        let Some((list, attribute)) = path.match_indices('.').nth(1).map(|(at, _)| path.split_at(at)) else {
            return;
        };
        self.refuse(
            "not_allowed",
            format!("`{list}` is a list of cards: write `some({list}, #{attribute} == ...)`, or `{list}[0]{attribute}`"),
        );
    }

    fn identifier(&mut self, name: &str) {
        if name == CARDS && !self.aliases.contains(&name) {
            return self.refuse(
                "not_allowed",
                "the kind of the cards is named after a dot, such as `len(cards.vehicle) > 0`",
            );
        }
        if name == RECORD || ROOTS.contains(&name) || self.aliases.contains(&name) {
            return;
        }
        let fault = Fault::error(
            "unknown_field",
            "",
            format!("`{name}` is not known: a path starts with {}", ROOTS.join(", ")),
        );
        self.faults.push(match nearest(name, ROOTS) {
            Some(near) => fault.with_example(near),
            None => fault,
        });
    }

    fn binary(&mut self, left: &'a Node<'a>, operator: Operator, right: &'a Node<'a>) {
        if let (
            Operator::Comparison(_),
            Node::Unary { operator: Operator::Logical(LogicalOperator::Not), .. },
        ) = (operator, left)
        {
            self.refuse(
                "not_allowed",
                "`not` holds only what follows at once: write `not (a == b)` with brackets, or `a != b`",
            );
        }
        self.visit(left);
        match (operator, right) {
            (
                Operator::Comparison(ComparisonOperator::In | ComparisonOperator::NotIn),
                Node::Interval { left, right, .. },
            ) => {
                self.visit(left);
                self.visit(right);
            }
            _ => self.visit(right),
        }
    }

    fn closure(&mut self, body: &'a Node<'a>, alias: Option<&'a str>) {
        self.loops += 1;
        if self.loops > LOOPS_MAX {
            self.refuse("too_deep", format!("more than {LOOPS_MAX} loops stand inside each other"));
        }
        let known = self.aliases.len();
        self.aliases.extend(alias);
        self.visit(body);
        self.aliases.truncate(known);
        self.loops -= 1;
    }

    fn function(&mut self, kind: &FunctionKind, arguments: &'a [&'a Node<'a>]) {
        match kind {
            FunctionKind::Internal(InternalFunction::Rand) => {
                self.refuse(
                    "not_allowed",
                    "`rand` is left out: a decision must come out the same when it is repeated",
                );
            }
            FunctionKind::Internal(InternalFunction::Date) if arguments.is_empty() => self.refuse(
                "not_allowed",
                "`d()` reads a clock: write `d(time.iso)` for the moment of the event",
            ),
            FunctionKind::Internal(InternalFunction::Date)
                if matches!(arguments, [Node::String("now"), ..]) =>
            {
                self.refuse("not_allowed", "`d('now')` reads a clock: write `d(time.iso)`");
            }
            FunctionKind::Internal(InternalFunction::Matches | InternalFunction::Extract) => {
                if !matches!(arguments, [_, Node::String(pattern)] if pattern.len() <= PATTERN_MAX) {
                    let message =
                        format!("the pattern of `{kind}` is a text of at most {PATTERN_MAX} letters");
                    self.refuse("not_allowed", message);
                }
            }
            FunctionKind::Deprecated(name) => {
                self.refuse(
                    "not_allowed",
                    format!("`{name}` is not part of the language: use `d(..)` and its methods"),
                );
            }
            FunctionKind::Internal(_) | FunctionKind::Closure(_) => {}
        }
    }

    fn method(&mut self, method: DateMethod) {
        if matches!(method, DateMethod::IsToday | DateMethod::IsTomorrow | DateMethod::IsYesterday) {
            self.refuse(
                "not_allowed",
                format!("`{method}` reads a clock: compare with `d(time.date)`, the day of the event"),
            );
        }
    }
}
