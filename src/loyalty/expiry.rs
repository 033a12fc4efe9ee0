//! Points that expire, and those whose members are told before (CIMP-BON-12, CIMP-NTF-03).

use base::event::Journal;
use base::id::{CurrencyId, EventId};
use base::{Author, Clock, NewEvent};
use chrono::NaiveDate;
use loyalty::bonus_type::BonusType;
use loyalty::bonus_type::amount::Points;
use loyalty::night::{self, Step};
use loyalty::programme::Programme;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Due lots of one transaction: a tenth of a second, for which accruals wait at most.
const LOTS_AT_ONCE: u32 = 2_000;
/// Accounts that are told in one transaction.
const TOLD_AT_ONCE: u32 = 2_000;

/// Writes off all that is due, of every programme, and ends holds that have ended; how many accounts lost something.
///
/// # Errors
/// The database failed; what was committed stays, the rest goes with the next run.
pub async fn expire_due(pool: &PgPool, clock: &dyn Clock) -> sqlx::Result<u64> {
    let bonus_types = loyalty::query::bonus_types(&mut *pool.acquire().await?, None).await?;
    let by_currency: BTreeMap<CurrencyId, &BonusType> =
        bonus_types.iter().map(|one| (one.currency(), one)).collect();
    let mut accounts = 0;
    loop {
        let now = clock.now();
        let mut tx = pool.begin().await?;
        let expired = ledger::expire_chunk(&mut tx, now, LOTS_AT_ONCE).await?;
        if expired.lost.is_empty() && expired.holds.is_empty() {
            return Ok(accounts);
        }
        let owners: Vec<Uuid> = expired.lost.iter().map(|lost| lost.owner).collect();
        let members = members(&mut tx, &owners).await?;
        let told = expired.lost.iter().filter_map(|lost| {
            let bonus_type = by_currency.get(&lost.currency)?;
            let said = json!({
                "amount": points(bonus_type, lost.amount), "balance": points(bonus_type, lost.balance),
                "transaction": expired.transaction,
            });
            event("loyalty.points_expired.v1", lost.owner, &members, bonus_type, said)
        });
        append(&mut tx, clock, told.collect()).await?;
        tx.commit().await?;
        accounts += u64::try_from(expired.lost.len()).unwrap_or(0);
    }
}

/// Tells of what expires in 30, 7 and 1 days, once for each account, kind of points and day; how many were told.
///
/// # Errors
/// The database failed; who was told is not told again.
pub async fn tell_expiring(
    pool: &PgPool,
    clock: &dyn Clock,
    programme: &Programme,
    today: NaiveDate,
) -> sqlx::Result<u64> {
    let mut db = pool.acquire().await?;
    let last = night::query::last(&mut db, programme.id.as_uuid(), Step::TellExpiring).await?;
    let bonus_types = loyalty::query::bonus_types(&mut db, Some(programme.id)).await?;
    drop(db);
    let mut told = 0;
    for due in night::notices(today, last, programme.zone()) {
        for bonus_type in &bonus_types {
            told += tell(pool, clock, bonus_type, &due, today).await?;
        }
    }
    let mut db = pool.acquire().await?;
    night::store::forget(&mut db, today).await?;
    Ok(told)
}

async fn tell(
    pool: &PgPool,
    clock: &dyn Clock,
    bonus_type: &BonusType,
    due: &night::Due,
    today: NaiveDate,
) -> sqlx::Result<u64> {
    let currency = bonus_type.currency();
    let (mut after, mut count) = (None, 0);
    loop {
        let mut tx = pool.begin().await?;
        let found = ledger::query::expiring(&mut tx, currency, due.from..due.to, after, TOLD_AT_ONCE).await?;
        let Some((last, ..)) = found.last() else { return Ok(count) };
        after = Some(*last);
        let owners: Vec<Uuid> = found.iter().map(|(_, owner, _)| *owner).collect();
        let new = night::store::tell(&mut tx, bonus_type.id.as_uuid(), due, &owners).await?;
        let members = members(&mut tx, &new).await?;
        let told: Vec<NewEvent> = found
            .iter()
            .filter(|(_, owner, _)| new.contains(owner))
            .filter_map(|(_, owner, amount)| {
                let said = json!({
                    "amount": points(bonus_type, *amount), "expires_on": due.day, "last_day": due.last_day(),
                    "days": due.days, "days_left": (due.day - today).num_days(),
                });
                event("loyalty.points_expiring.v1", *owner, &members, bonus_type, said)
            })
            .collect();
        count += u64::try_from(told.len()).unwrap_or(0);
        append(&mut tx, clock, told).await?;
        tx.commit().await?;
    }
}

type Members = BTreeMap<Uuid, (Uuid, String)>;

async fn members(db: &mut PgConnection, owners: &[Uuid]) -> sqlx::Result<Members> {
    let found = night::query::members(db, owners).await?;
    Ok(found.into_iter().map(|(account, customer, number)| (account, (customer, number))).collect())
}

fn points(bonus_type: &BonusType, units: i64) -> Points {
    Points::new(units, bonus_type.fields.scale)
}

/// What happened to a member: the customer and the account stand in every such event.
fn event(
    kind: &'static str,
    account: Uuid,
    members: &Members,
    bonus_type: &BonusType,
    said: Value,
) -> Option<NewEvent> {
    let (customer, number) = members.get(&account)?;
    let mut payload = said;
    let fields = payload.as_object_mut()?;
    fields.insert("customer_id".to_owned(), json!(customer));
    fields.insert("account_id".to_owned(), json!(account));
    fields.insert("account".to_owned(), json!(number));
    fields.insert("bonus_type".to_owned(), json!(bonus_type.fields.code));
    fields.insert("bonus_title".to_owned(), json!(bonus_type.fields.title));
    Some(NewEvent {
        kind: kind.into(),
        journal: Journal::Activity,
        subject: account,
        correlation: None,
        author: Author::System,
        payload,
    })
}

async fn append(db: &mut PgConnection, clock: &dyn Clock, events: Vec<NewEvent>) -> sqlx::Result<()> {
    let now = clock.now();
    let mut dice = ChaCha20Rng::from_rng(&mut rand::rng());
    let events: Vec<(EventId, NewEvent)> =
        events.into_iter().map(|event| (EventId::new(now, &mut dice), event)).collect();
    platform::event::append_all(db, now, &events).await
}
