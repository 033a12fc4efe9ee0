//! Tiers: statuses of members, from a list that the organisation defines (CIMP-TIER-01..04, PP-LOY-04).

pub mod fields;
mod ladder;
mod settle;
#[cfg(test)]
mod tests;

pub use ladder::{Counted, Counts, Ladder, Standing, whole_months};
pub use settle::{Move, Present, settle};

use crate::earning::ACTIVITIES;
use crate::programme::{code_fault, title_fault};
use base::id::{ProgrammeId, TierId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use rules::Expression;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most tiers of a programme: a list that people can keep in mind, with room.
pub const TIERS_MAX: usize = 50;
/// Largest multiplier of a tier.
pub const MULTIPLIER_MAX: f64 = 100.0;

/// What people set of a tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct TierFields {
    /// Its place: higher is better. Unique within the programme.
    #[schema(minimum = 1, maximum = 50)]
    pub level: i16,
    /// The stable name.
    #[schema(example = "silver")]
    pub code: String,
    /// How people call it.
    #[sqlx(json)]
    pub title: LocalText,
    /// When a member has it, in the language of rules over `account.…`; of those that hold the highest counts.
    /// `account.earned.points` are points that were given in the programme's period, `account.spent.purchase` is money
    /// that purchases cost in it; `account.earned_ever` and `account.spent_ever` count since ever.
    #[schema(example = "account.service_types >= 3")]
    pub condition: String,
    /// The discount that the level carries, in percent (PP-LOY-04).
    #[serde(default)]
    pub discount_percent: f64,
    /// What is earned is multiplied by it, in rules that read `account.multiplier`.
    #[serde(default = "once")]
    pub multiplier: f64,
}

const fn once() -> f64 {
    1.0
}

impl TierFields {
    /// What cannot be accepted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault(&self.code).into_iter().collect();
        faults.extend(title_fault(&self.title));
        if self.level < 1 || usize::try_from(self.level).is_ok_and(|level| level > TIERS_MAX) {
            faults.push(FieldFault::new("/level", format!("must be 1 to {TIERS_MAX}")));
        }
        match Expression::compile(&self.condition) {
            Err(found) => {
                faults.extend(found.into_iter().map(|fault| FieldFault::new("/condition", fault.message)));
            }
            Ok(condition) => {
                let foreign = condition.fields().iter().find(|path| !knows(path));
                faults.extend(foreign.map(|path| {
                    let known: Vec<String> = COUNTERS.iter().map(|name| format!("account.{name}")).collect();
                    let detail = format!(
                        "`{path}` is no counter of an account: use {}, account.earned.<bonus type>, \
                         account.earned_ever.<bonus type>, account.spent.<kind of activity>, \
                         account.spent_ever.<kind of activity>",
                        known.join(", ")
                    );
                    FieldFault::new("/condition", detail)
                }));
            }
        }
        if !(0.0..=100.0).contains(&self.discount_percent) {
            faults.push(FieldFault::new("/discount_percent", "must be 0 to 100"));
        }
        if !(0.0..=MULTIPLIER_MAX).contains(&self.multiplier) {
            faults.push(FieldFault::new("/multiplier", format!("must be 0 to {MULTIPLIER_MAX}")));
        }
        faults
    }
}

/// What a condition may look at, under `account.`: what a change of the account itself can count at once.
pub const COUNTERS: [&str; 5] = ["service_types", "services", "tenure_months", "macroregion", "region"];
/// Points that were given, by bonus type: in the programme's period, and since ever.
pub const EARNED: [&str; 2] = ["earned", "earned_ever"];
/// Money that was spent, by kind of activity: in the programme's period, and since ever.
pub const SPENT: [&str; 2] = ["spent", "spent_ever"];

fn knows(path: &str) -> bool {
    let Some(name) = path.strip_prefix("account.") else { return path == "account" };
    let spent = || {
        let (counter, kind) = name.split_once('.')?;
        Some(SPENT.contains(&counter) && ACTIVITIES.contains(&kind))
    };
    // Of `account.earned["cash-back"]` the path is `account.earned`.
    let whole = COUNTERS.iter().chain(&EARNED).chain(&SPENT).any(|counter| *counter == name);
    whole || earned_type(path).is_some() || spent().unwrap_or(false)
}

/// The bonus type that a path counts, such as `points` of `account.earned.points`.
#[must_use]
pub fn earned_type(path: &str) -> Option<&str> {
    let (counter, code) = path.strip_prefix("account.")?.split_once('.')?;
    EARNED.contains(&counter).then_some(code)
}

/// A tier.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Tier {
    /// Its id.
    #[sqlx(rename = "tier_id")]
    pub id: TierId,
    /// Of which programme.
    pub programme_id: ProgrammeId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: TierFields,
    /// Grows with each change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}
