//! Limits that hold before anything recursive runs, then the parser.

use crate::fault::Fault;
use bumpalo::Bump;
use zen_expression::lexer::Lexer;
use zen_expression::parser::{AstNodeError, Node, Parser};

/// Longest text: a form of a hundred conditions has about half of it.
pub(crate) const TEXT_MAX: usize = 16_384;
/// Deepest brackets. People lose count at ten.
pub(crate) const BRACKETS_MAX: usize = 64;
/// Deepest tree: `a or b or …` of this many terms. What walks the tree recurses this deep.
pub(crate) const TREE_DEPTH_MAX: usize = 250;

/// Parses `text` and hands its tree to `use_tree`; the tree lives in the arena, which is gone afterwards.
pub(crate) fn with_tree<T>(
    text: &str,
    use_tree: impl for<'a> FnOnce(&'a Node<'a>, &'a Bump) -> Result<T, Vec<Fault>>,
) -> Result<T, Vec<Fault>> {
    parse(text, false, use_tree)
}

/// [`with_tree`] for a condition about `$`, such as `> 100`: the tree is that of `$ > 100`.
pub(crate) fn with_unary_tree<T>(
    text: &str,
    use_tree: impl for<'a> FnOnce(&'a Node<'a>, &'a Bump) -> Result<T, Vec<Fault>>,
) -> Result<T, Vec<Fault>> {
    parse(text, true, use_tree)
}

fn parse<T>(
    text: &str,
    is_unary: bool,
    use_tree: impl for<'a> FnOnce(&'a Node<'a>, &'a Bump) -> Result<T, Vec<Fault>>,
) -> Result<T, Vec<Fault>> {
    check_text(text)?;
    let arena = Bump::new();
    let source = arena.alloc_str(text);
    let tokens = Lexer::new().tokenize(&arena, source).map_err(|error| {
        vec![Fault::error("syntax", "", format!("cannot be read: {error}; close every quotation mark"))]
    })?;
    let parser = Parser::try_new(&tokens, &arena)
        .map_err(|error| vec![Fault::error("syntax", "", format!("cannot be read: {error}"))])?;
    let result = if is_unary { parser.unary().parse() } else { parser.standard().parse() };
    check_tree(result.root)?;
    if !result.is_complete {
        return Err(vec![Fault::error(
            "syntax",
            "",
            "something is left over at the end: join two conditions with `and` or `or`",
        )]);
    }
    use_tree(result.root, &arena)
}

fn check_text(text: &str) -> Result<(), Vec<Fault>> {
    if text.trim().is_empty() {
        return Err(vec![Fault::error("empty", "", "an expression is needed, such as `event.amount > 100`")]);
    }
    if text.len() > TEXT_MAX {
        let message = format!("{} bytes are too long: at most {TEXT_MAX}", text.len());
        return Err(vec![Fault::error("too_long", "", message)]);
    }
    if bracket_depth(text) > BRACKETS_MAX {
        let message = format!("brackets are nested deeper than {BRACKETS_MAX}: split the expression");
        return Err(vec![Fault::error("too_deep", "", message)]);
    }
    Ok(())
}

/// How deep brackets are nested, those inside quotation marks left out.
fn bracket_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, '(' | '[' | '{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Depth and syntax faults, without recursion: the tree may be as deep as the text is long.
fn check_tree<'a>(root: &'a Node<'a>) -> Result<(), Vec<Fault>> {
    let mut open = vec![(root, 1)];
    while let Some((node, depth)) = open.pop() {
        if depth > TREE_DEPTH_MAX {
            let message = format!(
                "more than {TREE_DEPTH_MAX} terms stand inside each other: use `in [..]` or split it"
            );
            return Err(vec![Fault::error("too_deep", "", message)]);
        }
        if let Node::Error { error, .. } = node {
            return Err(vec![syntax(error)]);
        }
        children(node, &mut |child| open.push((child, depth + 1)));
    }
    Ok(())
}

fn syntax(error: &AstNodeError<'_>) -> Fault {
    let code = match error {
        AstNodeError::UnknownBuiltIn { .. } | AstNodeError::UnknownMethod { .. } => "unknown_function",
        _ => "syntax",
    };
    Fault::error(code, "", error.to_string())
}

/// Calls `visit` with each direct part of `node`.
pub(crate) fn children<'a>(node: &'a Node<'a>, visit: &mut dyn FnMut(&'a Node<'a>)) {
    match node {
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Pointer
        | Node::Identifier(_)
        | Node::Root => {}
        Node::TemplateString(parts) | Node::Array(parts) => parts.iter().for_each(|part| visit(part)),
        Node::Object(entries) => entries.iter().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        Node::Assignments { list, output } => {
            list.iter().for_each(|(key, value)| {
                visit(key);
                visit(value);
            });
            output.iter().for_each(|output| visit(output));
        }
        Node::Closure { body, .. } => visit(body),
        Node::Parenthesized(inner) | Node::Unary { node: inner, .. } => visit(inner),
        Node::Member { node, property } => {
            visit(node);
            visit(property);
        }
        Node::Slice { node, from, to } => {
            visit(node);
            from.iter().chain(to).for_each(|bound| visit(bound));
        }
        Node::Interval { left, right, .. } | Node::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        Node::Conditional { condition, on_true, on_false } => {
            visit(condition);
            visit(on_true);
            visit(on_false);
        }
        Node::FunctionCall { arguments, .. } => arguments.iter().for_each(|argument| visit(argument)),
        Node::MethodCall { this, arguments, .. } => {
            visit(this);
            arguments.iter().for_each(|argument| visit(argument));
        }
        Node::Error { node, .. } => node.iter().for_each(|node| visit(node)),
    }
}
