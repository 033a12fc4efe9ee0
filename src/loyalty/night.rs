//! The nights of the programmes: the steps of `loyalty::night` in their order, on one server at a time.

use super::expiry;
use super::statistics::Statistics;
use actors::loyalty::{EarningError, Nightly};
use base::Clock;
use chrono::{Days, NaiveDate, TimeDelta};
use loyalty::bonus_type::midnight;
use loyalty::night::{self, Reached, Step};
use loyalty::programme::Programme;
use loyalty::statistics::{Month, RunState};
use platform::lease;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The lease of whoever works at night.
const LEASE: &str = "loyalty.night";
/// How often it is looked whether a day has begun, and whether a hold has ended.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// After midnight no transaction of the day before is open any more: sessions are ended sooner.
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(61);
/// Days without closing balances that are made up for at once.
const DAYS_MADE_UP: u64 = 60;

/// An export that began so long ago is made by nobody any more: the largest takes minutes.
const EXPORT_LOST_AFTER: TimeDelta = TimeDelta::hours(6);

/// Works at night.
#[derive(Clone)]
pub struct Night {
    /// Connections.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Birthdays, tenure and tiers.
    pub nightly: Nightly,
    /// Makes statistics.
    pub statistics: Statistics,
    /// Who this server is.
    pub holder: Uuid,
}

/// Why a step is not done yet; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
    /// Something could not be booked.
    #[error(transparent)]
    Earning(#[from] EarningError),
    /// It is too early.
    #[error("it is too early after midnight")]
    TooEarly,
}

impl Night {
    /// Works until it is stopped.
    pub async fn run(self, stop: CancellationToken) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = every.tick() => {}
            }
            let looked = tokio::select! {
                () = stop.cancelled() => break,
                looked = self.look() => looked,
            };
            match looked {
                Ok(()) | Err(NightError::TooEarly) => {}
                Err(error) => tracing::warn!(%error, "the work of the night goes on in half a minute"),
            }
        }
        if let Ok(mut db) = self.pool.acquire().await {
            let _ = lease::release(&mut db, LEASE, self.holder).await; // else it ends by time
        }
    }

    /// Does what is due, when no other server does it.
    ///
    /// # Errors
    /// See [`NightError`]; steps that are done stay done.
    pub async fn look(&self) -> Result<(), NightError> {
        let mut db = self.pool.acquire().await?;
        if !lease::take(&mut db, LEASE, self.holder, self.clock.now()).await? {
            return Ok(());
        }
        let now = self.clock.now();
        loyalty::export::store::give_up(&mut db, now, now - EXPORT_LOST_AFTER).await?;
        let programmes = loyalty::query::programmes(&mut db).await?;
        drop(db);
        let mut failed = None;
        for programme in &programmes {
            // One programme's fault is no other's.
            if let Err(error) = self.programme(programme).await {
                failed = Some(error);
            }
        }
        expiry::expire_due(&self.pool, &*self.clock).await?;
        failed.map_or(Ok(()), Err)
    }

    async fn programme(&self, programme: &Programme) -> Result<(), NightError> {
        let id = programme.id.as_uuid();
        let today = night::today(self.clock.now(), programme.zone());
        let done = night::query::done(&mut *self.pool.acquire().await?, id, today).await?;
        for step in night::left(&done) {
            let counted = self.step(programme, today, step).await?;
            let mut db = self.pool.acquire().await?;
            let end = Reached::End(self.clock.now());
            night::store::keep(&mut db, id, today, step, end, counted).await?;
            lease::take(&mut db, LEASE, self.holder, self.clock.now()).await?;
            tracing::info!(programme = %programme.fields.code, step = step.as_str(), counted, "a step of the night is done");
        }
        Ok(())
    }

    async fn step(&self, programme: &Programme, today: NaiveDate, step: Step) -> Result<u64, NightError> {
        match step {
            Step::Anniversaries => Ok(self.nightly.anniversaries(programme, today).await?),
            Step::SettleTiers => Ok(self.nightly.settle_tiers(programme, today).await?),
            Step::ExpirePoints => Ok(expiry::expire_due(&self.pool, &*self.clock).await?),
            Step::CloseDay => self.close_days(programme, today).await,
            Step::TellExpiring => {
                Ok(expiry::tell_expiring(&self.pool, &*self.clock, programme, today).await?)
            }
            Step::Statistics => self.statistics(programme).await,
        }
    }

    /// Closes the day that is over, and those of nights that nobody worked.
    async fn close_days(&self, programme: &Programme, today: NaiveDate) -> Result<u64, NightError> {
        let zone = programme.zone();
        if self.clock.now() < midnight(today, zone) + SETTLED_AFTER {
            return Err(NightError::TooEarly);
        }
        let mut db = self.pool.acquire().await?;
        let last = night::query::last(&mut db, programme.id.as_uuid(), Step::CloseDay).await?;
        let bonus_types = loyalty::query::bonus_types(&mut db, Some(programme.id)).await?;
        let oldest = today.checked_sub_days(Days::new(DAYS_MADE_UP)).unwrap_or(today);
        let mut day = last.unwrap_or(today.pred_opt().unwrap_or(today)).max(oldest);
        let mut closed = 0;
        while day < today {
            let next = day.succ_opt().unwrap_or(today);
            for bonus_type in &bonus_types {
                let currency = bonus_type.currency();
                let span = midnight(day, zone)..midnight(next, zone);
                closed += ledger::close_day(&mut db, currency, day, span).await?;
            }
            day = next;
        }
        Ok(closed)
    }

    async fn statistics(&self, programme: &Programme) -> Result<u64, NightError> {
        let month = Month::before(self.clock.now(), programme.zone());
        let id = programme.id.as_uuid();
        let mut db = self.pool.acquire().await?;
        let runs = loyalty::statistics::query::runs(&mut db, id, Some(month.first())).await?;
        drop(db);
        // Those that failed wait for a person; what a dead server left is made again.
        let left: Vec<String> = runs
            .iter()
            .filter(|run| run.state == RunState::Running)
            .map(|run| run.macroregion.clone())
            .collect();
        let only = if runs.is_empty() { None } else { Some(left) };
        let made = self.statistics.make(programme, month, only).await?;
        Ok(u64::try_from(made.len()).unwrap_or(0))
    }
}
