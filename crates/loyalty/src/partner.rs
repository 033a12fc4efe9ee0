//! Partners: companies whose services members get for points, and whose own points they exchange theirs into
//! (CIMP-PRT-01, CIMP-PRT-03, CIMP-ENT-06).

use crate::bonus_type::Rounding;
use crate::bonus_type::amount::Points;
use crate::id::{ConversionId, PartnerId, RateId};
use crate::input::Decimal;
use crate::master::{code_fault, text_fault};
use crate::rate::Rate;
use base::id::{BonusTypeId, MasterAccountId, OrgUnitId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest title in one language, in characters.
pub const TITLE_MAX: usize = 200;
/// Most decimal places of a partner's points, as the ledger takes them.
pub const SCALE_MAX: i16 = 6;
/// Decimal places of money in rates: hundredths of a tiyin, for points that are worth little.
pub const MONEY_SCALE: i16 = 4;
/// Longest code of a partner's currency or of money, in characters.
pub const CURRENCY_MAX: usize = 30;

/// The points of a partner's own programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerCurrency {
    /// Its code, unique within the server.
    #[schema(example = "miles")]
    pub code: String,
    /// Decimal places, 0 to 6.
    #[serde(default)]
    pub scale: i16,
}

/// What people set of a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerFields {
    /// By which files and requests name it. Of a partner that exists it stays.
    #[schema(example = "airline")]
    pub code: String,
    /// How people call it.
    pub title: LocalText,
    /// The organisation unit of its people: who has the partner's role there sees this partner and no other
    /// (CIMP-ROLE-01).
    #[serde(default)]
    pub unit_id: Option<OrgUnitId>,
    /// Its own points, where it has some. Of a partner that has one it stays.
    #[serde(default)]
    pub currency: Option<PartnerCurrency>,
    /// Whether its services are offered and points are exchanged.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl PartnerFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault("/code", &self.code).into_iter().collect();
        faults.extend(text_fault("/title", &self.title, TITLE_MAX, true));
        if let Some(currency) = &self.currency {
            faults.extend(currency_fault("/currency/code", &currency.code));
            if !(0..=SCALE_MAX).contains(&currency.scale) {
                faults.push(FieldFault::new("/currency/scale", format!("must be 0 to {SCALE_MAX}")));
            }
        }
        faults
    }
}

/// What is wrong with the code of a currency, if anything is.
#[must_use]
pub fn currency_fault(pointer: &str, code: &str) -> Option<FieldFault> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let good = (1..=CURRENCY_MAX).contains(&code.len()) && code.bytes().all(fits);
    (!good).then(|| {
        FieldFault::new(pointer, format!("must have 1 to {CURRENCY_MAX} letters A to Z, digits, - or _"))
    })
}

/// A partner as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Partner {
    /// Its id; also the owner of its accounts in the ledger.
    pub id: PartnerId,
    /// What people set.
    #[serde(flatten)]
    pub fields: PartnerFields,
    /// The currency of its points in the ledger.
    pub currency_id: Option<Uuid>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// What people say of a new rate. A rate is never changed: a newer one takes its place on its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateInput {
    /// Into whose points; null for a rate against money.
    #[serde(default)]
    pub partner_id: Option<PartnerId>,
    /// Against which money (ISO 4217), for the worth of points; null for a partner's rate (PP-LOY-02).
    #[serde(default)]
    #[schema(example = "UZS")]
    pub money: Option<String>,
    /// The code of the programme.
    #[schema(example = "main")]
    pub programme: String,
    /// The code of the bonus type.
    #[schema(example = "points")]
    pub bonus_type: String,
    /// So many bonuses …
    pub give: Decimal,
    /// … are so many of the partner's points, or so much money.
    pub get: Decimal,
    /// What happens to fractions of what is got.
    #[serde(default)]
    pub rounding: Rounding,
    /// The least number of bonuses that is exchanged at once.
    #[serde(default)]
    pub minimum: Option<Decimal>,
    /// The most.
    #[serde(default)]
    pub maximum: Option<Decimal>,
    /// From when on it counts; null: from now on.
    #[serde(default)]
    pub valid_from: Option<DateTime<Utc>>,
}

/// A rate as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoredRate {
    /// Its id.
    pub id: RateId,
    /// Into whose points; null for a rate against money.
    pub partner_id: Option<PartnerId>,
    /// Against which money; null for a partner's rate.
    pub money: Option<String>,
    /// Which bonuses are given.
    pub bonus_type_id: BonusTypeId,
    /// Their code.
    pub bonus_type: String,
    /// So many bonuses …
    pub give: Points,
    /// … are so much of the other.
    pub get: Points,
    /// What happens to fractions.
    pub rounding: Rounding,
    /// The least number of bonuses that is exchanged at once.
    pub minimum: Option<Points>,
    /// The most.
    pub maximum: Option<Points>,
    /// From when on it counts.
    pub valid_from: DateTime<Utc>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl StoredRate {
    /// The ratio, in smallest units of both.
    #[must_use]
    pub fn rate(&self) -> Rate {
        Rate {
            give: self.give.units,
            get: self.get.units,
            rounding: self.rounding,
            minimum: self.minimum.map(|points| points.units),
            maximum: self.maximum.map(|points| points.units),
        }
    }
}

/// One exchange of points into a partner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Conversion {
    /// Its id.
    pub id: ConversionId,
    /// Whose points.
    pub account_id: MasterAccountId,
    /// The partner.
    pub partner_id: PartnerId,
    /// At which rate.
    pub rate_id: RateId,
    /// The code of the bonus type.
    pub bonus_type: String,
    /// How many bonuses were given.
    pub given: Points,
    /// The code of the partner's points.
    pub currency: String,
    /// How many of the partner's points were got.
    pub got: Points,
    /// The transaction of the ledger.
    pub transaction_id: Uuid,
    /// Which way it came: `ui`, `api`, `file`.
    pub source: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of a partner's services and rates in a period (CIMP-PRT-04).
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct PartnerStatistics {
    /// Use of services, one row for each service and bonus type.
    pub services: Vec<ServiceUse>,
    /// Exchange of points, one row for each bonus type.
    pub conversions: Vec<ConversionSum>,
}

/// How one service of a partner was used: orders that were placed in the period.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServiceUse {
    /// The partner's code.
    pub partner: String,
    /// The service's code.
    pub reward: String,
    /// Its title.
    pub title: LocalText,
    /// The code of the bonus type; null for what was given for nothing.
    pub bonus_type: Option<String>,
    /// Orders that wait for their confirmation.
    pub placed: i64,
    /// Orders that were confirmed.
    pub confirmed: i64,
    /// Orders that were cancelled.
    pub cancelled: i64,
    /// Units of confirmed orders.
    pub units: i64,
    /// Members with a confirmed order.
    pub members: i64,
    /// Points spent by confirmed orders.
    pub spent: Points,
}

/// How points were exchanged into a partner's in the period.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConversionSum {
    /// The partner's code.
    pub partner: String,
    /// The code of the bonus type.
    pub bonus_type: String,
    /// The code of the partner's points.
    pub currency: String,
    /// How often.
    pub count: i64,
    /// By how many members.
    pub members: i64,
    /// Bonuses given.
    pub given: Points,
    /// The partner's points got.
    pub got: Points,
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Locale;

    #[test]
    fn a_partner_may_have_points_of_its_own() {
        let fields = PartnerFields {
            code: "airline".to_owned(),
            title: LocalText([(Locale::En, "Airline".to_owned())].into()),
            unit_id: None,
            currency: Some(PartnerCurrency { code: "miles".to_owned(), scale: 0 }),
            active: true,
        };
        assert!(fields.faults().is_empty());
        let wrong = PartnerCurrency { code: "мили".to_owned(), scale: 7 };
        let faults = PartnerFields { currency: Some(wrong), ..fields }.faults();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/currency/code", "/currency/scale"]);
    }
}
