//! Trainings in the background: asked for by people and by the clock, a chunk of customers at a time.

use super::attributes;
use base::{Author, ChangeError, Clock, Edit};
use chrono::{DateTime, TimeDelta, Utc};
use crm::viewer::Viewer;
use prediction::feature::{Feature, features};
use prediction::model::{Example, learn};
use prediction::query;
use prediction::store::{self, Claimed, Trained};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Most customers of each of the two cut-offs; of more a sample is taken. Weights change little with more, and training
/// stays within minutes of one core and some tens of megabytes.
pub const CUSTOMERS_MAX: usize = 50_000;
/// Customers of one question: it answers within half a second also when each has a hundred events, so that nobody else
/// waits for the database.
const CHUNK: usize = 200;
/// What others get between two questions.
const BREATH: Duration = Duration::from_millis(10);
/// How often it looks for something to train, by the clock or by people.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// For how long a training belongs to who works on it: after a crash another begins it again.
const LEASE: TimeDelta = TimeDelta::seconds(120);

/// Trains until `stop` is cancelled.
pub async fn run_trainings(
    pool: PgPool,
    clock: Arc<dyn Clock>,
    zone: chrono_tz::Tz,
    seed: [u8; 32],
    stop: CancellationToken,
) {
    let mut dice = ChaCha20Rng::from_seed(seed);
    while !stop.is_cancelled() {
        let found = tokio::select! {
            () = stop.cancelled() => return,
            found = train_next(&pool, &*clock, zone, &mut dice) => found,
        };
        if let Err(error) = &found {
            tracing::warn!(%error, "a training could not go on, it is tried again");
        }
        if !matches!(found, Ok(true)) {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL_EVERY) => {}
            }
        }
    }
}

/// Trains what comes next, to its end; false when there is nothing.
///
/// # Errors
/// The database failed; the training is begun again.
pub async fn train_next(
    pool: &PgPool,
    clock: &dyn Clock,
    zone: chrono_tz::Tz,
    dice: &mut ChaCha20Rng,
) -> Result<bool, ChangeError> {
    let mut tx = pool.begin().await?;
    let now = clock.now();
    store::schedule(&mut tx, &mut Edit { now, author: Author::System, rng: dice }).await?;
    let claimed = store::claim(&mut tx, now, now + LEASE).await?;
    tx.commit().await?;
    let Some(claimed) = claimed else { return Ok(false) };
    let Some(gathered) = gather(pool, clock, zone, &claimed).await? else { return Ok(true) };
    let Gathered { features, older, newer, limited } = gathered;
    // Arithmetic of a while: others go on. What breaks in it breaks this training only.
    let learnt = tokio::task::spawn_blocking(move || learn(&features, &older, &newer)).await;
    let mut tx = pool.begin().await?;
    let mut edit = Edit { now: clock.now(), author: Author::System, rng: dice };
    match learnt {
        Ok(Ok((model, quality))) => {
            let trained = Trained { model, quality, limited };
            store::finish(&mut tx, &mut edit, &claimed, &trained).await?;
        }
        Ok(Err(error)) => store::fail(&mut tx, &mut edit, &claimed, &error.to_string()).await?,
        Err(error) => {
            tracing::error!(%error, "a training broke");
            let told = "the training broke: tell whoever maintains the server which prediction it was";
            store::fail(&mut tx, &mut edit, &claimed, told).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// What is learnt from.
struct Gathered {
    features: Vec<Feature>,
    older: Vec<Example>,
    newer: Vec<Example>,
    limited: bool,
}

/// The examples of both cut-offs; none when the training was given up meanwhile.
async fn gather(
    pool: &PgPool,
    clock: &dyn Clock,
    zone: chrono_tz::Tz,
    claimed: &Claimed,
) -> sqlx::Result<Option<Gathered>> {
    let definition = &claimed.definition;
    let mut db = pool.acquire().await?;
    let known = crm::query::all_attributes(&mut db).await?;
    let features = features(definition, &attributes::shapes(&known, &Viewer::Server));
    let cut_offs = definition.cut_offs(claimed.asked_at);
    let mut populations = Vec::new();
    for at in cut_offs {
        populations
            .push(query::population(&mut db, &definition.among, at, claimed.seed, CUSTOMERS_MAX).await?);
    }
    drop(db);
    let total = populations.iter().map(|population| population.customers.len()).sum();
    let limited = populations.iter().any(|population| population.limited);
    let (mut done, mut sets) = (0, Vec::new());
    for (at, population) in cut_offs.into_iter().zip(&populations) {
        let mut examples = Vec::new();
        for chunk in population.customers.chunks(CHUNK) {
            examples.extend(chunk_of(pool, claimed, &features, chunk, at, zone).await?);
            done += chunk.len();
            let mut db = pool.acquire().await?;
            if !store::progress(&mut db, claimed, (done, total), clock.now() + LEASE).await? {
                return Ok(None);
            }
            drop(db);
            tokio::time::sleep(BREATH).await;
        }
        sets.push(examples);
    }
    let newer = sets.pop().unwrap_or_default();
    let older = sets.pop().unwrap_or_default();
    Ok(Some(Gathered { features, older, newer, limited }))
}

async fn chunk_of(
    pool: &PgPool,
    claimed: &Claimed,
    features: &[Feature],
    customers: &[uuid::Uuid],
    at: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> sqlx::Result<Vec<Example>> {
    let mut db = pool.acquire().await?;
    let definition = &claimed.definition;
    let attributes = attributes::at(&mut db, customers, &definition.attributes, at).await?;
    query::examples(&mut db, definition, features, customers, at, zone, &attributes).await
}
