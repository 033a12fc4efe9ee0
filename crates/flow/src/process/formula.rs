//! Expressions and texts with placeholders, as they stand in a node: compiled when the flow is read.

use rules::placeholder::{Piece, pieces};
use rules::{EvalError, Expression, Fault, Prepared};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest text with placeholders, in bytes: a page of a script is read aloud, not studied.
pub const TEXT_BYTES_MAX: usize = 20_000;

/// An expression of the one language.
#[derive(Clone, Debug)]
pub struct Formula {
    text: String,
    compiled: Option<Expression>,
}

impl Formula {
    /// The expression of a text, also when it cannot be compiled: [`Formula::faults`] says why.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: Expression::compile(text).ok() }
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with it; pointers lie in the expression's own document.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        match self.compiled {
            Some(_) => vec![],
            None => Expression::compile(&self.text).err().unwrap_or_default(),
        }
    }

    /// The paths it reads.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.compiled.iter().flat_map(|compiled| compiled.fields().iter().map(String::as_str))
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none.
    pub fn evaluate(&self, facts: &Prepared<'_>) -> Result<Json, EvalError> {
        self.compiled()?.evaluate_in(facts)
    }

    /// Whether it is true; no value is false.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub fn holds(&self, facts: &Prepared<'_>) -> Result<bool, EvalError> {
        self.compiled()?.holds_in(facts)
    }

    fn compiled(&self) -> Result<&Expression, EvalError> {
        self.compiled.as_ref().ok_or_else(|| EvalError::Failed(format!("{:?} is no expression", self.text)))
    }
}

/// A text in which `{{ expression }}` stands for a value.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    parts: Vec<Part>,
    open: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Plain(String),
    Value(Formula),
}

impl Text {
    /// The parts of a text, also when a placeholder is broken: [`Text::faults`] says why.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let parts: Vec<Part> = pieces(text)
            .map(|piece| match piece {
                Piece::Said(said) => Part::Plain(said.to_owned()),
                Piece::Placeholder(formula) => Part::Value(Formula::new(formula)),
                Piece::Open(rest) => Part::Plain(format!("{{{{{rest}")),
            })
            .collect();
        let open = pieces(text).any(|piece| matches!(piece, Piece::Open(_)));
        Self { text: text.to_owned(), parts, open }
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.formulas().flat_map(Formula::faults).collect();
        if self.open {
            faults.push(Fault::error("syntax", "", "a placeholder begins with {{ and does not end: add }}"));
        }
        if self.text.len() > TEXT_BYTES_MAX {
            let problem = format!("the text is longer than {TEXT_BYTES_MAX} bytes: make two pages of it");
            faults.push(Fault::error("too_long", "", problem));
        }
        faults
    }

    /// The expressions in it.
    pub fn formulas(&self) -> impl Iterator<Item = &Formula> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(formula) => Some(formula),
            Part::Plain(_) => None,
        })
    }

    /// The text with values in it. What has no value, or cannot be evaluated, leaves a dash: an operator reads the
    /// rest of the page all the same.
    #[must_use]
    pub fn render(&self, facts: &Prepared<'_>) -> String {
        let mut rendered = String::with_capacity(self.text.len());
        for part in &self.parts {
            match part {
                Part::Plain(plain) => rendered.push_str(plain),
                Part::Value(formula) => match formula.evaluate(facts) {
                    Ok(Json::String(text)) => rendered.push_str(&text),
                    Ok(Json::Null) | Err(_) => rendered.push('–'),
                    Ok(value) => {
                        let _ = write!(rendered, "{value}"); // a String takes everything
                    }
                },
            }
        }
        rendered
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

impl JsonSchema for Formula {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "expression" })
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "text" })
    }
}
