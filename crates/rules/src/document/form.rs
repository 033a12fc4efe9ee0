//! Conditions put together in a form, as an expression. A rule keeps its form; where only the text is kept,
//! `reading` finds the form again.

use crate::facts::CARDS;
use crate::fault::Fault;
use serde_json::Value;

/// Deepest group in a group.
const DEPTH_MAX: usize = 10;
/// Most conditions of a form.
const TERMS_MAX: usize = 200;
/// What a condition may ask.
const OPERATORS: [&str; 13] = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "between",
    "contains",
    "starts_with",
    "is_empty",
    "is_set",
];

/// The expression of a group. `dates` says which fields are dates.
///
/// # Errors
/// What of it is not understood, with its place in the group.
pub fn text_of(group: &Value, dates: &dyn Fn(&str) -> bool) -> Result<String, Vec<Fault>> {
    let mut form = Form { faults: Vec::new(), terms: 0, dates, list: None };
    let text = form.term(group, "", 0);
    if form.terms > TERMS_MAX {
        let message = format!("{} conditions are too many: at most {TERMS_MAX}", form.terms);
        form.faults.push(Fault::error("too_many_terms", "", message));
    }
    if form.faults.is_empty() { Ok(text) } else { Err(form.faults) }
}

struct Form<'d> {
    faults: Vec<Fault>,
    terms: usize,
    dates: &'d dyn Fn(&str) -> bool,
    /// The cards that are gone through: `cards.vehicle`; fields behind it are those of one card.
    list: Option<String>,
}

/// How a form asks what linked cards there are, as functions of the language are called.
pub(crate) const QUANTIFIERS: [&str; 2] = ["some", "none"];

/// Which cards a term asks for, and how: `("some", "cards.vehicle")`.
pub(crate) fn quantified(term: &Value) -> Option<(&'static str, &Value)> {
    QUANTIFIERS.into_iter().find_map(|word| Some((word, term.get(word)?)))
}

impl Form<'_> {
    fn refuse(&mut self, pointer: &str, message: impl Into<String>) -> String {
        self.faults.push(Fault::error("malformed", pointer, message));
        "false".to_owned()
    }

    fn term(&mut self, term: &Value, pointer: &str, depth: usize) -> String {
        if depth > DEPTH_MAX {
            return self
                .refuse(pointer, format!("groups stand inside each other more than {DEPTH_MAX} times"));
        }
        if let Some(terms) = term.get("all") {
            return self.joined(terms, &format!("{pointer}/all"), depth, " and ", "true");
        }
        if let Some(terms) = term.get("any") {
            return self.joined(terms, &format!("{pointer}/any"), depth, " or ", "false");
        }
        if let Some(inner) = term.get("not") {
            return format!("not ({})", self.term(inner, &format!("{pointer}/not"), depth + 1));
        }
        if let Some((word, list)) = quantified(term) {
            return self.cards(word, list, term.get("where"), pointer, depth);
        }
        if term.get("field").is_some() {
            return self.condition(term, pointer);
        }
        self.refuse(
            pointer,
            "a condition has `field`, `op` and `value`; a group has `all`, `any` or `not`; cards have `some` or `none`",
        )
    }

    /// Whether there are linked cards of which something holds.
    fn cards(
        &mut self,
        word: &str,
        list: &Value,
        filter: Option<&Value>,
        pointer: &str,
        depth: usize,
    ) -> String {
        self.terms += 1;
        let is_list = |path: &&str| is_path(path) && is_of_cards(path) && path.matches('.').count() == 1;
        let Some(list) = list.as_str().filter(is_list) else {
            return self.refuse(&format!("{pointer}/{word}"), "cards are named as `cards.vehicle`");
        };
        if self.list.is_some() {
            return self.refuse(pointer, "cards of cards cannot be asked: name the attributes of the card");
        }
        self.list = Some(list.to_owned());
        let inner = match filter {
            None | Some(Value::Null) => "true".to_owned(),
            Some(filter) => self.term(filter, &format!("{pointer}/where"), depth + 1),
        };
        self.list = None;
        format!("{word}({list}, {inner})")
    }

    /// How the field is read: one of a card begins with `#`, the card that is looked at.
    fn named(&self, field: &str) -> Option<String> {
        if !is_of_cards(field) {
            return Some(field.to_owned());
        }
        let attribute = field.strip_prefix(self.list.as_deref()?)?;
        (attribute.len() > 1 && attribute.starts_with('.')).then(|| format!("#{attribute}"))
    }

    fn joined(&mut self, terms: &Value, pointer: &str, depth: usize, word: &str, none: &str) -> String {
        let Some(terms) = terms.as_array() else {
            return self.refuse(pointer, "a list of conditions is needed");
        };
        if terms.is_empty() {
            return none.to_owned();
        }
        let parts: Vec<String> = (0..)
            .zip(terms)
            .map(|(place, term): (usize, _)| {
                format!("({})", self.term(term, &format!("{pointer}/{place}"), depth + 1))
            })
            .collect();
        parts.join(word)
    }

    fn condition(&mut self, term: &Value, pointer: &str) -> String {
        self.terms += 1;
        let Some(field) = term.get("field").and_then(Value::as_str).filter(|field| is_path(field)) else {
            return self.refuse(&format!("{pointer}/field"), "a field is a path such as `event.amount`");
        };
        let Some(operator) = term.get("op").and_then(Value::as_str).filter(|op| OPERATORS.contains(op))
        else {
            return self.refuse(&format!("{pointer}/op"), format!("one of {}", OPERATORS.join(", ")));
        };
        let is_date = (self.dates)(field);
        let Some(field) = self.named(field) else {
            let message = "an attribute of cards is asked inside `some` or `none` of those cards";
            return self.refuse(&format!("{pointer}/field"), message);
        };
        let value = term.get("value").unwrap_or(&Value::Null);
        let at = format!("{pointer}/value");
        let left = if is_date { format!("d({field})") } else { field.clone() };
        let sign = match operator {
            "is_empty" => return format!("{field} == null or {field} == ''"),
            "is_set" => return format!("{field} != null and {field} != ''"),
            "in" => return format!("{field} in {}", self.list(value, &at)),
            "not_in" => return format!("{field} not in {}", self.list(value, &at)),
            "between" => return self.between(&left, value, &at, is_date),
            "contains" => return format!("contains({field}, {})", self.scalar(value, &at, false)),
            "starts_with" => return format!("startsWith({field}, {})", self.scalar(value, &at, false)),
            "eq" => "==",
            "ne" => "!=",
            "lt" => "<",
            "le" => "<=",
            "gt" => ">",
            _ => ">=",
        };
        format!("{left} {sign} {}", self.scalar(value, &at, is_date))
    }

    fn between(&mut self, left: &str, value: &Value, pointer: &str, is_date: bool) -> String {
        let Some([from, to]) = value.as_array().map(Vec::as_slice) else {
            return self.refuse(pointer, "two values are needed: from and to");
        };
        let from = self.scalar(from, &format!("{pointer}/0"), is_date);
        let to = self.scalar(to, &format!("{pointer}/1"), is_date);
        format!("{left} >= {from} and {left} <= {to}")
    }

    fn list(&mut self, value: &Value, pointer: &str) -> String {
        let Some(values) = value.as_array() else {
            return self.refuse(pointer, "a list of values is needed");
        };
        let values: Vec<String> = (0..)
            .zip(values)
            .map(|(place, value): (usize, _)| self.scalar(value, &format!("{pointer}/{place}"), false))
            .collect();
        format!("[{}]", values.join(", "))
    }

    fn scalar(&mut self, value: &Value, pointer: &str, is_date: bool) -> String {
        match value {
            Value::Bool(value) => value.to_string(),
            Value::Number(number) if number.to_string().starts_with('-') => format!("({number})"),
            Value::Number(number) => number.to_string(),
            Value::String(text) if is_date => format!("d({})", quoted(text)),
            Value::String(text) => quoted(text),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.refuse(pointer, "a value is needed: a text, a number or yes or no")
            }
        }
    }
}

/// A text of the language. It has no escapes, so a text with both quotation marks is put together from pieces.
pub(crate) fn quoted(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{text}'"),
        (true, false) => format!("\"{text}\""),
        (true, true) => {
            let pieces: Vec<String> = text.split('\'').map(|piece| format!("'{piece}'")).collect();
            format!("({})", pieces.join(" + \"'\" + "))
        }
    }
}

fn is_of_cards(path: &str) -> bool {
    path.strip_prefix(CARDS).is_some_and(|rest| rest.starts_with('.'))
}

pub(super) fn is_path(field: &str) -> bool {
    let mut parts = field.split('.');
    let is_name = |part: &str| {
        part.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    parts.all(is_name) && field.contains('.')
}
