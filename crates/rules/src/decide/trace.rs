//! Why a rule reacted or not, step by step, for people.

use super::{CompiledRule, Occasion, Outcome, Verdict};
use crate::document::{Criteria, text_of};
use crate::expression::Expression;
use crate::facts::{Facts, Prepared};
use serde_json::{Value, json};

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
    let Some(field) = term.get("field").and_then(Value::as_str) else { return };
    let held = text_of(term, dates)
        .and_then(|text| Expression::compile(&text))
        .ok()
        .and_then(|expression| expression.holds_in(facts).ok());
    let mut actual = Some(whole);
    for part in field.split('.') {
        actual = actual.and_then(|value| value.get(part));
    }
    steps.push(json!({
        "part": "criteria", "held": held, "pointer": pointer, "field": field, "op": term.get("op"),
        "value": term.get("value"), "actual": actual,
    }));
}
