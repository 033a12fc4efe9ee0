//! What simulated people have in common: dice, and spans of time to draw from.

use rand::{Rng, RngExt};
use std::time::Duration;

/// A span of time to draw from, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The shortest.
    pub from: Duration,
    /// The longest.
    pub to: Duration,
}

impl Span {
    /// From `from` to `to` seconds.
    #[must_use]
    pub const fn seconds(from: u64, to: u64) -> Self {
        Self { from: Duration::from_secs(from), to: Duration::from_secs(to) }
    }

    /// Always the same.
    #[must_use]
    pub const fn always(length: Duration) -> Self {
        Self { from: length, to: length }
    }

    /// One of its lengths, to the millisecond; all are equally likely.
    pub fn draw(&self, rng: &mut dyn Rng) -> Duration {
        let millis = |length: Duration| u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        let (from, to) = (millis(self.from), millis(self.to));
        Duration::from_millis(rng.random_range(from..=to.max(from)))
    }
}

/// True in `percent` of a hundred cases.
pub fn chance(percent: u32, rng: &mut dyn Rng) -> bool {
    rng.random_range(0..100) < percent
}

/// One of `items`; none of none.
pub fn pick<'a, T>(items: &'a [T], rng: &mut dyn Rng) -> Option<&'a T> {
    match items.len() {
        0 => None,
        count => items.get(rng.random_range(0..count)),
    }
}
