//! Working hours: a week, holidays, a time zone.

use crate::definition::NodeKey;
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// Goes by working hours, in the time of a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// The IANA time zone, such as `Asia/Tashkent`.
    #[schemars(with = "String", extend("x-widget" = "time_zone"))]
    pub time_zone: Tz,
    /// Open hours a weekday; a day that is not named is closed.
    #[schemars(extend("x-widget" = "week"))]
    pub weekly: BTreeMap<Day, Vec<Hours>>,
    /// Dates with hours of their own; an empty list is a closed day.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<Hours>>", extend("x-widget" = "holidays"))]
    pub holidays: BTreeMap<NaiveDate, Vec<Hours>>,
    /// Where it goes in open hours.
    pub open: NodeKey,
    /// Where it goes otherwise.
    pub closed: NodeKey,
}

impl Schedule {
    /// Whether `now` lies in open hours.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.time_zone);
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(0);
        let hours = match self.holidays.get(&local.date_naive()) {
            Some(of_the_date) => of_the_date,
            None => match self.weekly.get(&Day::from(local.weekday())) {
                Some(of_the_weekday) => of_the_weekday,
                None => return false,
            },
        };
        hours.iter().any(|span| span.from.0 <= minute && minute < span.to.0)
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<Weekday> for Day {
    fn from(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Mon => Self::Mon,
            Weekday::Tue => Self::Tue,
            Weekday::Wed => Self::Wed,
            Weekday::Thu => Self::Thu,
            Weekday::Fri => Self::Fri,
            Weekday::Sat => Self::Sat,
            Weekday::Sun => Self::Sun,
        }
    }
}

/// Open from one time of the day to another, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first open minute.
    pub from: TimeOfDay,
    /// The first closed minute; `24:00` is the end of the day.
    pub to: TimeOfDay,
}

/// Minutes since midnight, written `HH:MM`, up to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl JsonSchema for TimeOfDay {
    fn schema_name() -> Cow<'static, str> {
        "TimeOfDay".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "format": "time_of_day" })
    }
}

impl TimeOfDay {
    /// Minutes since midnight, up to 1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

/// The text is no time of the day.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no time of the day: write HH:MM from 00:00 to 24:00")]
pub struct NotATime(String);

impl FromStr for TimeOfDay {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotATime(text.to_owned());
        let (hours, minutes) = text.split_once(':').ok_or_else(refuse)?;
        let two_digits = |part: &str| match part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<u16>().ok(),
            false => None,
        };
        let hours = two_digits(hours).ok_or_else(refuse)?;
        let minutes = two_digits(minutes).filter(|minutes| *minutes < 60).ok_or_else(refuse)?;
        let minute = hours * 60 + minutes;
        if minute <= DAY_MINUTES { Ok(Self(minute)) } else { Err(refuse()) }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tashkent() -> Schedule {
        serde_json::from_value(serde_json::json!({
            "time_zone": "Asia/Tashkent",
            "weekly": {"mon": [{"from": "09:00", "to": "13:00"}, {"from": "14:00", "to": "18:00"}]},
            "holidays": {"2026-03-09": [], "2026-03-07": [{"from": "00:00", "to": "24:00"}]},
            "open": "a", "closed": "b"
        }))
        .unwrap()
    }

    #[test]
    fn hours_are_those_of_the_place_and_holidays_come_first() {
        let schedule = tashkent();
        let at = |text: &str| schedule.is_open(text.parse().unwrap());

        assert!(at("2026-03-02T04:00:00Z"), "monday 09:00 in Tashkent");
        assert!(!at("2026-03-02T03:59:59Z"), "a minute early");
        assert!(!at("2026-03-02T08:30:00Z"), "lunch");
        assert!(at("2026-03-02T12:59:59Z") && !at("2026-03-02T13:00:00Z"), "the end is excluded");
        assert!(!at("2026-03-03T06:00:00Z"), "tuesday is not named");
        assert!(!at("2026-03-09T06:00:00Z"), "a monday that is a holiday");
        assert!(at("2026-03-07T18:59:00Z"), "a saturday opened to midnight");
    }

    #[test]
    fn times_are_read_strictly() {
        assert_eq!("24:00".parse::<TimeOfDay>().unwrap().to_string(), "24:00");
        for wrong in ["24:01", "9:00", "09:60", "0900", "-1:00", "+9:00", ""] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
    }
}
