//! What is due by itself: promotions that end, offers and orders whose time is over, accounts that were not looked at yet,
//! prizes that are not given yet.

use super::consumer::{CONSUMER, PromotionConsumer};
use super::fitting::fitting;
use base::{Author, Clock, Edit};
use chrono::TimeDelta;
use loyalty::coupon::code::CodeKey;
use loyalty::promotion::PromotionAct;
use loyalty::query::{offer, order, promotion};
use loyalty::refused::Refused;
use loyalty::store::granting::Granting;
use loyalty::store::{contest, coupon, offer as offers, order as orders, promotion as promotions};
use platform::event::{BATCH_MAX, Log, advance_local};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked at what is due.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// For how long events gather after some were read: a round costs a dozen statements whatever it finds.
const GATHERS: Duration = Duration::from_millis(200);
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// Accounts that are looked at in one transaction.
const ACCOUNTS: i64 = 500;
/// Offers that expire in one transaction.
const OFFERS: i64 = 10_000;
/// Orders that are cancelled in one round.
const ORDERS: i64 = 100;
/// Prizes that are given in one transaction: whoever posts to the ledger meanwhile waits for it.
const PRIZES: i64 = 50;
/// For how long wrong codes are remembered after their window.
const GUESSES_FOR: TimeDelta = TimeDelta::hours(1);

/// The worker. Several servers may run one each: they share the work.
pub struct Promotions {
    /// The database and its log.
    pub log: Log,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The site's zone, for conditions that look at the time.
    pub zone: chrono_tz::Tz,
    /// Makes the codes of coupons that are rewards.
    pub codes: CodeKey,
}

impl Promotions {
    /// Works until `stop` is cancelled.
    pub async fn run(self, seed: [u8; 32], stop: CancellationToken) {
        let mut dice = ChaCha20Rng::from_seed(seed);
        while !stop.is_cancelled() {
            let wait = match step(&self, &mut dice).await {
                Ok(Next::AtOnce) => continue,
                Ok(Next::Soon) => GATHERS,
                Ok(Next::Later) => LOOKS_EVERY,
                Err(error) => {
                    tracing::warn!(%error, "promotions could not go on, another try in some seconds");
                    RETRY_AFTER
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// When there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more.
    AtOnce,
    /// Events were read, and more may have come meanwhile.
    Soon,
    /// Nothing was due.
    Later,
}

/// One round; when the next is due.
///
/// # Errors
/// A reward that is not there any more, or the database; what was done before stays done.
pub async fn step(work: &Promotions, dice: &mut ChaCha20Rng) -> Result<Next, Refused> {
    let mut edit = Edit { now: work.clock.now(), author: Author::System, rng: dice };
    complete(work, &mut edit).await?;
    let expired = expire(work, &edit).await?;
    let cancelled = cancel(work, &mut edit).await?;
    let scanned = scan(work, &mut edit).await?;
    let given = give(work, &mut edit).await?;
    let read = read(work, &mut edit).await?;
    let is_full = u32::try_from(read).is_ok_and(|read| read >= BATCH_MAX);
    Ok(match () {
        () if expired || cancelled || scanned || given || is_full => Next::AtOnce,
        () if read > 0 => Next::Soon,
        () => Next::Later,
    })
}

async fn complete(work: &Promotions, edit: &mut Edit<'_>) -> Result<(), Refused> {
    let ended = {
        let mut db = work.log.pool().acquire().await?;
        promotion::ended(&mut db, edit.now).await?
    };
    for id in ended {
        let mut tx = work.log.pool().begin().await?;
        match promotions::act(&mut tx, edit, id, PromotionAct::Complete).await {
            Ok(_) => tx.commit().await?,
            // Another server was faster.
            Err(Refused::NotNow(_)) => tx.rollback().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn expire(work: &Promotions, edit: &Edit<'_>) -> Result<bool, Refused> {
    let mut db = work.log.pool().acquire().await?;
    let expired = offers::expire(&mut db, edit.now, OFFERS).await?;
    coupon::forget_guesses(&mut db, edit.now - GUESSES_FOR).await?;
    Ok(i64::try_from(expired).is_ok_and(|expired| expired == OFFERS))
}

/// Cancels placed orders that nobody confirmed in their time: points and goods go back.
async fn cancel(work: &Promotions, edit: &mut Edit<'_>) -> Result<bool, Refused> {
    let overdue = {
        let mut db = work.log.pool().acquire().await?;
        order::overdue(&mut db, edit.now, ORDERS).await?
    };
    for id in &overdue {
        let mut tx = work.log.pool().begin().await?;
        orders::expire(&mut tx, edit, *id).await?;
        tx.commit().await?;
    }
    Ok(i64::try_from(overdue.len()).is_ok_and(|count| count == ORDERS))
}

/// Looks at the next accounts of a running promotion; whether there are more.
async fn scan(work: &Promotions, edit: &mut Edit<'_>) -> Result<bool, Refused> {
    let mut tx = work.log.pool().begin().await?;
    let Some((id, after)) = promotion::to_scan(&mut tx, edit.now).await? else { return Ok(false) };
    let Some(found) = promotion::find(&mut tx, id).await? else { return Ok(false) };
    let (parties, last) = offer::candidates(&mut tx, id, after, ACCOUNTS).await?;
    let fit = fitting(&mut tx, &found, parties, edit.now, work.zone).await?;
    offers::make(&mut tx, edit, &found, &fit).await?;
    promotions::scanned(&mut tx, &found, edit.now, last).await?;
    tx.commit().await?;
    Ok(true)
}

/// Reads the next events of the log; how many.
async fn read(work: &Promotions, edit: &mut Edit<'_>) -> Result<usize, Refused> {
    let consumer = PromotionConsumer::new(work.zone, &work.codes);
    let read = advance_local(&work.log, CONSUMER, async |db, events| {
        let mut edit = Edit { now: edit.now, author: edit.author, rng: &mut *edit.rng };
        consumer.batch(db, &mut edit, events).await
    });
    Ok(read.await?)
}

async fn give(work: &Promotions, edit: &mut Edit<'_>) -> Result<bool, Refused> {
    let mut tx = work.log.pool().begin().await?;
    let mut granting = Granting::new(&work.codes, "draw");
    let given = contest::give_prizes(&mut tx, edit, &mut granting, PRIZES).await?;
    granting.post(&mut tx, edit).await?;
    tx.commit().await?;
    Ok(given > 0)
}
