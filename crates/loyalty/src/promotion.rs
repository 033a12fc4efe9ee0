//! Promotions: offers to accounts that fit, activated by what happens, with rewards (CIMP-SPV-01 … CIMP-SPV-07,
//! CIMP-ENT-07).

pub mod contest;
pub mod offer;
pub mod status;
#[cfg(test)]
mod tests;

pub use status::{PromotionAct, PromotionStatus, StatusRefusal};

use crate::coupon::code::CodeLength;
use crate::id::{PromotionId, RewardId};
use crate::input::Decimal;
use crate::master::{code_fault, text_fault};
use base::id::ProgrammeId;
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use rules::Expression;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest title in one language, in characters.
pub const TITLE_MAX: usize = 200;
/// Longest description in one language, in characters.
pub const DESCRIPTION_MAX: usize = 4_000;
/// Longest condition, in characters; the language has limits of its own.
pub const CONDITION_MAX: usize = 4_000;
/// What criteria may look at: to whom offers are made.
pub const CRITERIA_ROOTS: [&str; 4] = ["customer", "account", "cards", "time"];
/// What the condition of an activation may look at.
pub const ACTIVATION_ROOTS: [&str; 6] = ["event", "meta", "customer", "account", "cards", "time"];
/// Longest time that an offer stands, in days: a year.
pub const OFFER_DAYS_MAX: i32 = 366;
/// Longest time after which accounts are looked at again, in hours: a month.
pub const RESCAN_HOURS_MAX: i32 = 744;
/// Most kinds of prizes of a contest, and most prizes of a kind.
pub const PRIZES_MAX: usize = 50;
/// Most prizes of one kind.
pub const PRIZE_COUNT_MAX: u32 = 100_000;
/// Most times that one coupon can be redeemed: a public code of a large campaign.
pub const COUPON_USES_MAX: i32 = 10_000_000;
/// Longest validity of coupons and of points that are a reward, in days: ten years.
pub const VALID_DAYS_MAX: i32 = 3_650;

/// The kinds of promotions (CIMP-SPV-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PromotionKind {
    /// «Общие»: offers that are activated by what the client does.
    General,
    /// «Конкурс»: activated offers take part in a draw.
    Contest,
    /// «Купоны»: codes that give something once.
    Coupons,
}

impl PromotionKind {
    /// The word of columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Contest => "contest",
            Self::Coupons => "coupons",
        }
    }
}

/// What a client gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PromotionReward {
    /// Points.
    Points {
        /// The code of the bonus type, of the promotion's programme.
        bonus_type: String,
        /// How many.
        amount: Decimal,
        /// For how many days; null: as the bonus type says.
        #[serde(default)]
        validity_days: Option<i32>,
    },
    /// A coupon of a promotion of that kind, for the account alone.
    Coupon {
        /// Which promotion.
        promotion_id: PromotionId,
    },
    /// Something of the catalogue, for nothing.
    Item {
        /// What.
        reward_id: RewardId,
    },
}

/// What activates an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// The type of event; its customer is the offer's.
    #[schema(example = "purchase")]
    pub event_type: String,
    /// What must be true of the event, in the language of rules; empty for nothing more.
    #[serde(default)]
    #[schema(example = "event.amount >= 100000")]
    pub condition: String,
}

/// Prizes of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// How people call it.
    pub title: LocalText,
    /// How many there are.
    pub count: u32,
    /// What a winner gets; null for what is handed over outside of this server.
    #[serde(default)]
    pub reward: Option<PromotionReward>,
}

/// How coupons of a promotion are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponTerms {
    /// How long codes are.
    #[serde(default)]
    pub length: CodeLength,
    /// How often one coupon is redeemed.
    #[serde(default = "once")]
    pub uses: i32,
    /// For how many days a coupon is valid; null: as long as the promotion runs.
    #[serde(default)]
    pub valid_days: Option<i32>,
    /// How many coupons of this promotion one account redeems; null for any number.
    #[serde(default)]
    pub per_account: Option<i32>,
}

const fn once() -> i32 {
    1
}

/// What people set of a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionFields {
    /// By which people and files name it. Of a promotion that exists it stays.
    #[schema(example = "spring")]
    pub code: String,
    /// How people call it.
    pub title: LocalText,
    /// What it is about.
    #[serde(default)]
    pub description: LocalText,
    /// Which kind.
    pub kind: PromotionKind,
    /// Of which programme.
    pub programme_id: ProgrammeId,
    /// To whom offers are made: a condition over `customer` and `account`, in the language of rules; empty for
    /// everybody who is enrolled.
    #[serde(default)]
    #[schema(example = "account.level >= 3 and customer.language == 'ru'")]
    pub criteria: String,
    /// From when on it makes offers; null: from its launch.
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// When it completes by itself; null: when somebody completes it.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
    /// For how many days an offer stands; null: as long as the promotion runs.
    #[serde(default)]
    pub offer_days: Option<i32>,
    /// After how many hours accounts that have no offer are looked at again; null: each account once.
    #[serde(default)]
    pub rescan_hours: Option<i32>,
    /// What activates an offer by itself; null: an outside system or an operator does.
    #[serde(default)]
    pub activation: Option<Activation>,
    /// What an activated offer, or a redeemed coupon, gives; null for nothing.
    #[serde(default)]
    pub reward: Option<PromotionReward>,
    /// Of a contest: what can be won, best first.
    #[serde(default)]
    pub prizes: Vec<Prize>,
    /// Of coupons: how they are.
    #[serde(default)]
    pub coupons: Option<CouponTerms>,
}

impl PromotionFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault("/code", &self.code).into_iter().collect();
        faults.extend(text_fault("/title", &self.title, TITLE_MAX, true));
        faults.extend(text_fault("/description", &self.description, DESCRIPTION_MAX, false));
        if let Err(details) = condition(&self.criteria, &CRITERIA_ROOTS) {
            faults.extend(details.into_iter().map(|detail| FieldFault::new("/criteria", detail)));
        }
        if let Some(activation) = &self.activation {
            faults.extend(activation.faults());
        }
        if let (Some(from), Some(until)) = (self.starts_at, self.ends_at)
            && from >= until
        {
            faults.push(FieldFault::new("/ends_at", "must be later than starts_at"));
        }
        faults.extend(within("/offer_days", self.offer_days, OFFER_DAYS_MAX));
        faults.extend(within("/rescan_hours", self.rescan_hours, RESCAN_HOURS_MAX));
        faults.extend(self.reward.iter().flat_map(|reward| reward.faults("/reward")));
        faults.extend(self.kind_faults());
        faults
    }

    /// What belongs to one kind and not to another.
    fn kind_faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        match self.kind {
            PromotionKind::Contest if self.prizes.is_empty() => {
                faults.push(FieldFault::new("/prizes", "a contest needs at least one prize"));
            }
            PromotionKind::Contest if self.prizes.len() > PRIZES_MAX => {
                faults
                    .push(FieldFault::new("/prizes", format!("has more than {PRIZES_MAX} kinds of prizes")));
            }
            PromotionKind::General | PromotionKind::Coupons if !self.prizes.is_empty() => {
                faults.push(FieldFault::new("/prizes", "only contests have prizes"));
            }
            _ => {}
        }
        for (place, prize) in self.prizes.iter().enumerate() {
            faults.extend(text_fault(&format!("/prizes/{place}/title"), &prize.title, TITLE_MAX, true));
            if !(1..=PRIZE_COUNT_MAX).contains(&prize.count) {
                let detail = format!("must be 1 to {PRIZE_COUNT_MAX}");
                faults.push(FieldFault::new(format!("/prizes/{place}/count"), detail));
            }
            let reward = prize.reward.iter();
            faults.extend(reward.flat_map(|reward| reward.faults(&format!("/prizes/{place}/reward"))));
        }
        match (self.kind, &self.coupons) {
            (PromotionKind::Coupons, None) => {
                faults.push(FieldFault::new("/coupons", "say how its coupons are: {} for the usual"));
            }
            (PromotionKind::Coupons, Some(terms)) => faults.extend(terms.faults()),
            (PromotionKind::General | PromotionKind::Contest, Some(_)) => {
                faults.push(FieldFault::new("/coupons", "only promotions of coupons have them"));
            }
            _ => {}
        }
        if self.kind == PromotionKind::Coupons && matches!(self.reward, Some(PromotionReward::Coupon { .. }))
        {
            faults.push(FieldFault::new("/reward/kind", "a coupon does not give another coupon"));
        }
        faults
    }

    /// Whether it makes and activates offers at `now`, when it is running.
    #[must_use]
    pub fn is_on(&self, now: DateTime<Utc>) -> bool {
        self.starts_at.is_none_or(|from| from <= now) && self.ends_at.is_none_or(|until| now < until)
    }
}

impl Activation {
    fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if self.event_type.is_empty() || self.event_type.len() > platform::event_type::NAME_MAX {
            faults.push(FieldFault::new("/activation/event_type", "must be the name of a type of events"));
        }
        if let Err(details) = condition(&self.condition, &ACTIVATION_ROOTS) {
            let fault = |detail| FieldFault::new("/activation/condition", detail);
            faults.extend(details.into_iter().map(fault));
        }
        faults
    }
}

impl CouponTerms {
    fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        faults.extend(within("/coupons/uses", Some(self.uses), COUPON_USES_MAX));
        faults.extend(within("/coupons/valid_days", self.valid_days, VALID_DAYS_MAX));
        faults.extend(within("/coupons/per_account", self.per_account, COUPON_USES_MAX));
        faults
    }
}

impl PromotionReward {
    /// The word of columns and JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Points { .. } => "points",
            Self::Coupon { .. } => "coupon",
            Self::Item { .. } => "item",
        }
    }

    fn faults(&self, pointer: &str) -> Vec<FieldFault> {
        let Self::Points { validity_days, .. } = self else { return Vec::new() };
        within(&format!("{pointer}/validity_days"), *validity_days, VALID_DAYS_MAX).into_iter().collect()
    }
}

fn within(pointer: &str, value: Option<i32>, most: i32) -> Option<FieldFault> {
    let wrong = value.is_some_and(|value| !(1..=most).contains(&value));
    wrong.then(|| FieldFault::new(pointer, format!("must be 1 to {most}, or absent")))
}

/// The condition, compiled; none when there is no text.
///
/// # Errors
/// All that is wrong with it: the language, or a part of what is known that this condition does not see.
pub fn condition(text: &str, roots: &[&str]) -> Result<Option<Expression>, Vec<String>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.chars().count() > CONDITION_MAX {
        return Err(vec![format!("has more than {CONDITION_MAX} characters")]);
    }
    let expression = Expression::compile(text)
        .map_err(|faults| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>())?;
    let root = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
    let strange: Vec<String> = expression
        .fields()
        .iter()
        .filter(|path| !roots.contains(&root(path).as_str()))
        .map(|path| format!("`{path}` is not known here: use {}", roots.join(", ")))
        .collect();
    if strange.is_empty() { Ok(Some(expression)) } else { Err(strange) }
}

/// A promotion as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// What people set.
    #[serde(flatten)]
    pub fields: PromotionFields,
    /// Where it stands.
    pub status: PromotionStatus,
    /// When it was launched.
    pub launched_at: Option<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// What became of a promotion (CIMP-SPV-06).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PromotionStatistics {
    /// Offers that were made.
    pub offers: i64,
    /// Of them: open.
    pub open: i64,
    /// Of them: activated.
    pub activated: i64,
    /// Of them: closed because the promotion completed.
    pub closed: i64,
    /// Of them: expired.
    pub expired: i64,
    /// Coupons that were made.
    pub coupons: i64,
    /// How often they were redeemed.
    pub redeemed: i64,
    /// What was given, with what it cost.
    pub rewards: Vec<GrantedSum>,
}

/// What was given of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GrantedSum {
    /// `points`, `coupon`, `item`, `prize`.
    pub kind: String,
    /// The code of the bonus type, of points.
    pub bonus_type: Option<String>,
    /// How often.
    pub count: i64,
    /// To how many members.
    pub members: i64,
    /// How many points.
    pub amount: Option<crate::bonus_type::amount::Points>,
}
