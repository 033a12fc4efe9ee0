//! Files that go out: partner exchange, client selections and master data for other databases, movements of a period
//! (CIMP-PRT-05, CIMP-ETL-12, CIMP-STAT-06).

pub mod column;
pub mod query;
pub mod store;

use crate::file::Encoding;
use crate::master::MasterKind;
use crate::promotion::{CRITERIA_ROOTS, condition as compiled};
use base::FieldFault;
use chrono::{DateTime, NaiveDate, Utc};
use column::Column;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most columns of a client selection.
pub const COLUMNS_MAX: usize = 40;
/// Columns of a client selection when nobody says others.
pub const COLUMNS: [&str; 7] = [
    "account.number",
    "customer.name",
    "customer.phone",
    "customer.email",
    "account.macroregion",
    "account.region",
    "account.tier",
];

/// A list of master data that goes out: a master, or the catalogue of gifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MasterList {
    /// Reasons with the operations that they are for.
    Reason,
    /// Merchants.
    Merchant,
    /// Merchandise of merchants.
    Merchandise,
    /// Products and services for bonuses.
    Gift,
    /// Service lines.
    ServiceLine,
    /// Macroregions.
    Macroregion,
    /// Regions.
    Region,
    /// Tariff plans.
    TariffPlan,
}

impl MasterList {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Reason,
        Self::Merchant,
        Self::Merchandise,
        Self::Gift,
        Self::ServiceLine,
        Self::Macroregion,
        Self::Region,
        Self::TariffPlan,
    ];

    /// The master; none: the catalogue.
    #[must_use]
    pub const fn master(self) -> Option<MasterKind> {
        match self {
            Self::Reason => Some(MasterKind::Reason),
            Self::Merchant => Some(MasterKind::Merchant),
            Self::Merchandise => Some(MasterKind::Merchandise),
            Self::Gift => None,
            Self::ServiceLine => Some(MasterKind::ServiceLine),
            Self::Macroregion => Some(MasterKind::Macroregion),
            Self::Region => Some(MasterKind::Region),
            Self::TariffPlan => Some(MasterKind::TariffPlan),
        }
    }

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.master() {
            Some(kind) => kind.as_str(),
            None => "gift",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    /// What points moved with a partner on these days (CIMP-PRT-05).
    PartnerExchange {
        /// The partner's id.
        partner_id: Uuid,
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// Members that fulfil a condition (CIMP-ETL-12).
    Participants {
        /// A condition of the rules language over `account.…`, `customer.…`, `cards.…` and `time.…`; none: all enrolled
        /// members.
        #[serde(default)]
        #[schema(example = "account.tier == 'gold'")]
        condition: Option<String>,
        /// Paths of the columns, or fields of files of participants, such as `full_name`; with one of a service each
        /// service has a line. None: number, name, phone, e-mail, macroregion, region, tier.
        #[serde(default)]
        columns: Vec<String>,
    },
    /// Master data: every entry of lists (CIMP-ETL-12).
    Masters {
        /// Which lists; none: all of them.
        #[serde(default)]
        lists: Vec<MasterList>,
    },
    /// Accruals and write-offs of these days (CIMP-STAT-06).
    Movements {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
}

impl Asked {
    /// The word of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PartnerExchange { .. } => "partner_exchange",
            Self::Participants { .. } => "participants",
            Self::Masters { .. } => "masters",
            Self::Movements { .. } => "movements",
        }
    }

    /// What cannot be accepted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        match self {
            Self::PartnerExchange { from, to, .. } | Self::Movements { from, to } => {
                let wrong = from > to;
                wrong.then(|| FieldFault::new("/to", "must not be before from")).into_iter().collect()
            }
            Self::Masters { .. } => Vec::new(),
            Self::Participants { condition, columns } => {
                let mut faults = Vec::new();
                if let Err(details) = compiled(condition.as_deref().unwrap_or_default(), &CRITERIA_ROOTS) {
                    faults.extend(details.into_iter().map(|detail| FieldFault::new("/condition", detail)));
                }
                if columns.len() > COLUMNS_MAX {
                    faults.push(FieldFault::new("/columns", format!("at most {COLUMNS_MAX}")));
                }
                for (place, column) in columns.iter().enumerate() {
                    if Column::named(column, None).is_none() {
                        let detail = "must be a path such as account.tier or customer.name, or a field of files of \
                            participants";
                        faults.push(FieldFault::new(format!("/columns/{place}"), detail));
                    }
                }
                faults
            }
        }
    }
}

/// A request for a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportInput {
    /// Of which programme.
    pub programme_id: Uuid,
    /// How its bytes are text.
    #[serde(default = "utf8")]
    pub encoding: Encoding,
    /// Whether it is put into the folder from which others fetch.
    #[serde(default)]
    pub transmit: bool,
    /// What is asked for.
    #[serde(flatten)]
    pub asked: Asked,
}

const fn utf8() -> Encoding {
    Encoding::Utf8
}

/// How an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ExportState {
    /// Being made.
    Running,
    /// It can be loaded.
    Done,
    /// It could not be made.
    Failed,
}

/// A file that goes out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Export {
    /// Its id.
    #[sqlx(rename = "export_id")]
    pub id: Uuid,
    /// Of which programme.
    pub programme_id: Uuid,
    /// What was asked for.
    pub kind: String,
    /// All that was asked.
    #[schema(value_type = Object)]
    pub asked: serde_json::Value,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: ExportState,
    /// What went wrong.
    pub failure: Option<String>,
    /// Lines besides the header.
    pub lines: i64,
    /// Its length.
    pub bytes: i64,
    /// Whether it was put into the folder from which others fetch.
    pub transmitted: bool,
    /// When it was asked for.
    pub started_at: DateTime<Utc>,
    /// When it was there.
    pub finished_at: Option<DateTime<Utc>>,
}
