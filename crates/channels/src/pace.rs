//! How fast a link may send: so many a second, evenly, with a small burst.

use std::time::Duration;

/// A bucket that fills evenly. Time is the span since some moment that never moves.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The span of one message.
    each: Duration,
    /// How much may be made up for: a tenth of a second's worth, so that a slow loop loses nothing.
    slack: Duration,
    /// When the next may go.
    next: Duration,
}

impl Pace {
    /// So many a second; none counts as one.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        Self { each, slack: each.max(Duration::from_millis(100)), next: Duration::ZERO }
    }

    /// Whether one may go now; it counts as gone.
    pub fn take(&mut self, now: Duration) -> bool {
        let next = self.next.max(now.saturating_sub(self.slack));
        if next > now {
            return false;
        }
        self.next = next + self.each;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_kept_with_a_small_burst() {
        let mut pace = Pace::new(100);
        let start = Duration::from_secs(1_000);
        let took = |pace: &mut Pace, at| (0..1_000).filter(|_| pace.take(at)).count();

        assert_eq!(took(&mut pace, start), 11);
        assert_eq!(took(&mut pace, start + Duration::from_millis(5)), 0);
        assert_eq!(took(&mut pace, start + Duration::from_millis(50)), 5);
        let rest: usize = (6..=100).map(|n| took(&mut pace, start + Duration::from_millis(10 * n))).sum();
        assert_eq!(rest, 95);
    }

    #[test]
    fn a_slow_link_sends_one_at_a_time() {
        let mut pace = Pace::new(1);
        let start = Duration::from_secs(1_000);

        assert!(pace.take(start) && pace.take(start));
        assert!(!pace.take(start + Duration::from_millis(900)));
        assert!(pace.take(start + Duration::from_secs(1)));
    }
}
