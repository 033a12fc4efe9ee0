//! When points expire: so many days after the accrual, moved to an end of the calendar, at the programme's midnight.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// To what end the expiry is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ExpiryRound {
    /// The end of the last valid day.
    #[default]
    Day,
    /// The end of its month.
    Month,
    /// The end of its quarter.
    Quarter,
    /// The end of its year.
    Year,
}

/// The moment at which points accrued at `at` are no longer valid: the midnight after the last valid day in `zone`.
/// None when the validity is so long that the calendar ends.
#[must_use]
pub fn expires_at(at: DateTime<Utc>, days: i32, round: ExpiryRound, zone: Tz) -> Option<DateTime<Utc>> {
    let day = at.with_timezone(&zone).date_naive();
    let last = day.checked_add_days(Days::new(u64::try_from(days).ok()?))?;
    let first_of = |month: u32| NaiveDate::from_ymd_opt(last.year(), month, 1);
    let next = match round {
        ExpiryRound::Day => last.checked_add_days(Days::new(1))?,
        ExpiryRound::Month => first_of(last.month())?.checked_add_months(Months::new(1))?,
        ExpiryRound::Quarter => first_of((last.month0() / 3) * 3 + 1)?.checked_add_months(Months::new(3))?,
        ExpiryRound::Year => first_of(1)?.checked_add_months(Months::new(12))?,
    };
    Some(midnight(next, zone))
}

/// The first moment of a day in `zone`. Where clocks leap over midnight it is the moment to which they leap; where
/// midnight comes twice, the first.
#[must_use]
pub fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let mut local = day.and_time(NaiveTime::MIN);
    // No zone has ever leapt more than a day.
    for _ in 0..=48 {
        if let Some(moment) = zone.from_local_datetime(&local).earliest() {
            return moment.with_timezone(&Utc);
        }
        local += TimeDelta::minutes(30);
    }
    local.and_utc()
}
