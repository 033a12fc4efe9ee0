//! The shells of links: one for each connection to an SMS centre or a mail server.
//!
//! They run on a thread of their own: a burst of receipts does not delay a call. What a link has in its hands is
//! written down before it goes over the wire, so that nothing is sent twice without anybody knowing.

mod board;
mod bounces;
mod counter;
mod manager;
mod smpp;
mod smtp;
mod writer;

pub use board::LinkBoard;
pub use counter::{Counter, Item};
pub use manager::Ground;
pub use smpp::SmppLink;
pub use smtp::SmtpLink;

use actix_rt::Arbiter;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::oneshot;

/// The messages of a running server.
pub struct Messages {
    arbiter: Arbiter,
    ended: oneshot::Receiver<()>,
}

impl Messages {
    /// Starts the links on a thread of their own. `bounces`: where reports of mail servers are heard, and under
    /// which name.
    #[must_use]
    pub fn start(ground: Ground, bounces: Option<(SocketAddr, String)>) -> Self {
        let arbiter = Arbiter::new();
        let (end, ended) = oneshot::channel();
        arbiter.spawn_fn(move || {
            actix_rt::spawn(async move {
                if let Some((address, host)) = bounces {
                    actix_rt::spawn(bounces::listen(ground.clone(), address, host));
                }
                manager::manage(ground).await;
                let _ = end.send(()); // an error means that nobody waits
            });
        });
        Self { arbiter, ended }
    }

    /// Waits until every link gave back what it had in its hands; [`Ground::stop`] was cancelled before.
    pub async fn stop(self, within: Duration) {
        if tokio::time::timeout(within, self.ended).await.is_err() {
            tracing::warn!("a link did not end in time: what it had in its hands is unknown");
        }
        self.arbiter.stop();
    }
}
