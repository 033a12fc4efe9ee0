//! What happens by itself at the programme's midnight, in a fixed order: birthdays and tenure, then tiers. Each once a
//! day; what a night was interrupted in is done again, and counts once.

use super::earning::{Activity, Earning, EarningError, Whose};
use base::id::CustomerId;
use base::{Author, Clock, Edit};
use chrono::{Datelike, NaiveDate};
use loyalty::account::Account;
use loyalty::anniversary::{is_birthday, tenure_on};
use loyalty::programme::Programme;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether a day has begun.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Accounts that are looked at together.
const CHUNK: i64 = 500;
/// The source of events that no other system reports.
const SOURCE: &str = "trunkline/loyalty";
/// The name under which a day is marked as done.
const JOB: &str = "night";

/// What the night needs.
#[derive(Clone)]
pub struct Nightly {
    /// The database.
    pub pool: PgPool,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Books what anniversaries earn.
    pub earning: Earning,
}

impl Nightly {
    /// Works until stopped.
    pub async fn run(self, stop: CancellationToken) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => {}
            }
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "the loyalty programmes' night was not finished, it goes on in a minute");
            }
        }
    }

    /// Does what is due in each programme whose day has begun.
    ///
    /// # Errors
    /// Something could not be written; it is done again.
    pub async fn look(&self) -> Result<(), EarningError> {
        let programmes = loyalty::query::programmes(&mut *self.pool.acquire().await?).await?;
        for programme in programmes {
            let day = self.clock.now().with_timezone(&programme.zone()).date_naive();
            if !loyalty::query::was_done(&mut *self.pool.acquire().await?, programme.id, JOB, day).await? {
                run_day(self, &programme, day).await?;
            }
        }
        Ok(())
    }
}

/// Does what belongs to `day` of a programme and marks it as done.
///
/// # Errors
/// Something could not be written; the day is not marked.
pub async fn run_day(nightly: &Nightly, programme: &Programme, day: NaiveDate) -> Result<(), EarningError> {
    let mut after = None;
    loop {
        let mut db = nightly.pool.acquire().await?;
        let accounts = loyalty::query::enrolled(&mut db, programme.id, after, CHUNK).await?;
        let Some(last) = accounts.last() else { break };
        after = Some(last.id);
        let born = birthdays(&mut db, programme, &accounts).await?;
        drop(db);
        for account in &accounts {
            for activity in of_account(programme, account, born.get(&account.customer_id), day) {
                match nightly.earning.report(activity).await {
                    Ok(_) | Err(EarningError::IdReused | EarningError::NotEnrolled(_)) => {}
                    Err(error @ (EarningError::Away | EarningError::Full)) => return Err(error),
                    Err(error) => {
                        tracing::error!(account.number = %account.number, %error, "an anniversary was not taken");
                    }
                }
            }
        }
    }
    settle(nightly, programme).await?;
    let mut db = nightly.pool.acquire().await?;
    loyalty::store::take_day(&mut db, nightly.clock.now(), programme.id, JOB, day).await?;
    Ok(())
}

/// When the members were born, as far as it is known.
async fn birthdays(
    db: &mut sqlx::PgConnection,
    programme: &Programme,
    accounts: &[Account],
) -> sqlx::Result<BTreeMap<CustomerId, NaiveDate>> {
    let Some(attribute) = &programme.fields.settings.birthday_attribute else { return Ok(BTreeMap::new()) };
    let ids: Vec<CustomerId> = accounts.iter().map(|account| account.customer_id).collect();
    let facts = crm::query::facts(db, &ids).await?;
    let born = |(id, facts): (CustomerId, Value)| {
        let day = facts.get(attribute)?.as_str()?.parse().ok()?;
        Some((id, day))
    };
    Ok(facts.into_iter().filter_map(born).collect())
}

fn of_account(
    programme: &Programme,
    account: &Account,
    born: Option<&NaiveDate>,
    day: NaiveDate,
) -> Vec<Activity> {
    let activity = |kind: &str, id: String, data: Value| Activity {
        programme: Some(programme.fields.code.clone()),
        whose: Whose::Account(account.number.clone()),
        kind: kind.to_owned(),
        source: SOURCE.to_owned(),
        id,
        time: None,
        data: data.as_object().cloned().unwrap_or_else(Map::new),
        author: Author::System,
    };
    let mut all = Vec::new();
    if born.is_some_and(|born| is_birthday(*born, day)) {
        let id = format!("birthday:{}:{}", account.id, day.year());
        all.push(activity("birthday", id, json!({ "date": day })));
    }
    let every = programme.fields.settings.tenure_every_months;
    let tenure = account.enrolled_at.and_then(|at| tenure_on(at, day, every, programme.zone()));
    if let Some(months) = tenure {
        let id = format!("tenure:{}:{months}", account.id);
        all.push(activity("tenure_reached", id, json!({ "months": months })));
    }
    all
}

/// Looks at every tier again: graces that are over, months of membership, lists that were changed.
async fn settle(nightly: &Nightly, programme: &Programme) -> Result<(), EarningError> {
    let mut after = None;
    let mut dice = ChaCha20Rng::from_rng(&mut rand::rng());
    loop {
        let mut tx = nightly.pool.begin().await?;
        let mut edit = Edit { now: nightly.clock.now(), author: Author::System, rng: &mut dice };
        let settled = loyalty::store::settle_due(&mut tx, &mut edit, programme.id, after, CHUNK).await;
        let last = settled.map_err(|error| {
            tracing::error!(%error, "tiers could not be looked at");
            EarningError::Away
        })?;
        tx.commit().await?;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}
