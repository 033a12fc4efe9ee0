//! Reads the event log in order: adds up what members spend, and gives them the tier that points and money earn
//! (CIMP-TIER-02). What services and regions earn is settled where they change; the night looks at everybody.

use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use base::{Author, ChangeError, Clock, Edit};
use chrono::{DateTime, Utc};
use loyalty::account::AccountStatus;
use loyalty::earning::{ACTIVITIES, PREFIX};
use loyalty::member::Member;
use loyalty::programme::Programme;
use loyalty::store::turnover::{self, Spent};
use loyalty::tier::{Counts, Ladder};
use loyalty::{query, store};
use platform::event::{BATCH_MAX, Event, Log, advance_local};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rules::decide::react::customer_of;
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The name under which its place in the log is kept.
pub const CONSUMER: &str = "loyalty.standing";
/// How often it is looked whether something happened.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// Wait while events come: a second's worth of a full load, taken at once, would keep others waiting for a third of it.
const LOOKS_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// What changes the points of a member.
const MOVES: [&str; 3] =
    ["loyalty.bonus_accrued.v1", "loyalty.bonus_adjusted.v1", "loyalty.bonus_reversed.v1"];

/// The reader. Several servers may run one each: one of them reads at a time.
pub struct Standings {
    /// The event log, with the database.
    pub log: Log,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Standings {
    /// Reads until `stop` is cancelled.
    pub async fn run(self, seed: [u8; 32], stop: CancellationToken) {
        let mut dice = ChaCha20Rng::from_seed(seed);
        while !stop.is_cancelled() {
            let wait = match self.step(&mut dice).await {
                Ok(0) => LOOKS_EVERY,
                Ok(count) if u32::try_from(count).is_ok_and(|count| count < BATCH_MAX) => LOOKS_AGAIN_AFTER,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "tiers could not be looked at, another try in some seconds");
                    RETRY_AFTER
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Reads the next events; how many.
    ///
    /// # Errors
    /// The database failed; nothing has moved.
    pub async fn step(&self, dice: &mut ChaCha20Rng) -> sqlx::Result<usize> {
        let now = self.clock.now();
        advance_local(&self.log, CONSUMER, async |db, events| {
            let mut edit = Edit { now, author: Author::System, rng: &mut *dice };
            batch(db, &mut edit, events).await
        })
        .await
    }
}

async fn batch(db: &mut PgConnection, edit: &mut Edit<'_>, events: &[Event]) -> sqlx::Result<()> {
    let spent = spent(db, events).await?;
    if !spent.is_empty() {
        turnover::add(db, &spent).await?;
    }
    let moved = events.iter().filter(|event| MOVES.contains(&event.kind.as_str()));
    let moved = moved.map(|event| MasterAccountId::from_uuid(event.subject));
    let touched: BTreeSet<MasterAccountId> = spent.iter().map(|one| one.account).chain(moved).collect();
    let ladders = counting(db).await?;
    if touched.is_empty() || ladders.is_empty() {
        return Ok(());
    }
    let mut of_programme: BTreeMap<ProgrammeId, Vec<MasterAccountId>> = BTreeMap::new();
    for member in query::by_ids(db, &touched.into_iter().collect::<Vec<_>>()).await? {
        of_programme.entry(member.programme_id).or_default().push(member.id);
    }
    for (programme, accounts) in of_programme {
        if let Some((programme, ladder)) = ladders.get(&programme) {
            store::settle_those(db, edit, programme, ladder, &accounts).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// The programmes in which a tier looks at points or money.
async fn counting(db: &mut PgConnection) -> sqlx::Result<BTreeMap<ProgrammeId, (Programme, Ladder)>> {
    let mut found = BTreeMap::new();
    for programme in query::programmes(db).await? {
        let ladder = Ladder::new(query::tiers(db, programme.id).await?);
        if ladder.counts() != Counts::default() {
            found.insert(programme.id, (programme, ladder));
        }
    }
    Ok(found)
}

/// What the members of these events spent.
async fn spent(db: &mut PgConnection, events: &[Event]) -> sqlx::Result<Vec<Spent>> {
    let paid: Vec<Paid<'_>> = events.iter().filter_map(Paid::of).collect();
    if paid.is_empty() {
        return Ok(Vec::new());
    }
    let customers: BTreeSet<CustomerId> = paid.iter().map(|one| one.customer).collect();
    let members = query::by_customers(db, &customers.into_iter().collect::<Vec<_>>()).await?;
    let programmes = query::programmes(db).await?;
    let spent = |one: &Paid<'_>| {
        // The account that the event names; else the oldest of the customer, as for rules.
        let code = |member: &Member| {
            let found = programmes.iter().find(|programme| programme.id == member.programme_id);
            found.map(|programme| programme.fields.code.as_str())
        };
        let fits = |member: &&Member| {
            member.customer_id == one.customer
                && member.status == AccountStatus::Enrolled
                && one.account.is_none_or(|number| number == member.number)
                && one.programme.is_none_or(|named| Some(named) == code(member))
        };
        let member = members.iter().find(fits)?;
        let zone = programmes.iter().find(|programme| programme.id == member.programme_id)?.zone();
        Some(Spent {
            account: member.id,
            kind: one.kind.to_owned(),
            day: one.at.with_timezone(&zone).date_naive(),
            amount: one.amount,
        })
    };
    Ok(paid.iter().filter_map(spent).collect())
}

/// An activity that says an amount of money.
struct Paid<'e> {
    kind: &'e str,
    customer: CustomerId,
    account: Option<&'e str>,
    programme: Option<&'e str>,
    amount: Decimal,
    at: DateTime<Utc>,
}

impl<'e> Paid<'e> {
    fn of(event: &'e Event) -> Option<Self> {
        let kind = event.kind.strip_prefix(PREFIX).filter(|kind| ACTIVITIES.contains(kind))?;
        let data = event.payload.get("data")?;
        let Value::Number(amount) = data.get("amount")? else { return None };
        let amount: Decimal = amount.to_string().parse().ok()?;
        let text = |key: &str| data.get(key).and_then(Value::as_str);
        let customer = CustomerId::from_uuid(customer_of(event)?);
        let at = event.occurred_at;
        Some(Self { kind, customer, account: text("account"), programme: text("programme"), amount, at })
    }
}

fn failed(error: ChangeError) -> sqlx::Error {
    match error {
        ChangeError::Database(error) => error,
        other => sqlx::Error::decode(other.to_string()),
    }
}
