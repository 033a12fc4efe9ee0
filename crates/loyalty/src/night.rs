//! What happens at a programme's midnight, and in which order (GAP-36, CIMP-BON-12).
//!
//! The order is fixed, because each step looks at what the one before left: points that wait for this day are usable from
//! midnight on by themselves; birthdays and tenure are rewarded, then tiers settled by what was earned; then points expire
//! and holds that have ended are released; then the day is closed; then members are told what expires next; and when a
//! month has begun, the month before is counted. A step that walks over members keeps its place, so that a server that
//! dies is followed by one that goes on behind it. A server that was away catches up with the next night: what is due is
//! due.

pub mod query;
pub mod store;
#[cfg(test)]
mod tests;

use crate::bonus_type::midnight;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// How many days before points expire their members are told.
pub const NOTICE_DAYS: [u16; 3] = [30, 7, 1];
/// For how many nights that nobody worked notices and anniversaries are made up for: who was away longer than a week
/// tells nobody of days that are over.
pub const MISSED_NIGHTS_MAX: i64 = 7;

/// A step of the night, in the order in which they are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Birthdays and full years of membership.
    Anniversaries,
    /// Tiers that are lost or reached by the calendar.
    SettleTiers,
    /// Points whose day has come, and holds that have ended.
    ExpirePoints,
    /// The ledger's closing balances of the day that is over.
    CloseDay,
    /// Notices 30, 7 and 1 days before.
    TellExpiring,
    /// The statistics of the month before, unless they were made.
    Statistics,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 6] = [
        Self::Anniversaries,
        Self::SettleTiers,
        Self::ExpirePoints,
        Self::CloseDay,
        Self::TellExpiring,
        Self::Statistics,
    ];

    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anniversaries => "anniversaries",
            Self::SettleTiers => "settle_tiers",
            Self::ExpirePoints => "expire_points",
            Self::TellExpiring => "tell_expiring",
            Self::CloseDay => "close_day",
            Self::Statistics => "statistics",
        }
    }
}

/// The day that has begun in `zone`.
#[must_use]
pub fn today(now: DateTime<Utc>, zone: Tz) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

/// The steps of this night that are not done, in order.
#[must_use]
pub fn left(done: &[String]) -> Vec<Step> {
    Step::ALL.into_iter().filter(|step| !done.iter().any(|name| name == step.as_str())).collect()
}

/// The days that anniversaries are looked for on: this one, and those of nights since `last` that nobody worked.
#[must_use]
pub fn days(today: NaiveDate, last: Option<NaiveDate>) -> Vec<NaiveDate> {
    let missed = missed(today, last);
    (0..missed)
        .rev()
        .filter_map(|back| today.checked_sub_days(Days::new(u64::try_from(back).ok()?)))
        .collect()
}

/// Nights to work: this one and those that nobody worked.
fn missed(today: NaiveDate, last: Option<NaiveDate>) -> i64 {
    last.map_or(1, |last| (today - last).num_days()).clamp(1, MISSED_NIGHTS_MAX)
}

/// How far a step of a night is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Up to this member: whoever follows goes on behind it.
    Member(Uuid),
    /// To its end, at this moment.
    End(DateTime<Utc>),
}

/// One sort of notice: lots that expire on a day which is so many days away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day on which they expire, at its first moment.
    pub day: NaiveDate,
    /// Days from now.
    pub days: u16,
    /// The first moment of the day.
    pub from: DateTime<Utc>,
    /// The first moment of the next.
    pub to: DateTime<Utc>,
}

impl Due {
    /// The last day on which they can be spent: what members are told, and what the browser shows. They expire at the
    /// midnight that ends it.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        self.day.pred_opt().unwrap_or(self.day)
    }
}

/// The notices of a night: for each distance the day it looks at, and those of nights since `last` that nobody worked.
#[must_use]
pub fn notices(today: NaiveDate, last: Option<NaiveDate>, zone: Tz) -> Vec<Due> {
    let missed = missed(today, last);
    let mut due = Vec::new();
    for days in NOTICE_DAYS {
        for back in (0..missed).rev() {
            let ahead = i64::from(days) - back;
            let Some(day) = u64::try_from(ahead)
                .ok()
                .filter(|ahead| *ahead > 0)
                .and_then(|ahead| today.checked_add_days(Days::new(ahead)))
            else {
                continue;
            };
            let next = day.succ_opt().unwrap_or(day);
            due.push(Due { day, days, from: midnight(day, zone), to: midnight(next, zone) });
        }
    }
    due
}
