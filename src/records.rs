//! Background work for records: indexes and words of attributes are made while everybody works.

use sqlx::PgPool;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked for: an administrator waits for it, and looking is one small statement.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Makes what attributes need until `stop` is cancelled; what is half made then is made again after the next start.
pub async fn build_attributes(pool: PgPool, stop: CancellationToken) {
    let mut wait = LOOK_EVERY;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = crm::store::build::pass(&pool) => done,
        };
        wait = match done {
            Ok(0) => LOOK_EVERY,
            Ok(count) => {
                tracing::info!(count, "{count} indexes and word lists of attributes are made or gone");
                LOOK_EVERY
            }
            Err(error) => {
                tracing::warn!(error = %error, "indexes of attributes were not made, another try follows");
                RETRY_AFTER
            }
        };
    }
}
