//! One connection that hears of appended events, for all readers of a server: each commit that appends wakes every
//! connection that listens, so they are few.

use super::CHANNEL;
use futures_util::FutureExt;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Wait before it listens again after the connection was lost; readers look by themselves meanwhile.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Hears for all; clones share the connection, which is open while somebody waits.
#[derive(Clone, Debug)]
pub(super) struct Ear {
    heard: watch::Sender<u64>,
    is_listening: Arc<AtomicBool>,
}

impl Ear {
    pub(super) fn new() -> Self {
        Self { heard: watch::Sender::new(0), is_listening: Arc::default() }
    }

    /// Changes when events were appended since it was last looked at. A hint: whoever waits looks by himself as well.
    pub(super) fn heard(&self, pool: &PgPool) -> watch::Receiver<u64> {
        let receiver = self.heard.subscribe();
        if !self.is_listening.swap(true, Ordering::AcqRel) {
            tokio::spawn(self.clone().listen(pool.clone()));
        }
        receiver
    }

    async fn listen(self, pool: PgPool) {
        loop {
            tokio::select! {
                () = self.heard.closed() => {}
                () = self.hear(&pool) => {}
            }
            if self.heard.receiver_count() > 0 {
                continue;
            }
            self.is_listening.store(false, Ordering::Release);
            // Somebody may have come in between, and found that it listens.
            if self.heard.receiver_count() == 0 || self.is_listening.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }

    /// Until the connection is lost.
    async fn hear(&self, pool: &PgPool) {
        let done: sqlx::Result<()> = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            loop {
                // What was appended before it listened, or came meanwhile, is one.
                self.heard.send_modify(|count| *count = count.wrapping_add(1));
                let mut next = listener.try_recv().await?;
                while next.is_some() {
                    match listener.try_recv().now_or_never() {
                        Some(more) => next = more?,
                        None => break,
                    }
                }
                if next.is_none() {
                    return Ok(()); // the connection was lost
                }
            }
        }
        .await;
        if let Err(error) = done {
            tracing::debug!(%error, "nobody hears of events: readers look by themselves");
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}
