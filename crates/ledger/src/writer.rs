//! The merging writer: what has arrived since its last commit becomes one transaction, and each caller is answered.
//!
//! A transaction for each order cannot keep up: the commit's disk write is what takes time. What was answered is on
//! disk; what was not is sent again under its key and counts once.

use crate::order::{ORDERS_MAX, Order};
use crate::post::{EventSeed, Keys, post_seeded};
use crate::receipt::{Receipt, Refusal};
use base::Clock;
use platform::journal::{Fault, fault_of};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Most orders that wait for the writers: some two seconds of work, and some 20 MB.
pub const WAITING_MAX: usize = 20_000;
/// Orders of one transaction: enough to share the commit's disk write, few enough to answer within milliseconds.
const GROUP_MAX: usize = 500;
/// For how long orders may gather while another writer is at work: what a transaction costs beside its rows is shared by
/// more of them, and the machine has no idle moment in which these could have been written.
const GATHER_FOR: Duration = Duration::from_millis(3);
/// Orders that need not wait for more.
const GATHER_MIN: usize = 100;
/// Writers that take turns: while one waits for the disk the other works.
const WRITERS: usize = 2;
/// How long a caller waits for room before it is refused: a burst passes, a database that is too slow shows.
const ROOM_WITHIN: Duration = Duration::from_secs(2);
/// A transaction that takes longer counts as lost.
const TRANSACTION_MAX: Duration = Duration::from_secs(30);
/// Tries of a transaction that met another's lock.
const TRIES_MAX: u32 = 5;

/// Why nothing is known of what became of orders. Sending them again under the same keys is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The database does not keep up.
    #[error("{WAITING_MAX} orders wait to be posted: send these again in a moment")]
    Full,
    /// More than fits.
    #[error("one call takes at most {ORDERS_MAX} orders: send them in several")]
    TooMany,
    /// The database is away, or the server stops.
    #[error(
        "the orders could not be posted: send them again under the same keys, those that were posted count once"
    )]
    Away,
}

type Answer = Result<Vec<Result<Receipt, Refusal>>, PostError>;

struct Batch {
    orders: Vec<Order>,
    answer: oneshot::Sender<Answer>,
    _room: OwnedSemaphorePermit,
}

/// The way in for many callers. Clones share the writers; they end with the token.
#[derive(Clone)]
pub struct Ledger {
    room: Arc<Semaphore>,
    batches: mpsc::UnboundedSender<Batch>, // bounded by `room`
}

impl Ledger {
    /// Starts the writers. `seed` makes the ids of events.
    #[must_use]
    pub fn start(pool: PgPool, clock: Arc<dyn Clock>, seed: [u8; 32], stop: CancellationToken) -> Self {
        let (batches, arrived) = mpsc::unbounded_channel();
        let arrived = Arc::new(Mutex::new(Arrived { batches: arrived, next: None }));
        let at_work = Arc::new(AtomicUsize::new(0));
        let mut seeds = ChaCha20Rng::from_seed(seed);
        for _ in 0..WRITERS {
            let rng = ChaCha20Rng::from_rng(&mut seeds);
            let at_work = Arc::clone(&at_work);
            let writer = Writer { pool: pool.clone(), clock: Arc::clone(&clock), rng, at_work };
            tokio::spawn(writer.run(Arc::clone(&arrived), stop.clone()));
        }
        Self { room: Arc::new(Semaphore::new(WAITING_MAX)), batches }
    }

    /// Posts one order and waits until it is on disk.
    ///
    /// # Errors
    /// Nothing is known of it: send it again under the same key.
    pub async fn post(&self, order: Order) -> Result<Result<Receipt, Refusal>, PostError> {
        self.post_all(vec![order]).await?.pop().ok_or(PostError::Away)
    }

    /// Posts orders, one after the other and in one transaction; each is posted or refused by itself.
    ///
    /// # Errors
    /// Nothing is known of them: send them again under the same keys.
    pub async fn post_all(&self, orders: Vec<Order>) -> Answer {
        if orders.len() > ORDERS_MAX {
            return Err(PostError::TooMany);
        }
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let places = u32::try_from(orders.len()).map_err(|_| PostError::TooMany)?;
        let room = Arc::clone(&self.room).acquire_many_owned(places);
        let room = tokio::time::timeout(ROOM_WITHIN, room).await.map_err(|_| PostError::Full)?;
        let room = room.map_err(|_| PostError::Away)?;
        let (answer, answered) = oneshot::channel();
        self.batches.send(Batch { orders, answer, _room: room }).map_err(|_| PostError::Away)?;
        answered.await.map_err(|_| PostError::Away)?
    }
}

struct Writer {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    rng: ChaCha20Rng,
    /// How many writers write.
    at_work: Arc<AtomicUsize>,
}

impl Writer {
    /// Works until stopped: whoever waits then is told that nothing is known, and sends again.
    async fn run(mut self, arrived: Arc<Mutex<Arrived>>, stop: CancellationToken) {
        loop {
            let group = tokio::select! {
                () = stop.cancelled() => return,
                group = take_group(&arrived, &self.at_work) => group,
            };
            let Some(group) = group else { return };
            self.at_work.fetch_add(1, Ordering::AcqRel);
            self.write_group(group).await;
            self.at_work.fetch_sub(1, Ordering::AcqRel);
        }
    }

    async fn write_group(&mut self, mut group: Vec<Batch>) {
        let lengths: Vec<usize> = group.iter().map(|batch| batch.orders.len()).collect();
        let orders: Vec<Order> =
            group.iter_mut().flat_map(|batch| std::mem::take(&mut batch.orders)).collect();
        match self.write(&orders).await {
            Ok(answers) => answer_all(group, &lengths, answers),
            Err(error) if fault_of(&error) == Fault::Away => {
                tracing::error!(%error, "orders could not be posted: their senders are told to send again");
                refuse_all(group);
            }
            // One of them may be at fault: each in a transaction of its own, so that it harms no other.
            Err(error) if group.len() > 1 => {
                tracing::warn!(%error, "a group of orders was refused: each is posted alone");
                let mut rest = orders.into_iter();
                for (batch, length) in group.into_iter().zip(lengths) {
                    let own: Vec<Order> = rest.by_ref().take(length).collect();
                    self.write_alone(batch, &own).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the database refused an order");
                refuse_all(group);
            }
        }
    }

    async fn write_alone(&mut self, batch: Batch, orders: &[Order]) {
        match self.write(orders).await {
            Ok(answers) => answer_all(vec![batch], &[orders.len()], answers),
            Err(error) => {
                tracing::error!(%error, "the database refused an order");
                refuse_all(vec![batch]);
            }
        }
    }

    /// One transaction, tried again when it met another's lock or another's same key.
    async fn write(&mut self, orders: &[Order]) -> sqlx::Result<Vec<Result<Receipt, Refusal>>> {
        let mut tries = 0;
        loop {
            tries += 1;
            // Most orders are new; when one is not, its key fails this try and the next looks which.
            let keys = if tries == 1 { Keys::Unseen } else { Keys::Looked };
            match self.transact(orders, keys).await {
                Err(error) if tries < TRIES_MAX && is_passing(&error) => {
                    tracing::debug!(%error, "a group of orders met another writer and is posted again");
                }
                done => return done,
            }
        }
    }

    async fn transact(
        &mut self,
        orders: &[Order],
        keys: Keys,
    ) -> sqlx::Result<Vec<Result<Receipt, Refusal>>> {
        let now = self.clock.now();
        let seed = EventSeed::roll(&mut self.rng);
        let work = async {
            let mut tx = self.pool.begin().await?;
            let answers = post_seeded(&mut tx, now, seed, orders, keys).await?;
            tx.commit().await?;
            Ok(answers)
        };
        tokio::time::timeout(TRANSACTION_MAX, work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }
}

/// Whether the same again may succeed: a deadlock, or a key that another transaction took at the same moment.
fn is_passing(error: &sqlx::Error) -> bool {
    let taken = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    taken == Some("transaction_id_key") || fault_of(error) == Fault::Contended
}

/// What has arrived and is not taken yet.
struct Arrived {
    batches: mpsc::UnboundedReceiver<Batch>,
    /// What did not fit into the group before.
    next: Option<Batch>,
}

/// What has arrived, up to a group; nothing when nobody can send any more. One writer at a time takes.
async fn take_group(arrived: &Mutex<Arrived>, at_work: &AtomicUsize) -> Option<Vec<Batch>> {
    let mut arrived = arrived.lock().await;
    let first = match arrived.next.take() {
        Some(kept) => kept,
        None => arrived.batches.recv().await?,
    };
    let mut count = first.orders.len();
    let mut group = vec![first];
    let until = Instant::now() + GATHER_FOR;
    while count < GROUP_MAX
        && let Some(next) = more(&mut arrived.batches, (count, until), at_work).await
    {
        count += next.orders.len();
        if count > ORDERS_MAX {
            arrived.next = Some(next);
            break;
        }
        group.push(next);
    }
    Some(group)
}

/// What has arrived; while another writer is at work, also what arrives within a moment.
async fn more(
    batches: &mut mpsc::UnboundedReceiver<Batch>,
    (count, until): (usize, Instant),
    at_work: &AtomicUsize,
) -> Option<Batch> {
    match batches.try_recv() {
        Ok(next) => Some(next),
        Err(_) if count < GATHER_MIN && at_work.load(Ordering::Acquire) > 0 => {
            tokio::time::timeout_at(until, batches.recv()).await.ok().flatten()
        }
        Err(_) => None,
    }
}

/// Who no longer waits has broken off, and sends again.
fn answer_all(group: Vec<Batch>, lengths: &[usize], answers: Vec<Result<Receipt, Refusal>>) {
    count(&answers);
    let mut answers = answers.into_iter();
    for (batch, length) in group.into_iter().zip(lengths) {
        let own: Vec<_> = answers.by_ref().take(*length).collect();
        let _left = batch.answer.send(Ok(own));
    }
}

fn count(answers: &[Result<Receipt, Refusal>]) {
    for answer in answers {
        let word = match answer {
            Ok(receipt) if receipt.repeated => "repeated",
            Ok(_) => "posted",
            Err(_) => "refused",
        };
        metrics::counter!("ledger_orders_total", "outcome" => word).increment(1);
    }
}

fn refuse_all(group: Vec<Batch>) {
    for batch in group {
        let _left = batch.answer.send(Err(PostError::Away));
    }
}
