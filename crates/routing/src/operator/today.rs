//! What an operator did since the local midnight.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The last local midnight before `now`. Where daylight saving skips midnight, the first moment of the day.
#[must_use]
pub fn day_start(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let date = now.with_timezone(&zone).date_naive();
    (0..4)
        .filter_map(|hour| date.and_hms_opt(hour, 0, 0))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map_or(now, |start| start.with_timezone(&Utc))
}

/// What a stretch of time counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Ready, or an offer rings.
    Ready,
    /// With a contact.
    Talking,
    /// Finishing a contact.
    WrappingUp,
    /// Not ready, whatever the reason.
    NotReady,
    /// Away: counts as nothing.
    Away,
}

/// The totals of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Today {
    zone: Tz,
    started_at: DateTime<Utc>,
    counted_until: DateTime<Utc>,
    handled: u32,
    missed: u32,
    talk: Duration,
    wrap_up: Duration,
    ready: Duration,
    not_ready: Duration,
}

/// The totals as screens show them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Totals {
    /// Contacts served.
    pub handled: u32,
    /// Offers that rang out.
    pub missed: u32,
    /// With contacts.
    pub talk_seconds: u64,
    /// Finishing contacts.
    pub wrap_up_seconds: u64,
    /// Waiting for contacts.
    pub ready_seconds: u64,
    /// Not ready.
    pub not_ready_seconds: u64,
}

impl Today {
    /// A day in which nothing was done yet.
    #[must_use]
    pub fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            zone,
            started_at: day_start(now, zone),
            counted_until: now,
            handled: 0,
            missed: 0,
            talk: Duration::ZERO,
            wrap_up: Duration::ZERO,
            ready: Duration::ZERO,
            not_ready: Duration::ZERO,
        }
    }

    /// Counts the time since the last call as `doing`; at the local midnight everything starts at zero.
    pub fn advance(&mut self, now: DateTime<Utc>, doing: Doing) {
        let today = day_start(now, self.zone);
        if today > self.started_at {
            *self = Self { counted_until: today, ..Self::new(now, self.zone) };
        }
        let elapsed = (now - self.counted_until).to_std().unwrap_or(Duration::ZERO);
        self.counted_until = now.max(self.counted_until);
        match doing {
            Doing::Ready => self.ready += elapsed,
            Doing::Talking => self.talk += elapsed,
            Doing::WrappingUp => self.wrap_up += elapsed,
            Doing::NotReady => self.not_ready += elapsed,
            Doing::Away => {}
        }
    }

    /// What was done today before this started.
    pub fn add(&mut self, earlier: &Totals) {
        self.handled += earlier.handled;
        self.missed += earlier.missed;
        self.talk += Duration::from_secs(earlier.talk_seconds);
        self.wrap_up += Duration::from_secs(earlier.wrap_up_seconds);
        self.ready += Duration::from_secs(earlier.ready_seconds);
        self.not_ready += Duration::from_secs(earlier.not_ready_seconds);
    }

    /// One contact was served.
    pub const fn handled(&mut self) {
        self.handled += 1;
    }

    /// One offer rang out.
    pub const fn missed(&mut self) {
        self.missed += 1;
    }

    /// The totals until the last [`Today::advance`].
    #[must_use]
    pub const fn totals(&self) -> Totals {
        Totals {
            handled: self.handled,
            missed: self.missed,
            talk_seconds: self.talk.as_secs(),
            wrap_up_seconds: self.wrap_up.as_secs(),
            ready_seconds: self.ready.as_secs(),
            not_ready_seconds: self.not_ready.as_secs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CC-SUP-02
    #[test]
    fn totals_start_again_at_the_midnight_of_the_site_and_not_of_utc() {
        let zone = chrono_tz::Asia::Tashkent;
        let evening: DateTime<Utc> = "2026-03-01T18:00:00Z".parse().unwrap(); // 23:00 in Tashkent
        let mut today = Today::new(evening, zone);
        today.handled();
        today.advance(evening + Duration::from_secs(600), Doing::Talking);
        assert_eq!((today.totals().talk_seconds, today.totals().handled), (600, 1));

        today.advance(evening + Duration::from_secs(3_600 + 90), Doing::Ready);

        assert_eq!(today.totals(), Totals { ready_seconds: 90, ..Totals::default() });
    }
}
