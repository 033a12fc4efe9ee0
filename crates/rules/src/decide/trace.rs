//! Why a rule reacted or not, step by step, for people.

use super::read_at;
use super::{CompiledRule, Occasion, Outcome, Verdict};
use crate::document::{Criteria, quantified, text_of};
use crate::expression::Expression;
use crate::facts::{Facts, Prepared};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The steps of a decision: `{"steps": [{"part", "held", ...}], "rows": [..], "outputs": [..], "inputs": {..}}`.
#[must_use]
pub fn trace(
    rule: &CompiledRule,
    facts: &Facts,
    occasion: Occasion,
    outcome: &Outcome,
    dates: &dyn Fn(&str) -> bool,
) -> Value {
    let document = rule.document();
    let mut steps = Vec::new();
    if document.valid_from.is_some() || document.valid_to.is_some() {
        let held = !matches!(outcome.verdict, Verdict::NotYetValid | Verdict::Expired);
        steps.push(json!({ "part": "valid", "held": held, "actual": occasion.at }));
    }
    let prepared = facts.prepare();
    let whole = facts.without_references();
    match &document.criteria {
        Criteria::Form { group } => {
            conditions(group, "/criteria/group", &prepared, &whole, dates, &mut steps)
        }
        Criteria::Expression { text } => {
            let held =
                Expression::compile(text).ok().and_then(|expression| expression.holds_in(&prepared).ok());
            steps
                .push(json!({ "part": "criteria", "held": held, "pointer": "/criteria/text", "text": text }));
        }
        Criteria::Table { .. } => {
            steps.push(
                json!({ "part": "table", "held": !outcome.rows.is_empty(), "pointer": "/criteria/table" }),
            );
        }
    }
    if let Some(hours) = &document.hours {
        steps.push(
            json!({ "part": "hours", "held": hours.contain(occasion), "actual": facts.time.get("iso") }),
        );
    }
    if let Some(fault) = &outcome.fault {
        steps.push(json!({ "part": "error", "held": false, "text": fault }));
    }
    json!({
        "steps": steps, "rows": outcome.rows, "outputs": outcome.outputs, "inputs": rule.inputs(&whole),
        "verdict": outcome.verdict,
    })
}

fn conditions(
    term: &Value,
    pointer: &str,
    facts: &Prepared<'_>,
    whole: &Value,
    dates: &dyn Fn(&str) -> bool,
    steps: &mut Vec<Value>,
) {
    for key in ["all", "any"] {
        for (place, inner) in (0_usize..).zip(term.get(key).and_then(Value::as_array).into_iter().flatten()) {
            conditions(inner, &format!("{pointer}/{key}/{place}"), facts, whole, dates, steps);
        }
    }
    if let Some(inner) = term.get("not") {
        conditions(inner, &format!("{pointer}/not"), facts, whole, dates, steps);
    }
    let (field, asked, value) = match quantified(term) {
        Some((word, list)) => (list.as_str(), json!(word), term.get("where")),
        None => (term.get("field").and_then(Value::as_str), json!(term.get("op")), term.get("value")),
    };
    let Some(field) = field else { return };
    let compiled = text_of(term, dates).and_then(|text| Expression::compile(&text)).ok();
    let held = compiled.as_ref().and_then(|expression| expression.holds_in(facts).ok());
    let actual = match quantified(term) {
        Some(_) => compiled.map_or(Value::Null, |expression| of_cards(expression.fields(), field, whole)),
        None => read_at(whole, field),
    };
    steps.push(json!({
        "part": "criteria", "held": held, "pointer": pointer, "field": field, "op": asked,
        "value": value, "actual": actual,
    }));
}

/// The cards with what is read of them; null when nobody is known.
fn of_cards(read: &BTreeSet<String>, list: &str, whole: &Value) -> Value {
    let keys: Vec<&str> = read
        .iter()
        .filter_map(|path| path.strip_prefix(list)?.strip_prefix('.'))
        .filter(|key| *key != "id")
        .collect();
    let Value::Array(cards) = read_at(whole, list) else { return Value::Null };
    let card = |card: &Value| {
        keys.iter().map(|key| ((*key).to_owned(), card.get(key).cloned().unwrap_or(Value::Null))).collect()
    };
    cards.iter().map(card).map(Value::Object).collect()
}
