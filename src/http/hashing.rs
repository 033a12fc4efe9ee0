//! Password hashing off the event loop, a few at a time: each takes tens of milliseconds of a core and 19 MiB.

use super::problem::ApiError;
use access::Hasher;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a request waits for its turn before it is told to come back.
const WAITS_FOR: Duration = Duration::from_secs(5);

/// The only way to hash.
pub struct Hashing {
    room: Arc<Semaphore>,
}

impl Hashing {
    /// As many at a time as there are cores, and at least one: more would not be faster and would starve calls.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { room: Arc::new(Semaphore::new(cores)) }
    }

    /// Runs `work` with the hasher on a thread for work that blocks.
    ///
    /// # Errors
    /// 503 when too many wait; 500 when the thread fails.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = tokio::time::timeout(WAITS_FOR, Arc::clone(&self.room).acquire_owned()).await;
        let Ok(Ok(permit)) = turn else {
            return Err(ApiError::unavailable("too many sign-ins at once").retry_after(2));
        };
        actix_web::web::block(move || {
            let _permit = permit;
            work(&Hasher)
        })
        .await
        .map_err(ApiError::internal)
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self::new()
    }
}
