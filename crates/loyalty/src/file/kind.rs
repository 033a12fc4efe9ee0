//! The seven types of files and the fields that each of them knows (GAP-21).

use super::sex;
use serde::{Deserialize, Serialize};

/// A type of file. CIMP names six in one place and five in another; this is the union (GAP-21).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Participants and their services: saved with status "notenrolled" (10), nothing accrues (CIMP-ETL-05).
    Participants,
    /// Issued invoices: accruals for enrolled accounts, not saved (CIMP-ETL-06).
    Invoices,
    /// Purchases and rent of products and services: accruals for enrolled accounts, not saved (CIMP-ETL-07).
    Purchases,
    /// Top-ups: added up by account and date, accruals for enrolled accounts (CIMP-ETL-08).
    TopUps,
    /// Tariff plans of the billing: saved (CIMP-ETL-09).
    TariffPlans,
    /// Products and services for bonuses: saved and at once in the catalogue (CIMP-ETL-10, CIMP-RED-04).
    Gifts,
    /// Exchange with partners (CIMP-ETL-11, CIMP-PRT-05).
    PartnerExchange,
}

/// What the text of a field must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Text of up to [`TEXT_MAX`] characters.
    Text,
    /// A code, number or id: no blanks inside, up to [`CODE_MAX`] characters.
    Code,
    /// An amount of money or a quantity: up to 15 digits before and 6 after the decimal separator, not negative.
    Amount,
    /// A whole number from 0 to 10^15.
    Whole,
    /// A date, written as the structure says.
    Date,
    /// `1`, `0`, `Y`, `N`, `true` or `false`.
    Flag,
    /// An e-mail address.
    Email,
    /// A phone number, digits with or without `+`.
    Phone,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// Longest text of a field, in characters: a full postal address.
pub const TEXT_MAX: usize = 500;
/// Longest code, in characters: room for a UUID with a prefix.
pub const CODE_MAX: usize = 64;

/// A field that a type of file knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FileField)]
pub struct Field {
    /// Its name in structures and reject files.
    pub name: &'static str,
    /// What it must be.
    pub shape: Shape,
    /// Whether a structure must have it and no line may leave it empty.
    pub required: bool,
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

const PARTICIPANTS: &[Field] = &[
    must("account", Shape::Code),
    must("service_id", Shape::Code),
    must("service_name", Shape::Text),
    must("service_user", Shape::Code),
    must("service_line", Shape::Code),
    may("full_name", Shape::Text),
    may("address", Shape::Text),
    may(sex::KEY, Shape::Word(sex::WORDS)),
    may("birth_date", Shape::Date),
    may("email", Shape::Email),
    may("phone", Shape::Phone),
    may("macroregion", Shape::Code),
    may("region", Shape::Code),
    may("tariff_plan", Shape::Code),
];
const INVOICES: &[Field] = &[
    must("account", Shape::Code),
    must("date", Shape::Date),
    must("amount", Shape::Amount),
    may("document", Shape::Code),
    may("service_line", Shape::Code),
];
const PURCHASES: &[Field] = &[
    must("account", Shape::Code),
    must("date", Shape::Date),
    must("amount", Shape::Amount),
    may("document", Shape::Code),
    may("operation", Shape::Word(&["purchase", "rent"])),
    may("merchant", Shape::Code),
    may("merchandise", Shape::Code),
    may("service_line", Shape::Code),
    may("quantity", Shape::Amount),
];
const TOP_UPS: &[Field] = &[
    must("account", Shape::Code),
    must("date", Shape::Date),
    must("amount", Shape::Amount),
    may("document", Shape::Code),
    may("channel", Shape::Code),
];
const TARIFF_PLANS: &[Field] = &[
    must("code", Shape::Code),
    must("title", Shape::Text),
    may("service_line", Shape::Code),
    may("fee", Shape::Amount),
    may("valid_from", Shape::Date),
    may("valid_to", Shape::Date),
];
const GIFTS: &[Field] = &[
    must("code", Shape::Code),
    must("title", Shape::Text),
    must("price", Shape::Amount),
    may("description", Shape::Text),
    may("bonus_type", Shape::Code),
    may("stock", Shape::Whole),
    may("physical", Shape::Flag),
    may("needs_confirmation", Shape::Flag),
    may("partner", Shape::Code),
];
const PARTNER_EXCHANGE: &[Field] = &[
    must("partner", Shape::Code),
    must("document", Shape::Code),
    must("operation", Shape::Word(&["accrue", "spend", "convert"])),
    must("account", Shape::Code),
    must("date", Shape::Date),
    must("amount", Shape::Amount),
    may("service", Shape::Code),
    may("bonus_type", Shape::Code),
];

impl FileKind {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::Participants,
        Self::Invoices,
        Self::Purchases,
        Self::TopUps,
        Self::TariffPlans,
        Self::Gifts,
        Self::PartnerExchange,
    ];

    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Participants => "participants",
            Self::Invoices => "invoices",
            Self::Purchases => "purchases",
            Self::TopUps => "top_ups",
            Self::TariffPlans => "tariff_plans",
            Self::Gifts => "gifts",
            Self::PartnerExchange => "partner_exchange",
        }
    }

    /// The type of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The fields that it knows.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Participants => PARTICIPANTS,
            Self::Invoices => INVOICES,
            Self::Purchases => PURCHASES,
            Self::TopUps => TOP_UPS,
            Self::TariffPlans => TARIFF_PLANS,
            Self::Gifts => GIFTS,
            Self::PartnerExchange => PARTNER_EXCHANGE,
        }
    }

    /// A field by its name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The type of event that a line is for the earning rules; nothing when its lines accrue nothing by rules.
    #[must_use]
    pub const fn event(self) -> Option<&'static str> {
        match self {
            Self::Invoices => Some("loyalty.invoice_issued"),
            Self::Purchases => Some("loyalty.purchase"),
            Self::TopUps => Some("loyalty.topped_up"),
            Self::Participants | Self::TariffPlans | Self::Gifts | Self::PartnerExchange => None,
        }
    }
}
