//! The tests that travel with a rule.

use super::{Document, Sample};
use crate::decide::{CompiledRule, Occasion};
use crate::facts::{Facts, References};
use crate::fault::Fault;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

/// What came out of one test.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SampleResult {
    /// Its name.
    pub name: String,
    /// Whether it came out as expected.
    pub passed: bool,
    /// Whether the rule reacted.
    pub matched: bool,
    /// With which reactions.
    pub reactions: Vec<String>,
    /// Why it did not react, or what failed.
    pub reason: String,
}

/// Runs the tests of a document.
#[must_use]
pub fn run_samples(
    document: &Document,
    rule: &CompiledRule,
    reference: &References,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> Vec<SampleResult> {
    document.tests.iter().map(|sample| run(sample, document, rule, reference, now, zone)).collect()
}

fn run(
    sample: &Sample,
    document: &Document,
    rule: &CompiledRule,
    reference: &References,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> SampleResult {
    let now = sample.now.unwrap_or(now);
    let facts = Facts {
        event: sample.event.clone(),
        meta: json!({ "type": document.event, "source": "test", "id": sample.name, "time": now, "depth": 0 }),
        customer: sample.customer.clone(),
        account: sample.account.clone(),
        prediction: sample.prediction.clone(),
        cards: sample.cards.clone(),
        vars: Value::Null,
        reference: reference.clone(),
        time: Value::Null,
    }
    .at(now, zone);
    let outcome = rule.decide(&facts.prepare(), Occasion { at: now, zone });
    let keys_fit = sample.expect.reactions.as_ref().is_none_or(|expected| *expected == outcome.reactions);
    SampleResult {
        name: sample.name.clone(),
        passed: outcome.matched() == sample.expect.matched && keys_fit,
        matched: outcome.matched(),
        reason: outcome.fault.clone().unwrap_or_else(|| outcome.verdict.as_str().to_owned()),
        reactions: outcome.reactions,
    }
}

impl SampleResult {
    /// The fault of a test that did not pass.
    #[must_use]
    pub fn fault(&self, place: usize) -> Option<Fault> {
        if self.passed {
            return None;
        }
        let message = format!(
            "the test {:?} came out differently: matched {}, reactions {:?} ({})",
            self.name, self.matched, self.reactions, self.reason
        );
        Some(Fault::error("test_failed", format!("/tests/{place}"), message))
    }
}
