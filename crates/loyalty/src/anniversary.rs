//! Days that come by themselves: birthdays and months of membership (CIMP-BON-08, CIMP-BON-09).

use crate::bonus_type::midnight;
use crate::tier::whole_months;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// Whether somebody born on `born` has a birthday on `day`. Who was born on the 29th of February has it on the 28th in
/// other years.
#[must_use]
pub fn is_birthday(born: NaiveDate, day: NaiveDate) -> bool {
    if (born.month(), born.day()) == (day.month(), day.day()) {
        return true;
    }
    let last_of_february = (day.month(), day.day()) == (2, 28) && !day.leap_year();
    last_of_february && (born.month(), born.day()) == (2, 29)
}

/// The months of membership that are full on `day`, when they are a multiple of `every`; none otherwise.
#[must_use]
pub fn tenure_on(enrolled: DateTime<Utc>, day: NaiveDate, every: u16, zone: Tz) -> Option<i64> {
    let every = i64::from(every);
    if every == 0 {
        return None;
    }
    let begins = midnight(day, zone);
    let before = whole_months(enrolled, begins - TimeDelta::seconds(1), zone);
    let months = whole_months(enrolled, begins, zone);
    (months > before && months % every == 0).then_some(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn somebody_born_on_a_leap_day_has_a_birthday_each_year() {
        let born = day("1992-02-29");
        assert!(is_birthday(born, day("2028-02-29")) && is_birthday(born, day("2027-02-28")));
        assert!(!is_birthday(born, day("2028-02-28")) && !is_birthday(born, day("2027-03-01")));
        assert!(is_birthday(day("1990-05-17"), day("2026-05-17")));
    }

    #[test]
    fn a_year_of_membership_is_full_on_one_day() {
        let enrolled = "2025-01-31T20:00:00Z".parse().unwrap(); // the 1st of February in Tashkent
        let on = |text: &str| tenure_on(enrolled, day(text), 12, chrono_tz::Asia::Tashkent);
        assert_eq!(on("2026-02-01"), Some(12));
        assert_eq!((on("2026-01-31"), on("2026-02-02"), on("2025-08-01")), (None, None, None));
        assert_eq!(tenure_on(enrolled, day("2026-02-01"), 0, chrono_tz::UTC), None);
    }
}
