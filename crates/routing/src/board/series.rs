//! The last half hour, a value a minute.

use chrono::{DateTime, Utc};
use std::collections::VecDeque;

/// Minutes that a spark line shows.
pub const MINUTES_KEPT: usize = 30;

/// Values by minute; the last is the present minute and still moves.
#[derive(Clone, Debug)]
pub struct Series {
    minute: i64,
    waiting: VecDeque<usize>,
    service_level: VecDeque<f64>,
}

impl Series {
    /// An empty half hour that ends now.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { minute: minute_of(now), waiting: VecDeque::from([0]), service_level: VecDeque::from([100.0]) }
    }

    /// The present values. Of a minute the most that waited counts, and the last service level; a minute without
    /// one repeats the one before it.
    pub fn sample(&mut self, now: DateTime<Utc>, waiting: usize, service_level: Option<f64>) {
        let minute = minute_of(now);
        let carried = self.service_level.back().copied().unwrap_or(100.0);
        for _ in 0..(minute - self.minute).clamp(0, 30) {
            self.waiting.push_back(waiting);
            self.service_level.push_back(carried);
        }
        self.minute = self.minute.max(minute);
        while self.waiting.len() > MINUTES_KEPT {
            self.waiting.pop_front();
            self.service_level.pop_front();
        }
        if let Some(last) = self.waiting.back_mut() {
            *last = waiting.max(*last);
        }
        if let Some(last) = self.service_level.back_mut() {
            *last = service_level.unwrap_or(carried);
        }
    }

    /// How many waited, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = usize> + '_ {
        self.waiting.iter().copied()
    }

    /// The day's service level, oldest first.
    pub fn service_level(&self) -> impl Iterator<Item = f64> + '_ {
        self.service_level.iter().copied()
    }
}

fn minute_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(60)
}
