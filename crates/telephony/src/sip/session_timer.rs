//! Session timers, RFC 4028: who keeps the session alive, and when it is dead.

use std::time::{Duration, Instant};

/// A Session-Expires header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expires {
    pub(crate) interval: Duration,
    /// `refresher=uac`: the sender of the request refreshes. None = left to the answerer.
    pub(crate) by_sender: Option<bool>,
}

/// Reads `1800;refresher=uac`.
pub(crate) fn parse_expires(value: &str) -> Option<Expires> {
    let mut parts = value.split(';');
    let seconds = parts.next()?.trim().parse::<u32>().ok()?;
    let refresher = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("refresher").then(|| value.trim())
    });
    let by_sender = refresher.and_then(|name| match name {
        name if name.eq_ignore_ascii_case("uac") => Some(true),
        name if name.eq_ignore_ascii_case("uas") => Some(false),
        _ => None,
    });
    Some(Expires { interval: Duration::from_secs(u64::from(seconds)), by_sender })
}

/// What the peer said about timers in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) supported: bool,
    pub(crate) expires: Option<Expires>,
    pub(crate) min_se: Option<Duration>,
}

/// The timer that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionTimer {
    pub(crate) interval: Duration,
    pub(crate) we_refresh: bool,
    refreshed: Instant,
}

/// What a session timer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Send a refresh.
    Refresh,
    /// Send BYE.
    Expired,
}

impl SessionTimer {
    /// The answer of RFC 4028 9 to a request that we accept, or none when no timer runs.
    pub(crate) fn agree(asked: Asked, ours: Duration, min_se: Duration, now: Instant) -> Option<Self> {
        let floor = asked.min_se.unwrap_or(min_se).max(min_se);
        match asked.expires {
            // The peer's wish, and its choice of the refresher; one that knows no timers cannot refresh.
            Some(expires) => Some(Self {
                interval: expires.interval.max(min_se),
                we_refresh: !asked.supported || expires.by_sender == Some(false),
                refreshed: now,
            }),
            // No wish, but it understands: it shall refresh, so that our timers stay few.
            None if asked.supported => {
                Some(Self { interval: ours.max(floor), we_refresh: false, refreshed: now })
            }
            None => None,
        }
    }

    /// Value of Session-Expires in our 2xx.
    pub(crate) fn header(&self) -> String {
        let refresher = if self.we_refresh { "uas" } else { "uac" };
        format!("{};refresher={refresher}", self.interval.as_secs())
    }

    /// Value of Session-Expires in our own refresh request.
    pub(crate) fn refresh_header(&self) -> String {
        format!("{};refresher=uac", self.interval.as_secs())
    }

    /// The session was refreshed.
    pub(crate) fn refreshed(&mut self, now: Instant) {
        self.refreshed = now;
    }

    /// When to look again.
    pub(crate) fn deadline(&self, refreshing: bool) -> Instant {
        if self.we_refresh && !refreshing { self.refresh_at() } else { self.expires_at() }
    }

    fn refresh_at(&self) -> Instant {
        self.refreshed + self.interval / 2
    }

    // RFC 4028 10: the side that does not refresh gives up min(32 s, a third) before the end.
    fn expires_at(&self) -> Instant {
        let early = (self.interval / 3).min(Duration::from_secs(32));
        self.refreshed + self.interval.saturating_sub(early)
    }

    /// What is due now. `refreshing`: our refresh is on its way.
    pub(crate) fn due(&self, now: Instant, refreshing: bool) -> Option<Due> {
        if now >= self.expires_at() {
            Some(Due::Expired)
        } else if self.we_refresh && !refreshing && now >= self.refresh_at() {
            Some(Due::Refresh)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Duration = Duration::from_secs(1800);
    const LEAST: Duration = Duration::from_secs(90);

    fn asked(supported: bool, expires: Option<&str>) -> Asked {
        Asked { supported, expires: expires.and_then(parse_expires), min_se: None }
    }

    #[test]
    fn the_table_of_rfc_4028_is_followed() {
        let now = Instant::now();
        let agree = |supported, expires| {
            SessionTimer::agree(asked(supported, expires), OURS, LEAST, now).map(|timer| timer.header())
        };

        assert_eq!(agree(false, None), None);
        assert_eq!(agree(true, None).as_deref(), Some("1800;refresher=uac"));
        assert_eq!(agree(true, Some("600;refresher=uac")).as_deref(), Some("600;refresher=uac"));
        assert_eq!(agree(true, Some("600;refresher=uas")).as_deref(), Some("600;refresher=uas"));
        assert_eq!(agree(true, Some("600")).as_deref(), Some("600;refresher=uac"));
        assert_eq!(agree(false, Some("600")).as_deref(), Some("600;refresher=uas"));
    }

    #[test]
    fn the_refresher_refreshes_at_half_and_the_other_gives_up_before_the_end() {
        let now = Instant::now();
        let after = |timer: &SessionTimer, seconds| timer.due(now + Duration::from_secs(seconds), false);
        let ours = SessionTimer::agree(asked(true, Some("600;refresher=uas")), OURS, LEAST, now).unwrap();
        let theirs = SessionTimer::agree(asked(true, Some("90;refresher=uac")), OURS, LEAST, now).unwrap();

        assert_eq!(
            [after(&ours, 299), after(&ours, 300), after(&ours, 568)],
            [None, Some(Due::Refresh), Some(Due::Expired)]
        );
        assert_eq!([after(&theirs, 59), after(&theirs, 60)], [None, Some(Due::Expired)]);
    }
}
