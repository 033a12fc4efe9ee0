//! Dates and times as flows write them.

use crate::schedule::TimeOfDay;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value as Json;

/// Hours that clocks may be put forward, when a local time does not exist.
const GAP_HOURS_MAX: i64 = 3;

/// The moment that a value names: RFC 3339, or a day, which begins in `zone`.
#[must_use]
pub fn of(value: &Json, zone: Tz) -> Option<DateTime<Utc>> {
    let text = value.as_str()?;
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&Utc));
    }
    if let Ok(local) = text.parse::<NaiveDateTime>() {
        return local_to_utc(local, zone);
    }
    local_to_utc(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?, zone)
}

/// The next moment after `now` at which it is `time` in `zone`.
#[must_use]
pub fn next(time: TimeOfDay, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    let on = |day: NaiveDate| {
        let midnight = day.and_hms_opt(0, 0, 0)?;
        let local = midnight.checked_add_signed(TimeDelta::minutes(i64::from(time.minutes())))?;
        local_to_utc(local, zone)
    };
    on(today).filter(|at| *at > now).or_else(|| on(today.checked_add_days(Days::new(1))?))
}

/// A local time that clocks skip counts as the first one after the gap; one that comes twice is its first.
fn local_to_utc(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    (0..=GAP_HOURS_MAX)
        .find_map(|hours| zone.from_local_datetime(&(local + TimeDelta::hours(hours))).earliest())
        .map(|moment| moment.with_timezone(&Utc))
}
