//! One heartbeat for all sockets, encoded once a second.

use super::frame;
use base::Clock;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// Time between two heartbeats. A screen calls itself stale after two seconds of silence.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);

/// Heartbeats a slow socket may be behind before it skips some.
const BEHIND_MAX: usize = 4;

/// Where sockets hear the heartbeat. Cheap to clone.
#[derive(Clone)]
pub struct Heartbeat(broadcast::Sender<Bytes>);

impl Heartbeat {
    /// Starts beating on the current runtime until every clone is dropped.
    #[must_use]
    pub fn start(clock: Arc<dyn Clock>) -> Self {
        let (beats, _) = broadcast::channel(BEHIND_MAX);
        let weak = beats.downgrade();
        tokio::spawn(async move {
            let mut every = tokio::time::interval(HEARTBEAT_EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                every.tick().await;
                let Some(beats) = weak.upgrade() else { return };
                let _nobody_listens = beats.send(frame::ping(clock.now()));
            }
        });
        Self(beats)
    }

    /// The beats from now on.
    #[must_use]
    pub fn hear(&self) -> broadcast::Receiver<Bytes> {
        self.0.subscribe()
    }
}
