//! What routing is configured with: queues, skills, operators' settings, and the words people choose from.

#[cfg(test)]
mod tests;

use base::FieldFault;
use base::LocalText;
use base::id::{NotReadyReasonId, OperatorId, OrgUnitId, QueueId, ResultId, SkillId, TopicId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Levels of a skill: 1 knows a little, 10 is best. Source: Avaya uses 1 to 16, Amazon Connect 1 to 5; ten is
/// what people can tell apart.
pub const LEVELS: std::ops::RangeInclusive<i32> = 1..=10;
/// Longest name of anything, in characters: what a list shows in one line.
pub const NAME_MAX: usize = 100;
/// Longest time that an offer may ring, in seconds: callers give up sooner.
pub const RING_SECONDS_MAX: i32 = 300;
/// Longest wrap-up and service level target, in seconds: one hour.
pub const SECONDS_MAX: i32 = 3_600;
/// Most contacts that may wait in one queue: what the routing core is measured for.
pub const WAITING_MAX: i32 = 10_000;

/// Highest priority of a queue or of a contact in it. Flows use the same scale.
pub const PRIORITY_MAX: i32 = 9;

/// A skill and how well it must be, or is, known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkillLevel {
    /// Which skill.
    pub skill_id: SkillId,
    /// 1 (a little) to 10 (best).
    #[schema(minimum = 1, maximum = 10)]
    pub level: i32,
}

/// What people set of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct QueueFields {
    /// Unique among queues in use.
    #[schema(example = "Individuals")]
    pub name: String,
    /// The skills an operator must have, each at least at this level. Language is one of them where wanted.
    #[sqlx(json)]
    #[serde(default)]
    pub skills: Vec<SkillLevel>,
    /// How long one offer rings, in seconds.
    pub ring_seconds: i32,
    /// How long wrap-up lasts before the operator is free by itself, in seconds; 0 skips it.
    pub wrap_up_seconds: i32,
    /// Topic and result must be chosen before the operator is free.
    pub wrap_up_mandatory: bool,
    /// Service level: answered within this many seconds of queueing.
    pub target_seconds: i32,
    /// Service level: this share of contacts, in percent.
    pub target_percent: i32,
    /// Who hangs up within this many seconds does not count as abandoned.
    pub short_abandon_seconds: i32,
    /// Contacts that may wait at once; the next one is told that there is no room.
    pub waiting_max: i32,
    /// 0 to 9; higher is served first, 0 is usual. A flow may give a contact another one.
    pub priority: i32,
    /// Which part of the organisation it belongs to.
    #[serde(default)]
    pub unit_id: Option<OrgUnitId>,
}

/// One line of waiting contacts, as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Queue {
    /// Its id.
    #[sqlx(rename = "queue_id")]
    pub id: QueueId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: QueueFields,
    /// Grows with each change.
    pub version: i32,
}

/// What people set of a skill or of a result: its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct NamedFields {
    /// In each language of the product, at least one.
    #[sqlx(json)]
    pub name: LocalText,
}

/// What an operator can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Skill {
    /// Its id.
    #[sqlx(rename = "skill_id")]
    pub id: SkillId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: NamedFields,
    /// Grows with each change.
    pub version: i32,
}

/// How a contact can end, as the operator judges it: solved, escalated, call back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct ContactResult {
    /// Its id.
    #[sqlx(rename = "result_id")]
    pub id: ResultId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: NamedFields,
    /// Grows with each change.
    pub version: i32,
}

/// What people set of a not-ready reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct ReasonFields {
    /// Short and stable, for reports and integrations: small letters, digits and `_`.
    #[schema(example = "lunch")]
    pub code: String,
    /// In each language of the product, at least one.
    #[sqlx(json)]
    pub name: LocalText,
}

/// Why an operator is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct NotReadyReason {
    /// Its id.
    #[sqlx(rename = "reason_id")]
    pub id: NotReadyReasonId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: ReasonFields,
    /// Grows with each change.
    pub version: i32,
}

/// What people set of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct TopicFields {
    /// In each language of the product, at least one.
    #[sqlx(json)]
    pub name: LocalText,
    /// The category it is a subcategory of; none for a category.
    #[serde(default)]
    pub parent_id: Option<TopicId>,
}

/// What a contact can be about: category, and below it subcategories (CC-TEL-03).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Topic {
    /// Its id.
    #[sqlx(rename = "topic_id")]
    pub id: TopicId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: TopicFields,
    /// Grows with each change.
    pub version: i32,
}

/// What people set of an operator (CC-OPER-02, CC-OPER-03). The person itself is a record of access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct OperatorFields {
    /// Which queues the operator serves.
    #[sqlx(json)]
    pub queues: Vec<QueueId>,
    /// What the operator can do, and how well (CC-ROUTE-06).
    #[sqlx(json)]
    pub skills: Vec<SkillLevel>,
    /// Whether incoming contacts are offered.
    pub receives_incoming: bool,
    /// Whether the operator may start contacts.
    pub sends_outgoing: bool,
    /// Whether topic and result are mandatory for this operator, whatever the queue says.
    pub wrap_up_mandatory: bool,
}

/// A person's settings as an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct OperatorSettings {
    /// Equals the person's id.
    #[sqlx(rename = "operator_id")]
    pub id: OperatorId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: OperatorFields,
    /// Grows with each change; 0 while nothing was ever set.
    pub version: i32,
}

impl OperatorSettings {
    /// A person nobody has set up yet: serves no queue, receives what is offered, must fill in nothing.
    #[must_use]
    pub fn unset(id: OperatorId) -> Self {
        let fields = OperatorFields {
            queues: Vec::new(),
            skills: Vec::new(),
            receives_incoming: true,
            sends_outgoing: false,
            wrap_up_mandatory: false,
        };
        Self { id, fields, version: 0 }
    }
}

impl QueueFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        name_fault(&self.name, "/name", &mut faults);
        level_faults(&self.skills, &mut faults);
        let ranges = [
            ("/ring_seconds", self.ring_seconds, 1, RING_SECONDS_MAX),
            ("/wrap_up_seconds", self.wrap_up_seconds, 0, SECONDS_MAX),
            ("/target_seconds", self.target_seconds, 1, SECONDS_MAX),
            ("/target_percent", self.target_percent, 1, 100),
            ("/short_abandon_seconds", self.short_abandon_seconds, 0, SECONDS_MAX),
            ("/waiting_max", self.waiting_max, 1, WAITING_MAX),
            ("/priority", self.priority, 0, PRIORITY_MAX),
        ];
        for (pointer, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                faults.push(FieldFault::new(pointer, format!("{value} is not between {least} and {most}")));
            }
        }
        faults
    }
}

impl NamedFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        local_text_faults(&self.name, &mut faults);
        faults
    }
}

impl ReasonFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let well_formed =
            self.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if self.code.is_empty() || self.code.len() > 40 || !well_formed {
            faults.push(FieldFault::new("/code", "use 1 to 40 small letters, digits and _, such as lunch"));
        }
        local_text_faults(&self.name, &mut faults);
        faults
    }
}

impl TopicFields {
    /// What cannot be accepted, by field; whether the parent exists is the store's question.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        local_text_faults(&self.name, &mut faults);
        faults
    }
}

impl OperatorFields {
    /// What cannot be accepted, by field; whether queues and skills exist is the store's question.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        level_faults(&self.skills, &mut faults);
        for (position, queue) in self.queues.iter().enumerate() {
            if self.queues.iter().take(position).any(|earlier| earlier == queue) {
                faults
                    .push(FieldFault::new(format!("/queues/{position}"), "this queue is in the list twice"));
            }
        }
        faults
    }
}

fn name_fault(name: &str, pointer: &str, faults: &mut Vec<FieldFault>) {
    let length = name.trim().chars().count();
    if length == 0 {
        faults.push(FieldFault::new(pointer, "must not be empty"));
    } else if length > NAME_MAX {
        faults.push(FieldFault::new(pointer, format!("has {length} characters, and {NAME_MAX} is the most")));
    }
}

fn local_text_faults(text: &LocalText, faults: &mut Vec<FieldFault>) {
    if text.0.is_empty() {
        faults.push(FieldFault::new("/name", "needs a text in at least one of en, ru, uz"));
    }
    for (locale, name) in &text.0 {
        name_fault(name, &format!("/name/{locale}"), faults);
    }
}

fn level_faults(skills: &[SkillLevel], faults: &mut Vec<FieldFault>) {
    for (position, skill) in skills.iter().enumerate() {
        if !LEVELS.contains(&skill.level) {
            let detail = format!("{} is not between {} and {}", skill.level, LEVELS.start(), LEVELS.end());
            faults.push(FieldFault::new(format!("/skills/{position}/level"), detail));
        }
        if skills.iter().take(position).any(|earlier| earlier.skill_id == skill.skill_id) {
            let pointer = format!("/skills/{position}/skill_id");
            faults.push(FieldFault::new(pointer, "this skill is in the list twice"));
        }
    }
}
