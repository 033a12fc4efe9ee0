//! What an activity earns when it is reported: decided by the rules that are live, booked with its event in one
//! transaction of the ledger's merging writer, and answered.

mod reads;
mod snapshot;

pub use snapshot::{Seen, Snapshot};

use super::lookup::{Found, Lookup};
use arc_swap::ArcSwapOption;
use base::id::{CustomerId, TransactionId};
use base::{Author, Clock, FieldFault};
use chrono::{DateTime, Utc};
use ledger::{Ledger, Order, OrderEvent, PostError, Refusal};
use loyalty::account::AccountStatus;
use loyalty::bonus_type::BonusType;
use loyalty::bonus_type::amount::Points;
use loyalty::earning::{self, Decided, Occasion, PREFIX, Setup};
use loyalty::member::Member;
use platform::event::outside::Sought;
use platform::event::{Appended, OutsideEvent, Subject};
use platform::event_type::schema;
use platform::ingest::{Incoming, Ingest, IngestError, Outcome};
use reads::Reads;
use rules::Facts;
use rules::decide::RuleSet;
use rules::document::Act;
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// For how long live rules and bonus types are believed without asking whether they changed: what marketing launches
/// counts after this time at the latest (CIMP-GEN-04).
const BELIEVED_FOR: Duration = Duration::from_millis(250);

/// Whose activity it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The master account with this number.
    Account(String),
    /// The member that a customer is.
    Customer(CustomerId),
}

/// An activity that somebody reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The code of the programme; none: the only one.
    pub programme: Option<String>,
    /// Whose it is.
    pub whose: Whose,
    /// One of [`earning::ACTIVITIES`].
    pub kind: String,
    /// Which system reports it.
    pub source: String,
    /// Its id there: reported again it counts once.
    pub id: String,
    /// When it happened; none: now.
    pub time: Option<DateTime<Utc>>,
    /// What it says, by the schema of its event type.
    pub data: Map<String, Value>,
    /// Who reports it.
    pub author: Author,
}

/// Points that were given.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Which points.
    pub bonus_type: BonusType,
    /// How many.
    pub amount: Points,
    /// When they expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// The rule that gave them.
    pub rule: Uuid,
    /// Its version.
    pub version: i32,
    /// The transaction of the ledger.
    pub transaction: TransactionId,
    /// The balance afterwards; none when it was given before.
    pub balance: Option<Points>,
}

/// What an activity earned.
#[derive(Clone, Debug, PartialEq)]
pub struct Earned {
    /// The member.
    pub member: Member,
    /// What was given.
    pub given: Vec<Given>,
    /// Rules that give later, or look first how often they gave.
    pub pending: Vec<Uuid>,
    /// Why a rule that fits gave nothing.
    pub faults: Vec<String>,
    /// Whether it was reported before.
    pub repeated: bool,
}

/// Why an activity was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EarningError {
    /// No such programme.
    #[error("{0}")]
    Programme(String),
    /// No such member.
    #[error("there is no such member of the programme")]
    UnknownMember,
    /// The account is not enrolled, or its registration is cancelled.
    #[error("{0}")]
    NotEnrolled(String),
    /// What it says is not as its type demands.
    #[error("the activity is not as its type demands")]
    Invalid(Vec<FieldFault>),
    /// The same id was used for another activity.
    #[error("this id was used for another activity: give each one of its own")]
    IdReused,
    /// Nothing is known of it: report it again, it counts once.
    #[error("the activity could not be written: report it again under the same id, it counts once")]
    Away,
    /// No room.
    #[error("too much is waiting to be written: report it again in a moment")]
    Full,
}

impl From<sqlx::Error> for EarningError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "an activity could not be looked at");
        Self::Away
    }
}

/// Live rules and bonus types at one moment.
#[derive(Debug)]
struct Live {
    stamp: ((i64, i64), (i64, i64)),
    rules: RuleSet,
    setup: Setup,
    looked_at: Instant,
    /// What the rules read, by type of event.
    reads: Arc<BTreeMap<String, Reads>>,
}

impl Live {
    fn reads(&self, kind: &str) -> Reads {
        self.reads.get(kind).cloned().unwrap_or_default()
    }

    fn gives(&self, kind: &str) -> bool {
        self.rules.of_event(kind).iter().any(|rule| {
            let reactions = &rule.live.rule.document().reactions;
            reactions.iter().any(|reaction| matches!(reaction.act, Act::Accrue { .. }))
                || rule.challenger.is_some()
        })
    }
}

/// Texts that stand for numbers and truth, as XML and named parameters write them, become what the schema wants.
fn coerce(data: &mut Map<String, Value>, schema: &Value) {
    for (key, value) in data {
        let wanted = schema.pointer(&format!("/properties/{key}/type")).and_then(Value::as_str);
        let (Some(wanted), Value::String(text)) = (wanted, &*value) else { continue };
        let read = match wanted {
            "number" | "integer" => {
                serde_json::from_str::<serde_json::Number>(text.trim()).map(Value::Number)
            }
            "boolean" => serde_json::from_str::<bool>(text.trim()).map(Value::Bool),
            _ => continue,
        };
        if let Ok(read) = read {
            *value = read;
        }
    }
}

/// The way in for activities. Clones share what they know.
#[derive(Clone)]
pub struct Earning {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
    ingest: Ingest,
    site: chrono_tz::Tz,
    live: Arc<ArcSwapOption<Live>>,
    looking: Arc<Mutex<()>>,
    lookup: Lookup,
}

impl Earning {
    /// Earning with rules that tell the time in `site`.
    #[must_use]
    pub fn start(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        ledger: Ledger,
        ingest: Ingest,
        site: chrono_tz::Tz,
        stop: &CancellationToken,
    ) -> Self {
        let lookup = Lookup::start(&pool, stop);
        Self { pool, clock, ledger, ingest, site, live: Arc::default(), looking: Arc::default(), lookup }
    }

    /// The ledger that is posted to.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    async fn live(&self) -> sqlx::Result<Arc<Live>> {
        if let Some(live) = self.live.load_full()
            && live.looked_at.elapsed() < BELIEVED_FOR
        {
            return Ok(live);
        }
        let _looking = self.looking.lock().await;
        let before = self.live.load_full();
        if let Some(live) = &before
            && live.looked_at.elapsed() < BELIEVED_FOR
        {
            return Ok(Arc::clone(live));
        }
        let looked_at = Instant::now();
        let mut db = self.pool.acquire().await?;
        let stamp = (rules::query::stamp(&mut db).await?, loyalty::query::stamp(&mut db).await?);
        let (rules, setup, reads) = match before {
            Some(live) if live.stamp == stamp => {
                (live.rules.clone(), live.setup.clone(), Arc::clone(&live.reads))
            }
            _ => {
                let rules = rules::query::live(&mut db).await?;
                let programmes = loyalty::query::programmes(&mut db).await?;
                let setup = Setup::new(programmes, loyalty::query::bonus_types(&mut db, None).await?);
                let reads = Arc::new(Reads::by_kind(&rules));
                (rules, setup, reads)
            }
        };
        let live = Arc::new(Live { stamp, rules, setup, looked_at, reads });
        self.live.store(Some(Arc::clone(&live)));
        Ok(live)
    }

    /// Takes an activity: its event is in the log and what it earned is booked when this answers.
    ///
    /// # Errors
    /// See [`EarningError`].
    pub async fn report(&self, activity: Activity) -> Result<Earned, EarningError> {
        let live = self.live().await?;
        let programme = live.setup.programme_called(activity.programme.as_deref()).ok_or_else(|| {
            let known: Vec<&str> =
                live.setup.programmes().iter().map(|one| one.fields.code.as_str()).collect();
            EarningError::Programme(format!("say which programme: {}", known.join(", ")))
        })?;
        let number = match &activity.whose {
            Whose::Account(number) => number.clone(),
            Whose::Customer(customer) => {
                let mut db = self.pool.acquire().await?;
                let found =
                    loyalty::query::account_of_customer(&mut db, Some(programme.id), *customer).await?;
                found.ok_or(EarningError::UnknownMember)?.number
            }
        };
        let mut event = self.event(activity, &programme.fields.code, &number).await?;
        let sought = Sought::of(&event);
        let found = self.lookup.find(programme.id, number, sought).await.ok_or(EarningError::Away)?;
        let Found { member, known } = found;
        let member = member.ok_or(EarningError::UnknownMember)?;
        event.customer = Some(member.customer_id);
        match member.status {
            AccountStatus::Enrolled => {}
            AccountStatus::NotEnrolled => {
                let said = format!("the account {} is not enrolled: enrol it first", member.number);
                return Err(EarningError::NotEnrolled(said));
            }
            AccountStatus::Cancelled => {
                let said = format!("the registration of account {} is cancelled", member.number);
                return Err(EarningError::NotEnrolled(said));
            }
        }
        if matches!(known, Some(Appended::Conflict(_))) {
            return Err(EarningError::IdReused);
        }
        let decided = self.decide(&live, &member, &event).await?;
        let event = Arc::new(event);
        if known.is_some() {
            return self.repeated(member, &event, decided).await;
        }
        self.book(member, event, decided).await
    }

    /// The event of an activity, checked by its type. It names its programme and account, for whoever reads it later.
    async fn event(
        &self,
        activity: Activity,
        programme: &str,
        number: &str,
    ) -> Result<OutsideEvent, EarningError> {
        let kind = format!("{PREFIX}{}", activity.kind);
        let mut data = activity.data;
        data.insert("programme".to_owned(), json!(programme));
        data.insert("account".to_owned(), json!(number));
        let mut known = self.ingest.registry().known().await?;
        if known.find(&kind).is_none() {
            // Registered a moment ago: a server that starts registers its own.
            known = self.ingest.registry().refresh().await?;
        }
        let known_type = known.find(&kind).ok_or_else(|| {
            let detail = format!("is no kind of activity: use one of {}", earning::ACTIVITIES.join(", "));
            EarningError::Invalid(vec![FieldFault::new("/kind", detail)])
        })?;
        coerce(&mut data, &known_type.event_type.fields.schema);
        let data = Value::Object(data);
        let faults = schema::check(&known_type.validator, &data);
        if !faults.is_empty() {
            let under = |fault: FieldFault| FieldFault::new(format!("/data{}", fault.pointer), fault.detail);
            return Err(EarningError::Invalid(faults.into_iter().map(under).collect()));
        }
        let Value::Object(data) = data else { return Err(EarningError::Away) };
        let event = OutsideEvent {
            kind,
            source: activity.source,
            id: activity.id,
            time: activity.time,
            subject: Some(Subject { kind: "contract".to_owned(), value: format!("{programme}/{number}") }),
            customer: None,
            data,
            depth: 0,
            correlation: None,
            author: activity.author,
        };
        platform::event::outside::check(&event)
            .map_err(|error| EarningError::Invalid(vec![FieldFault::new("/id", error.to_string())]))?;
        Ok(event)
    }

    async fn decide(&self, live: &Live, member: &Member, event: &OutsideEvent) -> sqlx::Result<Decided> {
        if !live.gives(&event.kind) {
            return Ok(Decided::default());
        }
        let at = event.time.unwrap_or_else(|| self.clock.now());
        let reads = live.reads(&event.kind);
        let customer = if reads.customer || !reads.cards.is_empty() {
            let mut db = self.pool.acquire().await?;
            let mut facts = crm::query::facts(&mut db, &[member.customer_id]).await?;
            crm::query::add_cards(&mut db, &reads.cards, &mut facts).await?;
            facts.remove(&member.customer_id).unwrap_or_default()
        } else {
            Value::Null
        };
        let zone = live.setup.programme(member.programme_id).map(loyalty::programme::Programme::zone);
        let meta = json!({
            "type": event.kind, "source": event.source, "id": event.id, "time": at, "depth": event.depth,
        });
        let facts = Facts {
            event: Value::Object(event.data.clone()),
            meta,
            reference: live.rules.reference.clone(),
            ..Facts::default()
        };
        let account = member.facts(at, zone.unwrap_or(chrono_tz::UTC));
        let facts = Facts { account, ..facts.of_customer(customer) }.at(at, self.site);
        Ok(earning::decide(&live.rules, &live.setup, member, &event.kind, &facts.prepare(), (at, self.site)))
    }

    fn orders(&self, member: &Member, event: &Arc<OutsideEvent>, decided: &Decided) -> Vec<Order> {
        let occasion = Occasion {
            source: &event.source,
            id: &event.id,
            kind: &event.kind,
            at: event.time.unwrap_or_else(|| self.clock.now()),
            author: event.author,
        };
        let body = earning::identity(&event.kind, &event.data);
        let order = |grant| {
            let mut order = earning::order(occasion, member, grant, body);
            order.events.insert(0, OrderEvent::Outside(Arc::clone(event)));
            order
        };
        decided.grants.iter().map(order).collect()
    }

    async fn book(
        &self,
        member: Member,
        event: Arc<OutsideEvent>,
        decided: Decided,
    ) -> Result<Earned, EarningError> {
        let orders = self.orders(&member, &event, &decided);
        let answers = self.ledger.post_all(orders).await.map_err(|error| match error {
            PostError::Full | PostError::TooMany => EarningError::Full,
            PostError::Away => EarningError::Away,
        })?;
        let mut earned = Earned {
            member,
            given: Vec::new(),
            pending: decided.pending,
            faults: decided.faults.into_iter().map(|fault| fault.message).collect(),
            repeated: false,
        };
        for (grant, answer) in decided.grants.into_iter().zip(answers) {
            match answer {
                Ok(receipt) => {
                    let scale = grant.bonus_type.fields.scale;
                    let balance = receipt.moved.first().and_then(|moved| moved.balance);
                    earned.repeated |= receipt.repeated;
                    earned.given.push(Given {
                        amount: Points::new(grant.units, scale),
                        expires_at: grant.expires_at,
                        rule: grant.rule,
                        version: grant.version,
                        transaction: receipt.transaction,
                        balance: balance.map(|units| Points::new(units, scale)),
                        bonus_type: Arc::unwrap_or_clone(grant.bonus_type),
                    });
                }
                Err(Refusal::KeyReused(_)) => return Err(EarningError::IdReused),
                Err(refusal) => earned.faults.push(refusal.to_string()),
            }
        }
        if earned.given.is_empty() {
            earned.repeated = self.log(Arc::unwrap_or_clone(event)).await?;
        }
        Ok(earned)
    }

    /// An activity that earned nothing stands in the log all the same; whether it stood there before.
    async fn log(&self, event: OutsideEvent) -> Result<bool, EarningError> {
        let subject = event.subject.map(|subject| format!("{}:{}", subject.kind, subject.value));
        let incoming = Incoming {
            kind: event.kind,
            source: event.source,
            id: event.id,
            time: event.time,
            subject,
            data: event.data,
        };
        let taken = self.ingest.take(vec![incoming], event.author).await.map_err(|error| match error {
            IngestError::Full | IngestError::TooMany => EarningError::Full,
            IngestError::Away => EarningError::Away,
        })?;
        match taken.into_iter().next() {
            Some(Outcome::Accepted(_)) => Ok(false),
            Some(Outcome::Duplicate(_)) => Ok(true),
            Some(Outcome::Refused(faults)) if faults.iter().any(|fault| fault.code == "conflict") => {
                Err(EarningError::IdReused)
            }
            Some(Outcome::Refused(faults)) => Err(EarningError::Invalid(
                faults.iter().map(platform::ingest::EventFault::as_field).collect(),
            )),
            None => Err(EarningError::Away),
        }
    }

    /// What an activity gave when it was reported before: nothing is given again, also when rules changed meanwhile.
    async fn repeated(
        &self,
        member: Member,
        event: &Arc<OutsideEvent>,
        decided: Decided,
    ) -> Result<Earned, EarningError> {
        let orders = self.orders(&member, event, &decided);
        let ids: Vec<TransactionId> = orders.iter().map(Order::id).collect();
        let mut db = self.pool.acquire().await?;
        let mut given = Vec::new();
        for (grant, id) in decided.grants.into_iter().zip(ids) {
            let Some(booked) = ledger::query::find_transaction(&mut db, id).await? else { continue };
            let scale = grant.bonus_type.fields.scale;
            let units = booked.postings.first().map_or(grant.units, |posting| posting.change);
            given.push(Given {
                amount: Points::new(units, scale),
                expires_at: grant.expires_at,
                rule: grant.rule,
                version: grant.version,
                transaction: id,
                balance: None,
                bonus_type: Arc::unwrap_or_clone(grant.bonus_type),
            });
        }
        let faults = Vec::new();
        Ok(Earned { member, given, pending: decided.pending, faults, repeated: true })
    }
}
