//! The one place that reads the machine's clock.

use base::Clock;
use chrono::{DateTime, Utc};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
