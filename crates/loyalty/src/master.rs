//! Masters: the lists that programmes refer to by code, one shape for all of them (CIMP-MST-01 … CIMP-MST-07,
//! CIMP-ENT-05).

use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::str::FromStr;
use utoipa::ToSchema;

pub use crate::id::MasterId;

/// Longest code, in characters: codes come from billing and shops as they are there.
pub const CODE_MAX: usize = 64;
/// Longest title in one language, in characters.
pub const TITLE_MAX: usize = 200;
/// Most further fields of an entry, and longest text of one: a master is a list, not a store of documents.
pub const ATTRIBUTES_MAX: usize = 30;
/// Longest text of a further field, in characters.
pub const ATTRIBUTE_MAX: usize = 500;

/// Which list.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum MasterKind {
    /// Why an operation is done, with the operations it is valid for (CIMP-MST-01).
    Reason,
    /// Owners of goods and services whose purchase earns bonuses (CIMP-MST-02).
    Merchant,
    /// Goods and services whose purchase earns bonuses, each of a merchant (CIMP-MST-03).
    Merchandise,
    /// Types of services (CIMP-MST-05).
    ServiceLine,
    /// Macroregions; of use to large organisations (CIMP-MST-06).
    Macroregion,
    /// Regions, each of a macroregion where there are some (CIMP-MST-07).
    Region,
    /// Tariff plans of the billing system (CIMP-ENT-05).
    TariffPlan,
}

impl MasterKind {
    /// Every list.
    pub const ALL: [Self; 7] = [
        Self::Reason,
        Self::Merchant,
        Self::Merchandise,
        Self::ServiceLine,
        Self::Macroregion,
        Self::Region,
        Self::TariffPlan,
    ];

    /// The word of columns, addresses and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Merchant => "merchant",
            Self::Merchandise => "merchandise",
            Self::ServiceLine => "service_line",
            Self::Macroregion => "macroregion",
            Self::Region => "region",
            Self::TariffPlan => "tariff_plan",
        }
    }

    /// The list that entries of this one belong to, and whether they must.
    #[must_use]
    pub const fn parent(self) -> Option<(Self, bool)> {
        match self {
            Self::Merchandise => Some((Self::Merchant, true)),
            Self::Region => Some((Self::Macroregion, false)),
            _ => None,
        }
    }
}

/// The text names no master.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no master {0:?}")]
pub struct UnknownMaster(String);

impl FromStr for MasterKind {
    type Err = UnknownMaster;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownMaster(text.to_owned()))
    }
}

/// An operation that a reason can be given for (CIMP-MST-01, CIMP-TXN-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonArea {
    /// Bonuses awarded by hand (CIMP-BON-10).
    Award,
    /// A direct credit or write-off (CIMP-TXN-02).
    Adjustment,
    /// Bonuses that were accrued are taken back (CIMP-TXN-01).
    Cancellation,
    /// Goods came back (CIMP-TXN-03).
    Return,
    /// An order is cancelled (CIMP-RED-02).
    OrderCancellation,
    /// A service or an account is switched off (CIMP-ACC-08, CIMP-ACC-09).
    Disconnection,
}

impl ReasonArea {
    /// Every area.
    pub const ALL: [Self; 6] = [
        Self::Award,
        Self::Adjustment,
        Self::Cancellation,
        Self::Return,
        Self::OrderCancellation,
        Self::Disconnection,
    ];

    /// The word of columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Award => "award",
            Self::Adjustment => "adjustment",
            Self::Cancellation => "cancellation",
            Self::Return => "return",
            Self::OrderCancellation => "order_cancellation",
            Self::Disconnection => "disconnection",
        }
    }

    /// The area that the word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|area| area.as_str() == word)
    }
}

/// Why a reason is not accepted for an operation (CIMP-TXN-04).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReasonRefusal {
    /// No such reason, or it is switched off.
    #[error("there is no reason {0:?} in use: take one of the reasons")]
    Unknown(String),
    /// It is for other operations.
    #[error("the reason {code:?} is not for this operation ({})", .area.as_str())]
    OtherArea {
        /// The reason.
        code: String,
        /// The operation.
        area: ReasonArea,
    },
}

/// What people set of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MasterFields {
    /// By which programmes, files and requests name it. Of an entry that exists it stays.
    #[schema(example = "mobile")]
    pub code: String,
    /// How people call it.
    pub title: LocalText,
    /// The code of what it belongs to: of a merchandise its merchant, of a region its macroregion.
    #[serde(default)]
    pub parent: Option<String>,
    /// Of a reason: the operations it is valid for.
    #[serde(default)]
    pub areas: Vec<ReasonArea>,
    /// Further fields, as other systems know them: texts, numbers, yes or no.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub attributes: Map<String, Value>,
    /// Whether it can be chosen.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl MasterFields {
    /// An entry in use with nothing but its name.
    #[must_use]
    pub fn named(code: impl Into<String>, title: LocalText) -> Self {
        let (parent, areas, attributes) = (None, Vec::new(), Map::new());
        Self { code: code.into(), title, parent, areas, attributes, active: true }
    }

    /// What cannot be accepted in the list `kind`, by field.
    #[must_use]
    pub fn faults(&self, kind: MasterKind) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault("/code", &self.code).into_iter().collect();
        faults.extend(text_fault("/title", &self.title, TITLE_MAX, true));
        match (kind.parent(), &self.parent) {
            (None, Some(_)) => {
                faults.push(FieldFault::new("/parent", "entries of this master belong to nothing"))
            }
            (Some((parent, true)), None) => {
                let detail = format!("must be the code of a {}", parent.as_str());
                faults.push(FieldFault::new("/parent", detail));
            }
            _ => {}
        }
        match (kind, self.areas.is_empty()) {
            (MasterKind::Reason, true) => {
                faults.push(FieldFault::new(
                    "/areas",
                    "must name at least one operation that the reason is for",
                ));
            }
            (MasterKind::Reason, false) | (_, true) => {}
            (_, false) => faults.push(FieldFault::new("/areas", "only reasons have areas")),
        }
        faults.extend(self.attribute_faults());
        faults
    }

    fn attribute_faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if self.attributes.len() > ATTRIBUTES_MAX {
            faults.push(FieldFault::new("/attributes", format!("has more than {ATTRIBUTES_MAX} fields")));
        }
        for (key, value) in &self.attributes {
            let fits = match value {
                Value::String(text) => text.chars().count() <= ATTRIBUTE_MAX && !text.contains('\0'),
                Value::Number(_) | Value::Bool(_) => true,
                Value::Null | Value::Array(_) | Value::Object(_) => false,
            };
            if !fits || key.is_empty() || key.len() > CODE_MAX || key.contains('\0') {
                let detail =
                    format!("must be a number, yes or no, or a text of at most {ATTRIBUTE_MAX} characters");
                faults.push(FieldFault::new(
                    format!("/attributes/{}", key.replace('~', "~0").replace('/', "~1")),
                    detail,
                ));
            }
        }
        faults
    }
}

/// What is wrong with a code that other systems may have made, if anything is: it stands in files between `|`.
#[must_use]
pub fn code_fault(pointer: &str, code: &str) -> Option<FieldFault> {
    let fits =
        |symbol: char| !symbol.is_control() && !symbol.is_whitespace() && !matches!(symbol, '|' | '/' | '"');
    let good = (1..=CODE_MAX).contains(&code.chars().count()) && code.chars().all(fits);
    let detail = format!("must have 1 to {CODE_MAX} characters without spaces, |, / and quotes");
    (!good).then(|| FieldFault::new(pointer, detail))
}

/// What is wrong with a text in several languages, if anything is.
#[must_use]
pub fn text_fault(pointer: &str, text: &LocalText, longest: usize, required: bool) -> Option<FieldFault> {
    let values = || text.0.values();
    if required && values().all(|text| text.trim().is_empty()) {
        return Some(FieldFault::new(pointer, "must have a text in at least one language"));
    }
    let wrong = values().any(|text| text.chars().count() > longest || text.contains('\0'));
    wrong.then(|| FieldFault::new(pointer, format!("has more than {longest} characters")))
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Master {
    /// Its id.
    pub id: MasterId,
    /// Which list it stands in.
    pub kind: MasterKind,
    /// What people set.
    #[serde(flatten)]
    pub fields: MasterFields,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// Which entries a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct MasterSearch<'a> {
    /// Part of a code or title, as a pattern of `ilike`.
    pub pattern: Option<String>,
    /// Those that belong to it.
    pub parent: Option<&'a str>,
    /// Reasons that are valid for it.
    pub area: Option<ReasonArea>,
    /// Those in use, or those that are not.
    pub active: Option<bool>,
    /// Behind the entry with this code.
    pub after: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Locale;
    use serde_json::json;

    fn title() -> LocalText {
        LocalText([(Locale::Ru, "Название".to_owned())].into())
    }

    fn pointers(kind: MasterKind, fields: &MasterFields) -> Vec<String> {
        fields.faults(kind).into_iter().map(|fault| fault.pointer).collect()
    }

    /// CIMP-MST-01: a reason shows its area of application. CIMP-MST-03: a merchandise is of a merchant.
    #[test]
    fn each_master_asks_for_its_own_fields() {
        let plain = MasterFields::named("A-1", title());
        for kind in MasterKind::ALL {
            let expected: &[&str] = match kind {
                MasterKind::Reason => &["/areas"],
                MasterKind::Merchandise => &["/parent"],
                _ => &[],
            };
            assert_eq!(pointers(kind, &plain), expected, "{kind:?}");
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let reason = MasterFields { areas: vec![ReasonArea::Adjustment], ..plain.clone() };
        assert!(pointers(MasterKind::Reason, &reason).is_empty());
        assert_eq!(pointers(MasterKind::Region, &reason), ["/areas"]);
        let owned = MasterFields { parent: Some("shop".to_owned()), ..plain };
        assert!(pointers(MasterKind::Merchandise, &owned).is_empty());
        assert!(pointers(MasterKind::Region, &owned).is_empty());
        assert_eq!(pointers(MasterKind::TariffPlan, &owned), ["/parent"]);
    }

    #[test]
    fn codes_and_fields_of_other_systems_are_bounded() {
        for code in ["", "a b", "a|b", "a/b", "\u{7}", &"x".repeat(65)] {
            assert_eq!(
                pointers(MasterKind::Merchant, &MasterFields::named(code, title())),
                ["/code"],
                "{code:?}"
            );
        }
        let mut fields = MasterFields::named("Ташкент-1", title());
        fields.attributes = json!({ "fee": 9.5, "open": true, "note": "x" }).as_object().unwrap().clone();
        assert!(pointers(MasterKind::TariffPlan, &fields).is_empty());
        fields.attributes = json!({ "deep": { "a": 1 } }).as_object().unwrap().clone();
        assert_eq!(pointers(MasterKind::TariffPlan, &fields), ["/attributes/deep"]);
    }
}
