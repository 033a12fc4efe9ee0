//! The one writer: what has arrived since its last commit becomes one transaction.

use super::{Batch, IngestError, Resolver};
use crate::event::{Appended, OutsideEvent, Subject, append_many};
use crate::journal::{Fault, fault_of};
use base::Clock;
use base::id::CustomerId;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

/// Events of one transaction: enough to share the commit's disk write, few enough to answer within milliseconds.
const GROUP_MAX: usize = 1_000;
/// A transaction that takes longer counts as lost.
const TRANSACTION_MAX: Duration = Duration::from_secs(30);

pub(super) struct Writer {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    resolver: Arc<dyn Resolver>,
    rng: ChaCha20Rng,
}

impl Writer {
    pub(super) fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        resolver: Arc<dyn Resolver>,
        seed: [u8; 32],
    ) -> Self {
        Self { pool, clock, resolver, rng: ChaCha20Rng::from_seed(seed) }
    }

    /// Works until stopped: whoever waits then is told that nothing is known, and sends again.
    pub(super) async fn run(mut self, mut arrived: UnboundedReceiver<Batch>, stop: CancellationToken) {
        loop {
            let first = tokio::select! {
                () = stop.cancelled() => return,
                first = arrived.recv() => first,
            };
            let Some(first) = first else { return };
            let mut count = first.events.len();
            let mut group = vec![first];
            while count < GROUP_MAX
                && let Ok(next) = arrived.try_recv()
            {
                count += next.events.len();
                group.push(next);
            }
            self.write_group(group).await;
        }
    }

    async fn write_group(&mut self, group: Vec<Batch>) {
        let events: Vec<OutsideEvent> = group.iter().flat_map(|batch| batch.events.iter().cloned()).collect();
        match self.write(events).await {
            Ok(appended) => answer_all(group, appended),
            Err(error) if fault_of(&error) == Fault::Away => {
                tracing::error!(%error, "events could not be written: their senders are told to send again");
                refuse_all(group);
            }
            // One of them may be at fault: each in a transaction of its own, so that it harms no other.
            Err(error) if group.len() > 1 => {
                tracing::warn!(%error, "a group of events was refused: each batch is written alone");
                for batch in group {
                    self.write_alone(batch).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the database refused a batch of events");
                refuse_all(group);
            }
        }
    }

    async fn write_alone(&mut self, batch: Batch) {
        match self.write(batch.events.clone()).await {
            Ok(appended) => answer_all(vec![batch], appended),
            Err(error) => {
                tracing::error!(%error, "the database refused a batch of events");
                refuse_all(vec![batch]);
            }
        }
    }

    async fn write(&mut self, mut events: Vec<OutsideEvent>) -> sqlx::Result<Vec<Appended>> {
        let (now, resolver) = (self.clock.now(), Arc::clone(&self.resolver));
        let (pool, rng) = (&self.pool, &mut self.rng);
        let work = async {
            let mut tx = pool.begin().await?;
            find_customers(&mut tx, &*resolver, &mut events).await?;
            let appended = append_many(&mut tx, now, rng, &events).await?;
            tx.commit().await?;
            Ok(appended)
        };
        tokio::time::timeout(TRANSACTION_MAX, work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }
}

/// Puts the customers in, all of the group with one question.
async fn find_customers(
    db: &mut PgConnection,
    resolver: &dyn Resolver,
    events: &mut [OutsideEvent],
) -> sqlx::Result<()> {
    let subjects: std::collections::BTreeSet<Subject> =
        events.iter().filter_map(|event| event.subject.clone()).collect();
    if subjects.is_empty() {
        return Ok(());
    }
    let subjects: Vec<Subject> = subjects.into_iter().collect();
    let customers = resolver.resolve(db, &subjects).await?;
    let found: BTreeMap<Subject, Option<CustomerId>> = subjects.into_iter().zip(customers).collect();
    for event in events {
        let customer = event.subject.as_ref().and_then(|subject| found.get(subject).copied().flatten());
        event.customer = event.customer.or(customer);
    }
    Ok(())
}

/// Who no longer waits has broken off, and sends again.
fn answer_all(group: Vec<Batch>, appended: Vec<Appended>) {
    let mut appended = appended.into_iter();
    for batch in group {
        let own: Vec<Appended> = appended.by_ref().take(batch.events.len()).collect();
        let _left = batch.answer.send(Ok(own));
    }
}

fn refuse_all(group: Vec<Batch>) {
    for batch in group {
        let _left = batch.answer.send(Err(IngestError::Away));
    }
}
