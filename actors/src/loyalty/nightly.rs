//! What the night does with each member of a programme: birthdays and full years of membership, then tiers. Each keeps
//! its place; what a night was interrupted in goes on behind it, and counts once.

use super::earning::{Activity, Earning, EarningError, Whose};
use base::id::{CustomerId, MasterAccountId};
use base::{Author, ChangeError, Clock, Edit};
use chrono::{Datelike, NaiveDate};
use loyalty::account::Account;
use loyalty::anniversary::{is_birthday, tenure_on};
use loyalty::night::{self, Reached, Step};
use loyalty::programme::Programme;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Accounts that are looked at together.
const CHUNK: i64 = 500;
/// The source of events that no other system reports.
const SOURCE: &str = "trunkline/loyalty";

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
    /// Reports the birthdays and full years of membership of `today`, and of nights that nobody worked; how many.
    ///
    /// # Errors
    /// Something could not be written; the next try goes on where this one was.
    pub async fn anniversaries(&self, programme: &Programme, today: NaiveDate) -> Result<u64, EarningError> {
        let (id, step) = (programme.id.as_uuid(), Step::Anniversaries);
        let mut db = self.pool.acquire().await?;
        let days = night::days(today, night::query::last(&mut db, id, step).await?);
        let (place, mut counted) = night::query::place(&mut db, id, today, step).await?;
        let mut after = place.map(MasterAccountId::from_uuid);
        drop(db);
        loop {
            let mut db = self.pool.acquire().await?;
            let accounts = loyalty::query::enrolled(&mut db, programme.id, after, CHUNK).await?;
            let Some(last) = accounts.last() else { return Ok(counted) };
            let born = birthdays(&mut db, programme, &accounts).await?;
            drop(db);
            for account in &accounts {
                let born = born.get(&account.customer_id);
                for activity in days.iter().flat_map(|day| of_account(programme, account, born, *day)) {
                    counted += u64::from(self.report(account, activity).await?);
                }
            }
            let mut db = self.pool.acquire().await?;
            let reached = Reached::Member(last.id.as_uuid());
            night::store::keep(&mut db, id, today, step, reached, counted).await?;
            after = Some(last.id);
        }
    }

    /// Reports an anniversary; whether it was taken.
    async fn report(&self, account: &Account, activity: Activity) -> Result<bool, EarningError> {
        match self.earning.report(activity).await {
            Ok(earned) => Ok(!earned.repeated),
            Err(EarningError::IdReused | EarningError::NotEnrolled(_)) => Ok(false),
            Err(error @ (EarningError::Away | EarningError::Full)) => Err(error),
            Err(error) => {
                tracing::error!(account.number = %account.number, %error, "an anniversary was not taken");
                Ok(false)
            }
        }
    }

    /// Looks at every tier again: graces that are over, months of membership, periods that have begun, lists that were
    /// changed; how many tiers changed.
    ///
    /// # Errors
    /// Something could not be written; the next try goes on where this one was.
    pub async fn settle_tiers(&self, programme: &Programme, today: NaiveDate) -> Result<u64, EarningError> {
        let (id, step) = (programme.id.as_uuid(), Step::SettleTiers);
        let (place, mut counted) =
            night::query::place(&mut *self.pool.acquire().await?, id, today, step).await?;
        let mut after = place.map(MasterAccountId::from_uuid);
        let mut dice = ChaCha20Rng::from_rng(&mut rand::rng());
        loop {
            let mut tx = self.pool.begin().await?;
            let mut edit = Edit { now: self.clock.now(), author: Author::System, rng: &mut dice };
            let settled = loyalty::store::settle_due(&mut tx, &mut edit, programme, after, CHUNK).await;
            let Some((last, changed)) = settled.map_err(unsettled)? else { return Ok(counted) };
            counted += changed;
            let reached = Reached::Member(last.as_uuid());
            night::store::keep(&mut tx, id, today, step, reached, counted).await?;
            tx.commit().await?;
            after = Some(last);
        }
    }
}

fn unsettled(error: ChangeError) -> EarningError {
    tracing::error!(%error, "tiers could not be looked at");
    EarningError::Away
}

/// When the members were born, as far as it is known.
async fn birthdays(
    db: &mut PgConnection,
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
