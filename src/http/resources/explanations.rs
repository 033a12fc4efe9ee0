//! Why a contact was routed so: the kernel's explanation, with names.

use base::id::{OperatorId, QueueId};
use chrono::{DateTime, Utc};
use routing::contact::Decision;
use routing::explain::{Explanation, Outcome, RuledOut, RuledOutWhy, Trigger};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What made the queue decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExplanationRule)]
pub enum Rule {
    /// A contact came into the line: the longest-idle operator who can take it.
    ContactWaits,
    /// An operator became free: the first in line whom the operator can serve.
    OperatorFree,
}

/// Why an operator got the contact, or did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The longest idle of those who could take it.
    LongestIdle,
    /// Not free.
    NotFree,
    /// A skill is missing or its level too low.
    Skill,
    /// Refused this contact shortly before.
    RefusedBefore,
    /// Could have taken it, but another had been idle for longer.
    IdleForLess,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExplanationVerdict)]
pub enum Verdict {
    /// Got the offer.
    Chosen,
    /// Did not.
    RuledOut,
}

/// One operator who was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Candidate {
    /// Who.
    pub operator_id: OperatorId,
    /// The name.
    pub name: Option<String>,
    /// Got the offer or not.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// How long the chosen one had been idle.
    pub idle_seconds: Option<i64>,
}

/// Who got the offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Chosen {
    /// Who.
    pub operator_id: OperatorId,
    /// The name.
    pub name: Option<String>,
}

/// One routing decision: who was considered, who was ruled out, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplanationBody {
    /// When.
    pub at: DateTime<Utc>,
    /// In which queue.
    pub queue_id: QueueId,
    /// The name of the queue; null when it is no longer in use.
    pub queue_name: Option<String>,
    /// What made the queue decide.
    pub rule: Rule,
    /// The contact's priority.
    pub priority: i16,
    /// How many waited, this contact included.
    pub waiting: usize,
    /// How many operators were free, skilled and willing.
    pub considered: usize,
    /// How many were not.
    pub ruled_out: usize,
    /// Who got the offer; null: it waits.
    pub chosen: Option<Chosen>,
    /// The chosen one and the closest of the others.
    pub candidates: Vec<Candidate>,
}

fn read(decision: &Decision) -> Option<Explanation> {
    // One that an older server wrote in another shape is left out; its event is still shown.
    serde_json::from_value(decision.explanation.clone()).ok()
}

/// Everybody whom a decision names.
pub(super) fn named(decision: &Decision) -> Vec<OperatorId> {
    let others = read(decision).into_iter().flat_map(|explanation| explanation.reasons);
    decision.operator_id.into_iter().chain(others.map(|ruled_out| ruled_out.operator)).collect()
}

/// The decision with names.
pub(super) fn explained(
    decision: &Decision,
    queues: &BTreeMap<QueueId, String>,
    names: &BTreeMap<OperatorId, String>,
) -> Option<ExplanationBody> {
    let explanation = read(decision)?;
    let name = |id: &OperatorId| names.get(id).cloned();
    let chosen = match explanation.outcome {
        Outcome::Reserved { operator, idle_since, .. } => Some((operator, idle_since)),
        Outcome::Waits => None,
    };
    let first = chosen.map(|(operator_id, idle_since)| Candidate {
        operator_id,
        name: name(&operator_id),
        verdict: Verdict::Chosen,
        reason: Reason::LongestIdle,
        idle_seconds: Some((explanation.at - idle_since).num_seconds().max(0)),
    });
    let other = |ruled_out: &RuledOut| Candidate {
        operator_id: ruled_out.operator,
        name: name(&ruled_out.operator),
        verdict: Verdict::RuledOut,
        reason: reason(&ruled_out.why),
        idle_seconds: None,
    };
    Some(ExplanationBody {
        at: explanation.at,
        queue_id: explanation.queue,
        queue_name: queues.get(&explanation.queue).cloned(),
        rule: match explanation.trigger {
            Trigger::ContactWaits => Rule::ContactWaits,
            Trigger::OperatorFree => Rule::OperatorFree,
        },
        priority: explanation.priority,
        waiting: explanation.waiting,
        considered: explanation.considered,
        ruled_out: explanation.ruled_out,
        chosen: chosen.map(|(operator_id, _)| Chosen { operator_id, name: name(&operator_id) }),
        candidates: first.into_iter().chain(explanation.reasons.iter().map(other)).collect(),
    })
}

const fn reason(why: &RuledOutWhy) -> Reason {
    match why {
        RuledOutWhy::NotFree => Reason::NotFree,
        RuledOutWhy::Skill { .. } => Reason::Skill,
        RuledOutWhy::RefusedBefore => Reason::RefusedBefore,
        RuledOutWhy::IdleForLess => Reason::IdleForLess,
    }
}
