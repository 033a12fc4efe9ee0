//! One text with placeholders.

use crate::expression::compile;
use rules::{Expression, Prepared, placeholder};
use serde_json::Value;
use std::collections::BTreeSet;

/// How values are written into a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As they are.
    Plain,
    /// On one line: a line break in a subject would be a header of its own.
    OneLine,
    /// Escaped, so that a name cannot be mark-up.
    Html,
}

/// A placeholder that has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// As it stands between the braces.
    pub placeholder: String,
    /// Why, when it is more than that the field is empty.
    pub detail: Option<String>,
}

/// A text cut at its placeholders.
#[derive(Clone, Debug)]
pub struct Text {
    pieces: Vec<Piece>,
    mode: Mode,
}

#[derive(Clone, Debug)]
enum Piece {
    Said(String),
    Placeholder(String, Expression),
}

impl Text {
    /// Reads a text.
    ///
    /// # Errors
    /// A placeholder is not closed or holds no expression, in words.
    pub fn read(text: &str, mode: Mode) -> Result<Self, String> {
        let read = |piece| match piece {
            placeholder::Piece::Said(said) => Ok(Piece::Said(said.to_owned())),
            placeholder::Piece::Placeholder("") => {
                Err("a placeholder is empty: write {{ customer.name }}".to_owned())
            }
            placeholder::Piece::Placeholder(inside) => {
                Ok(Piece::Placeholder(inside.to_owned(), compile(inside)?))
            }
            placeholder::Piece::Open(_) => {
                Err("a placeholder is not closed: write {{ customer.name }}".to_owned())
            }
        };
        let pieces = placeholder::pieces(text).map(read).collect::<Result<_, _>>()?;
        Ok(Self { pieces, mode })
    }

    /// The fields its placeholders read.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<String> {
        self.pieces
            .iter()
            .flat_map(|piece| match piece {
                Piece::Said(_) => BTreeSet::new(),
                Piece::Placeholder(_, expression) => expression.fields().clone(),
            })
            .collect()
    }

    /// The text with values. A placeholder without one stays as it is and is added to `missing`.
    #[must_use]
    pub fn write(&self, facts: &Prepared<'_>, missing: &mut Vec<Missing>) -> String {
        let mut written = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Said(said) => written.push_str(said),
                Piece::Placeholder(placeholder, expression) => {
                    let value = expression.evaluate_in(facts);
                    let detail = value.as_ref().err().map(ToString::to_string);
                    match value.ok().and_then(|value| shown(&value)) {
                        Some(value) => self.push(&mut written, &value),
                        None => {
                            written.push_str(&format!("{{{{ {placeholder} }}}}"));
                            missing.push(Missing { placeholder: placeholder.clone(), detail });
                        }
                    }
                }
            }
        }
        if self.mode == Mode::OneLine { one_line(&written) } else { written }
    }

    fn push(&self, written: &mut String, value: &str) {
        match self.mode {
            Mode::Plain | Mode::OneLine => written.push_str(value),
            Mode::Html => {
                for c in value.chars() {
                    match c {
                        '<' => written.push_str("&lt;"),
                        '>' => written.push_str("&gt;"),
                        '&' => written.push_str("&amp;"),
                        '"' => written.push_str("&quot;"),
                        '\'' => written.push_str("&#39;"),
                        c => written.push(c),
                    }
                }
            }
        }
    }
}

/// A value as people read it; nothing when there is nothing to read.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::String(value) if value.trim().is_empty() => None,
        Value::String(value) => Some(value.clone()),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(shown).collect();
            items.filter(|items| !items.is_empty()).map(|items| items.join(", "))
        }
    }
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ")
}
