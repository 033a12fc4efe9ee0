//! Programmes: one installation runs as many as it likes, of any industry (PP-LOY-01, CIMP-GEN-09).

use base::id::ProgrammeId;
use base::{FieldFault, LocalText};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest code of a programme, a bonus type or a tier, in characters: it stands in file names and keys.
pub const CODE_MAX: usize = 40;
/// Longest text that people write into a field of this crate, in characters.
pub const TEXT_MAX: usize = 200;
/// Longest grace before a tier is lost, in days: two years.
pub const GRACE_DAYS_MAX: u16 = 730;

/// What becomes of a member who no longer fulfils the condition of the tier (CIMP-TIER-02). The words are Talon.One's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// The tier whose condition is fulfilled holds at once, or when the grace is over.
    #[default]
    Immediate,
    /// One level less at a time, each after the grace.
    OneDown,
    /// On the first day of the next period, not before the grace is over.
    AtPeriodEnd,
}

/// Periods of the calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A calendar month.
    #[default]
    Month,
    /// Three months.
    Quarter,
    /// A calendar year.
    Year,
}

impl Period {
    /// The first day of the period that `day` is in.
    #[must_use]
    pub fn first_day(self, day: NaiveDate) -> NaiveDate {
        let first = match self {
            Self::Month => day.with_day(1),
            Self::Quarter => NaiveDate::from_ymd_opt(day.year(), (day.month0() / 3) * 3 + 1, 1),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        };
        first.unwrap_or(day)
    }

    /// The first day of the period after the one that `day` is in.
    #[must_use]
    pub fn next_day(self, day: NaiveDate) -> NaiveDate {
        let months = match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        self.first_day(day).checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
    }
}

/// When tiers are lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DowngradePolicy {
    /// How.
    pub policy: Downgrade,
    /// Days for which the tier is kept after its condition stopped to hold.
    #[schema(maximum = 730)]
    pub grace_days: u16,
    /// The programme's period: tiers count what was earned and spent in it, and are lost at its end where the policy is
    /// [`Downgrade::AtPeriodEnd`].
    pub period: Period,
}

/// What a programme has set, besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProgrammeSettings {
    /// When tiers are lost.
    pub downgrade: DowngradePolicy,
    /// The attribute of customers that says the birthday, such as `birthday`; none: birthdays are no events.
    pub birthday_attribute: Option<String>,
    /// Months of membership after each of which `loyalty.tenure_reached` happens; 0: never. 12 is each year.
    pub tenure_every_months: u16,
    /// Months for which "points to be expired" looks ahead (CIMP-STAT-03); 0 is read as 1.
    pub expiring_months: u16,
}

/// What people set of a programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct ProgrammeFields {
    /// The stable name: small letters, digits and `-`.
    #[schema(example = "main")]
    pub code: String,
    /// How people call it.
    #[sqlx(json)]
    pub title: LocalText,
    /// Where its midnight is, a name of the time zone database.
    #[schema(example = "Asia/Tashkent")]
    pub zone: String,
    /// The rest.
    #[sqlx(json)]
    #[serde(default)]
    pub settings: ProgrammeSettings,
}

impl ProgrammeFields {
    /// What cannot be accepted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault(&self.code).into_iter().collect();
        faults.extend(title_fault(&self.title));
        if self.zone.parse::<chrono_tz::Tz>().is_err() {
            let detail = format!("{:?} is no time zone, such as Asia/Tashkent", self.zone);
            faults.push(FieldFault::new("/zone", detail));
        }
        if self.settings.downgrade.grace_days > GRACE_DAYS_MAX {
            let detail = format!("must be 0 to {GRACE_DAYS_MAX}");
            faults.push(FieldFault::new("/settings/downgrade/grace_days", detail));
        }
        faults
    }
}

/// A programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Programme {
    /// Its id.
    #[sqlx(rename = "programme_id")]
    pub id: ProgrammeId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: ProgrammeFields,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

impl Programme {
    /// Where its midnight is; UTC when the time zone database no longer knows the name.
    #[must_use]
    pub fn zone(&self) -> chrono_tz::Tz {
        self.fields.zone.parse().unwrap_or(chrono_tz::UTC)
    }
}

/// What is wrong with a code, if anything is.
#[must_use]
pub fn code_fault(code: &str) -> Option<FieldFault> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    let good = (1..=CODE_MAX).contains(&code.len()) && code.bytes().all(fits);
    (!good)
        .then(|| FieldFault::new("/code", format!("must have 1 to {CODE_MAX} small letters, digits, - or _")))
}

/// What is wrong with a title, if anything is.
#[must_use]
pub fn title_fault(title: &LocalText) -> Option<FieldFault> {
    let empty = title.0.values().all(|text| text.trim().is_empty());
    let long = title.0.values().any(|text| text.chars().count() > TEXT_MAX);
    match (empty, long) {
        (true, _) => Some(FieldFault::new("/title", "must have a text in at least one language")),
        (_, true) => Some(FieldFault::new("/title", format!("has more than {TEXT_MAX} characters"))),
        _ => None,
    }
}
