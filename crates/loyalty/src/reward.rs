//! The catalogue: gifts, products and services of partners that members get for points (CIMP-RED-01, CIMP-MST-04,
//! CIMP-PRT-02).

use crate::bonus_type::amount::Points;
use crate::id::{PartnerId, RewardId};
use crate::input::Decimal;
use crate::master::{code_fault, text_fault};
use base::id::{BonusTypeId, ProgrammeId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest title in one language, in characters.
pub const TITLE_MAX: usize = 200;
/// Longest description in one language, in characters.
pub const DESCRIPTION_MAX: usize = 4_000;
/// Largest stock: more is "no end".
pub const STOCK_MAX: i32 = 1_000_000_000;
/// Longest address of a picture, in characters.
pub const PICTURE_MAX: usize = 500;
/// Most prices of one reward: one for each bonus type.
pub const PRICES_MAX: usize = 20;

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RewardKind {
    /// A gift.
    Gift,
    /// A product or service of the company.
    Product,
    /// A service or product of a partner (CIMP-PRT-02).
    PartnerService,
}

/// What one unit costs in one bonus type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceInput {
    /// The code of the bonus type.
    #[schema(example = "points")]
    pub bonus_type: String,
    /// How many.
    pub amount: Decimal,
}

/// What one unit costs in one bonus type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Price {
    /// The bonus type.
    pub bonus_type_id: BonusTypeId,
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// Its code.
    pub bonus_type: String,
    /// How many.
    pub amount: Points,
}

/// What people set of a reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardFields {
    /// By which files and requests name it. Of a reward that exists it stays.
    #[schema(example = "mug")]
    pub code: String,
    /// How people call it.
    pub title: LocalText,
    /// What it is.
    #[serde(default)]
    pub description: LocalText,
    /// Which kind of reward.
    pub kind: RewardKind,
    /// Whose it is: of services of partners, and of nothing else.
    #[serde(default)]
    pub partner_id: Option<PartnerId>,
    /// Whether something is handed over or sent.
    #[serde(default)]
    pub physical: bool,
    /// Whether somebody confirms each order (GAP-22): its points are only held until then.
    #[serde(default)]
    pub needs_confirmation: bool,
    /// From when on it can be ordered; none: at once.
    #[serde(default)]
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when it can be ordered; none: without end.
    #[serde(default)]
    pub valid_until: Option<DateTime<Utc>>,
    /// The address of a picture: `https://…`, or a path of this server.
    #[serde(default)]
    pub picture: Option<String>,
    /// Whether it can be ordered at all.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl RewardFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault("/code", &self.code).into_iter().collect();
        faults.extend(text_fault("/title", &self.title, TITLE_MAX, true));
        faults.extend(text_fault("/description", &self.description, DESCRIPTION_MAX, false));
        match (self.kind, self.partner_id) {
            (RewardKind::PartnerService, None) => {
                faults.push(FieldFault::new("/partner_id", "must name the partner whose service it is"));
            }
            (RewardKind::Gift | RewardKind::Product, Some(_)) => {
                faults.push(FieldFault::new("/partner_id", "only services of partners have a partner"));
            }
            _ => {}
        }
        if let (Some(from), Some(until)) = (self.valid_from, self.valid_until)
            && from >= until
        {
            faults.push(FieldFault::new("/valid_until", "must be later than valid_from"));
        }
        if self.picture.as_deref().is_some_and(|address| !is_picture(address)) {
            let detail = format!(
                "must be an address that begins with https:// or /, at most {PICTURE_MAX} characters"
            );
            faults.push(FieldFault::new("/picture", detail));
        }
        faults
    }

    /// Whether it can be ordered at `now`, its stock aside.
    #[must_use]
    pub fn is_offered(&self, now: DateTime<Utc>) -> bool {
        self.active
            && self.valid_from.is_none_or(|from| from <= now)
            && self.valid_until.is_none_or(|until| now < until)
    }
}

fn is_picture(address: &str) -> bool {
    let begins = address.starts_with("https://") || (address.starts_with('/') && !address.starts_with("//"));
    let fits =
        |symbol: char| !symbol.is_control() && !symbol.is_whitespace() && !matches!(symbol, '"' | '<' | '>');
    begins && address.chars().count() <= PICTURE_MAX && address.chars().all(fits)
}

/// A reward as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reward {
    /// Its id.
    pub id: RewardId,
    /// What people set.
    #[serde(flatten)]
    pub fields: RewardFields,
    /// What one unit costs.
    pub prices: Vec<Price>,
    /// How many are left; null: without end.
    pub stock: Option<i32>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last; orders do not change it.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change; orders do not change it.
    pub version: i32,
}

impl Reward {
    /// The price in a bonus type, or the only one that a member of the programme can pay.
    ///
    /// # Errors
    /// There is none, or the bonus type must be said.
    pub fn price(&self, programme: ProgrammeId, bonus_type: Option<&str>) -> Result<&Price, PriceRefusal> {
        let mut fitting = self
            .prices
            .iter()
            .filter(|price| price.programme_id == programme)
            .filter(|price| bonus_type.is_none_or(|code| price.bonus_type == code));
        match (fitting.next(), fitting.next()) {
            (Some(price), None) => Ok(price),
            (Some(_), Some(_)) => Err(PriceRefusal::SayWhich),
            (None, _) => Err(PriceRefusal::None),
        }
    }
}

/// Why a reward has no price for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceRefusal {
    /// It does not cost such points.
    #[error("this reward is not sold for these bonuses")]
    None,
    /// It costs several kinds of points.
    #[error("this reward is sold for several bonus types: say which")]
    SayWhich,
}

/// What a stock becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum StockChange {
    /// So many came, or, below zero, were taken away.
    Add {
        /// How many.
        quantity: i32,
    },
    /// So many were counted.
    Set {
        /// How many.
        quantity: i32,
    },
    /// It has no end.
    Unlimited,
}

impl StockChange {
    /// The stock after it.
    ///
    /// # Errors
    /// It would be below zero or too large.
    pub fn apply(self, stock: Option<i32>) -> Result<Option<i32>, FieldFault> {
        let fault = |detail: String| FieldFault::new("/quantity", detail);
        let after = match self {
            Self::Unlimited => return Ok(None),
            Self::Set { quantity } => quantity,
            Self::Add { quantity } => {
                let stock = stock.ok_or_else(|| fault("the stock has no end: set it first".to_owned()))?;
                stock.saturating_add(quantity)
            }
        };
        if (0..=STOCK_MAX).contains(&after) {
            Ok(Some(after))
        } else {
            Err(fault(format!("the stock would be {after}, and it must be 0 to {STOCK_MAX}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Locale;
    use uuid::Uuid;

    fn fields() -> RewardFields {
        RewardFields {
            code: "mug".to_owned(),
            title: LocalText([(Locale::Ru, "Кружка".to_owned())].into()),
            description: LocalText::default(),
            kind: RewardKind::Gift,
            partner_id: None,
            physical: true,
            needs_confirmation: true,
            valid_from: None,
            valid_until: None,
            picture: None,
            active: true,
        }
    }

    fn pointers(fields: &RewardFields) -> Vec<String> {
        fields.faults().into_iter().map(|fault| fault.pointer).collect()
    }

    /// CIMP-PRT-02: services of partners name their partner, gifts have none.
    #[test]
    fn a_service_of_a_partner_names_its_partner() {
        assert!(pointers(&fields()).is_empty());
        let partner = PartnerId::from_uuid(Uuid::from_u128(1));
        assert_eq!(pointers(&RewardFields { partner_id: Some(partner), ..fields() }), ["/partner_id"]);
        let service = RewardFields { kind: RewardKind::PartnerService, ..fields() };
        assert_eq!(pointers(&service), ["/partner_id"]);
        assert!(pointers(&RewardFields { partner_id: Some(partner), ..service }).is_empty());
    }

    #[test]
    fn a_reward_is_offered_while_it_is_valid() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap();
        let reward = RewardFields { valid_from: Some(at(10)), valid_until: Some(at(20)), ..fields() };
        assert!(pointers(&reward).is_empty());
        assert_eq!([9, 10, 19, 20].map(|hour| reward.is_offered(at(hour))), [false, true, true, false]);
        assert!(!RewardFields { active: false, ..fields() }.is_offered(at(1)));
        assert_eq!(pointers(&RewardFields { valid_until: Some(at(5)), ..reward }), ["/valid_until"]);
    }

    #[test]
    fn pictures_are_addresses_that_a_browser_may_show() {
        for (address, fits) in [
            ("https://cdn.example.com/mug.png", true),
            ("/pictures/mug.png", true),
            ("http://example.com/a.png", false),
            ("javascript:alert(1)", false),
            ("//example.com/a.png", false),
            ("https://example.com/a b.png", false),
        ] {
            let reward = RewardFields { picture: Some(address.to_owned()), ..fields() };
            assert_eq!(pointers(&reward).is_empty(), fits, "{address}");
        }
    }

    /// CIMP-PRT-02: a quantity, never below zero.
    #[test]
    fn a_stock_is_counted_added_to_and_never_below_zero() {
        assert_eq!(StockChange::Set { quantity: 5 }.apply(None), Ok(Some(5)));
        assert_eq!(StockChange::Add { quantity: -5 }.apply(Some(5)), Ok(Some(0)));
        assert_eq!(StockChange::Unlimited.apply(Some(5)), Ok(None));
        for (change, stock) in [
            (StockChange::Add { quantity: -6 }, Some(5)),
            (StockChange::Add { quantity: 1 }, None),
            (StockChange::Set { quantity: -1 }, None),
            (StockChange::Add { quantity: i32::MAX }, Some(5)),
        ] {
            assert!(change.apply(stock).is_err(), "{change:?}");
        }
    }
}
