//! Where a link gets messages and writes down what became of them: Postgres; memory in measurements.

use base::Clock;
use base::id::LinkId;
use channels::link::OnUnknown;
use channels::message::Channel;
use channels::smpp::session::Arrival;
use channels::store::{self, Claimed, NewReceipt, NewReceived, Outcome, by_system};
use futures_util::future::LocalBoxFuture;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sqlx::PgPool;
use std::sync::Arc;

/// Something to write down.
#[derive(Clone, Debug)]
pub enum Item {
    /// A try ended.
    Outcome(Outcome),
    /// A receipt came, and waits to be acknowledged.
    Receipt(Arrival, NewReceipt),
    /// A message came, and waits to be acknowledged.
    Received(Arrival, NewReceived),
}

/// What one link needs of the store.
pub trait Counter {
    /// Up to so many messages, the most urgent first.
    fn claim(&self, limit: u32) -> LocalBoxFuture<'_, sqlx::Result<Vec<Claimed>>>;
    /// Writes items down, all or none.
    fn record<'a>(&'a self, items: &'a [Item]) -> LocalBoxFuture<'a, sqlx::Result<()>>;
    /// What the last run of the server left in the hands of this link.
    fn take_over(&self) -> LocalBoxFuture<'_, sqlx::Result<usize>>;
}

/// The counter of a link in Postgres.
pub struct PgCounter {
    /// Connections.
    pub pool: PgPool,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Which link.
    pub link: LinkId,
    /// By which channel it sends.
    pub channel: Channel,
    /// What the Message-ID of its e-mails ends in.
    pub mail_domain: Option<String>,
    /// What happens to what is unknown.
    pub on_unknown: OnUnknown,
}

/// Dice of one's own, seeded by the operating system.
pub(super) fn dice() -> ChaCha20Rng {
    ChaCha20Rng::from_rng(&mut rand::rng())
}

impl PgCounter {
    fn resends(&self) -> bool {
        self.on_unknown == OnUnknown::Resend
    }

    async fn claim_now(&self, limit: u32) -> sqlx::Result<Vec<Claimed>> {
        let (mut rng, mut tx) = (dice(), self.pool.begin().await?);
        let edit = &mut by_system(self.clock.now(), &mut rng);
        let domain = self.mail_domain.as_deref();
        let claimed = store::claim(&mut tx, edit, (self.link, self.channel), domain, limit).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn record_now(&self, items: &[Item]) -> sqlx::Result<()> {
        let (mut outcomes, mut receipts, mut received) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            match item {
                Item::Outcome(outcome) => outcomes.push(outcome.clone()),
                Item::Receipt(_, receipt) => receipts.push(receipt.clone()),
                Item::Received(_, message) => received.push(message),
            }
        }
        let (mut rng, mut tx) = (dice(), self.pool.begin().await?);
        let edit = &mut by_system(self.clock.now(), &mut rng);
        if !outcomes.is_empty() {
            store::record_outcomes(&mut tx, edit, self.link, self.resends(), &outcomes).await?;
        }
        if !receipts.is_empty() {
            store::record_receipts(&mut tx, edit, self.link, &receipts).await?;
        }
        for message in received {
            store::record_received(&mut tx, edit, self.link, message).await?;
        }
        tx.commit().await
    }

    async fn take_over_now(&self) -> sqlx::Result<usize> {
        let (mut rng, mut tx) = (dice(), self.pool.begin().await?);
        let edit = &mut by_system(self.clock.now(), &mut rng);
        let count = store::orphans(&mut tx, edit, self.link, self.resends()).await?;
        tx.commit().await?;
        Ok(count)
    }
}

impl Counter for PgCounter {
    fn claim(&self, limit: u32) -> LocalBoxFuture<'_, sqlx::Result<Vec<Claimed>>> {
        Box::pin(self.claim_now(limit))
    }

    fn record<'a>(&'a self, items: &'a [Item]) -> LocalBoxFuture<'a, sqlx::Result<()>> {
        Box::pin(self.record_now(items))
    }

    fn take_over(&self) -> LocalBoxFuture<'_, sqlx::Result<usize>> {
        Box::pin(self.take_over_now())
    }
}
