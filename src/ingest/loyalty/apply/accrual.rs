//! Lines that earn: invoices, purchases and rent, and the sums of top-ups (CIMP-ETL-06, CIMP-ETL-07, CIMP-ETL-08).

use super::{About, Applied, Line, amount_of};
use actors::loyalty::{Seen, Snapshot};
use base::Author;
use base::id::{CustomerId, ProgrammeId};
use chrono::{DateTime, NaiveDate, Utc};
use ledger::order::ORDERS_MAX;
use ledger::{Keys, Order, Receipt, Refusal};
use loyalty::account::AccountStatus;
use loyalty::bonus_type::midnight;
use loyalty::earning::{self, Decided, Occasion};
use loyalty::file::store;
use loyalty::file::topup::Sum;
use loyalty::file::{LineFault, LineKey, Record, Value};
use loyalty::master::MasterKind;
use loyalty::member::Member;
use loyalty::store::turnover::{self, Spent};
use loyalty::tier::Ladder;
use platform::event::{OutsideEvent, Subject};
use rand::Rng;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A line or a sum, which is an activity.
struct Unit<'l> {
    account: &'l str,
    date: NaiveDate,
    amount: Decimal,
    lines: Lines<'l>,
    /// What names it for ever.
    id: String,
    data: Map<String, Json>,
}

/// Where a unit comes from, for the reject file.
#[derive(Clone, Copy)]
enum Lines<'l> {
    /// A line and its bytes.
    One(u64, &'l [u8]),
    /// Lines that were added up.
    Sum(&'l Sum),
}

impl Lines<'_> {
    /// The number of the first.
    fn first(self) -> u64 {
        match self {
            Self::One(number, _) => number,
            Self::Sum(sum) => sum.number(),
        }
    }

    fn count(self) -> u64 {
        match self {
            Self::One(..) => 1,
            Self::Sum(sum) => u64::try_from(sum.parts.len()).unwrap_or(u64::MAX),
        }
    }

    /// Tells each line's number and text.
    fn each(self, mut tell: impl FnMut(u64, &[u8])) {
        match self {
            Self::One(number, text) => tell(number, text),
            Self::Sum(sum) => {
                for part in &sum.parts {
                    tell(part.number, format!("{}|{}|{}", sum.account, sum.date, part.amount).as_bytes());
                }
            }
        }
    }
}

/// Applies lines of invoices and purchases.
pub(super) async fn lines(
    rules: &Snapshot,
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let unlisted = unlisted(db, lines).await?;
    let mut units = Vec::with_capacity(lines.len());
    for line in lines {
        match unlisted.fault(&line.0) {
            Some(fault) => applied.reject(line.0.number, &[fault], &line.1),
            None => units.extend(unit(line)),
        }
    }
    apply(rules, db, about, units, dice, applied).await
}

fn unit((record, bytes): &Line) -> Option<Unit<'_>> {
    let (Some(Value::Date(date)), Some(amount)) = (record.value("date"), amount_of(record)) else {
        return None; // required fields of both types
    };
    Some(Unit {
        account: record.text("account")?,
        date: *date,
        amount,
        lines: Lines::One(record.number, bytes),
        id: record.key.text(),
        data: data_of(record),
    })
}

/// Fields that name entries of lists: what is in no list earns nothing, once somebody has written the list.
const LISTED: [(&str, MasterKind); 3] = [
    ("merchant", MasterKind::Merchant),
    ("merchandise", MasterKind::Merchandise),
    ("service_line", MasterKind::ServiceLine),
];

/// Codes that are not in their lists.
struct Unlisted(HashSet<(MasterKind, String)>);

impl Unlisted {
    fn fault(&self, record: &Record) -> Option<LineFault> {
        if self.0.is_empty() {
            return None;
        }
        LISTED.into_iter().find_map(|(field, kind)| {
            let code = record.text(field)?;
            let is_unlisted = self.0.contains(&(kind, code.to_owned()));
            let detail =
                format!("{code:?} is no {} in use: add it to the list, or correct it", kind.as_str());
            is_unlisted.then(|| LineFault::field(field, "unlisted", detail))
        })
    }
}

async fn unlisted(db: &mut PgConnection, lines: &[Line]) -> sqlx::Result<Unlisted> {
    let named = lines.iter().flat_map(|(record, _)| {
        LISTED.into_iter().filter_map(move |(field, kind)| Some((kind, record.text(field)?)))
    });
    Ok(Unlisted(loyalty::query::master::unlisted(db, &named.collect()).await?))
}

/// Applies sums of top-ups: lines that were counted before, in whatever file, are taken out first.
pub(super) async fn sums(
    rules: &Snapshot,
    db: &mut PgConnection,
    about: &About<'_>,
    sums: &[Sum],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let known = members(db, about, sums.iter().map(|sum| sum.account.as_str())).await?;
    let takes_part = |sum: &Sum| {
        known.get(sum.account.as_str()).is_some_and(|member| member.status == AccountStatus::Enrolled)
    };
    // Lines of accounts that do not take part are not counted: they may come again when somebody has enrolled.
    let counted = sums.iter().filter(|sum| takes_part(sum)).flat_map(|sum| &sum.parts);
    let keys: Vec<LineKey> = counted.map(|part| part.key).collect();
    let new: HashSet<LineKey> =
        store::count_lines(db, about.now.date_naive(), &keys).await?.into_iter().collect();
    let mut left = Vec::with_capacity(sums.len());
    for sum in sums {
        let all = sum.parts.len();
        let rest =
            if takes_part(sum) { sum.clone().without(|key| !new.contains(key)) } else { Some(sum.clone()) };
        let kept = rest.as_ref().map_or(0, |sum| sum.parts.len());
        applied.tally.repeated += u64::try_from(all - kept).unwrap_or(0);
        left.extend(rest);
    }
    let unit = |sum: &'_ Sum| {
        let data = json!({ "account": sum.account, "date": sum.date, "amount": number(sum.amount()) });
        (sum.key().text(), data.as_object().cloned().unwrap_or_default())
    };
    let units = left
        .iter()
        .map(|sum| {
            let (id, data) = unit(sum);
            let lines = Lines::Sum(sum);
            Unit { account: &sum.account, date: sum.date, amount: sum.amount(), lines, id, data }
        })
        .collect();
    apply(rules, db, about, units, dice, applied).await
}

/// What all units of a chunk share.
struct Shared<'s> {
    about: &'s About<'s>,
    /// The type of their events.
    kind: &'static str,
    /// Which system reported them.
    source: String,
    /// The code of their programme.
    programme: &'s str,
    zone: chrono_tz::Tz,
    /// The file as causes name it.
    file: String,
}

/// A unit of an enrolled account, with what it earns.
struct Earning<'u> {
    unit: Unit<'u>,
    member: &'u Member,
    at: DateTime<Utc>,
    decided: Decided,
}

async fn apply(
    rules: &Snapshot,
    db: &mut PgConnection,
    about: &About<'_>,
    units: Vec<Unit<'_>>,
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let Some(kind) = about.kind().event() else { return Ok(()) };
    let programme = ProgrammeId::from_uuid(about.structure.fields.programme_id);
    let shared = Shared {
        about,
        kind,
        source: format!("file:{}", about.kind().as_str()),
        programme: rules.code(programme),
        zone: rules.zone(programme),
        file: format!("{} {}", about.name, about.file),
    };
    let known = members(db, about, units.iter().map(|unit| unit.account)).await?;
    let customers = customers(db, rules, kind, &known).await?;
    let mut earnings = Vec::with_capacity(units.len());
    let mut midnights = Midnights { zone: shared.zone, last: None };
    for mut unit in units {
        let at = midnights.of(unit.date);
        match enrolled(known.get(unit.account), &unit, at, about.now) {
            Ok(member) => {
                unit.data.insert("programme".to_owned(), Json::from(shared.programme));
                let customer = customers.get(&member.customer_id).cloned().unwrap_or_default();
                let seen = Seen { kind, source: &shared.source, id: &unit.id, at };
                let decided = rules.decide(member, seen, &mut unit.data, customer);
                earnings.push(Earning { unit, member, at, decided });
            }
            Err((fault, takes_part)) => unit.lines.each(|number, text| {
                if takes_part {
                    applied.reject(number, std::slice::from_ref(&fault), text);
                } else {
                    applied.not_enrolled(number, &fault, text);
                }
            }),
        }
    }
    let grants: usize = earnings.iter().map(|earning| earning.decided.grants.len()).sum();
    if applied.is_limited && grants > ORDERS_MAX {
        applied.is_too_much = true;
        return Ok(());
    }
    // Rules that look first how often they gave, or give later, are the log's reader's: it needs the event.
    let is_owed = |one: &&Earning<'_>| !one.decided.pending.is_empty();
    let owed: Vec<OutsideEvent> = earnings.iter().filter(is_owed).map(|one| shared.event_of(one)).collect();
    if !owed.is_empty() {
        platform::event::append_many(db, about.now, dice, &owed).await?;
    }
    let mut orders = Vec::with_capacity(grants);
    earnings.iter().for_each(|earning| shared.orders_of(earning, &mut orders));
    let mut answers = post(db, about, &orders, dice).await?.into_iter();
    let posted: Vec<Posted> = earnings
        .iter()
        .map(|earning| answers.by_ref().take(earning.decided.grants.len()).collect())
        .collect();
    spend(db, about, shared.kind, &earnings, &posted).await?;
    for (earning, posted) in earnings.iter().zip(posted) {
        count(earning, &posted, applied);
    }
    Ok(())
}

/// Adds what was spent to the turnover of the members, where a tier of the programme looks at it; a line counts once. Of
/// lines that became events the reader of the log does it.
async fn spend(
    db: &mut PgConnection,
    about: &About<'_>,
    kind: &str,
    earnings: &[Earning<'_>],
    posted: &[Posted],
) -> sqlx::Result<()> {
    let programme = ProgrammeId::from_uuid(about.structure.fields.programme_id);
    if !Ladder::new(loyalty::query::tiers(db, programme).await?).counts().spent {
        return Ok(());
    }
    let good = earnings.iter().zip(posted).filter(|(one, posted)| {
        let decided = &one.decided;
        decided.pending.is_empty() && decided.faults.is_empty() && posted.iter().all(Result::is_ok)
    });
    let good: Vec<&Earning<'_>> = good.map(|(one, _)| one).collect();
    let key = |one: &&Earning<'_>| LineKey::of(&[one.unit.id.as_bytes()]);
    let keys: Vec<LineKey> = good.iter().map(key).collect();
    let new: BTreeSet<LineKey> =
        store::count_lines(db, about.now.date_naive(), &keys).await?.into_iter().collect();
    let spent = |one: &&Earning<'_>| Spent {
        account: one.member.id,
        kind: kind.strip_prefix(earning::PREFIX).unwrap_or(kind).to_owned(),
        day: one.unit.date,
        amount: one.unit.amount,
    };
    let spent: Vec<Spent> = good.iter().filter(|one| new.contains(&key(one))).map(spent).collect();
    turnover::add(db, &spent).await
}

/// The first moments of days; lines of one day usually stand together.
struct Midnights {
    zone: chrono_tz::Tz,
    last: Option<(NaiveDate, DateTime<Utc>)>,
}

impl Midnights {
    fn of(&mut self, day: NaiveDate) -> DateTime<Utc> {
        match self.last {
            Some((last, moment)) if last == day => moment,
            _ => self.last.insert((day, midnight(day, self.zone))).1,
        }
    }
}

impl Shared<'_> {
    fn event_of(&self, earning: &Earning<'_>) -> OutsideEvent {
        let Earning { unit, member, at, .. } = earning;
        OutsideEvent {
            kind: self.kind.to_owned(),
            source: self.source.clone(),
            id: unit.id.clone(),
            time: Some(*at),
            subject: Some(Subject {
                kind: "contract".to_owned(),
                value: format!("{}/{}", self.programme, member.number),
            }),
            customer: Some(member.customer_id),
            data: unit.data.clone(),
            depth: 0,
            correlation: Some(self.about.file),
            author: Author::System,
        }
    }

    fn orders_of(&self, earning: &Earning<'_>, orders: &mut Vec<Order>) {
        let Earning { unit, member, at, decided } = earning;
        let occasion =
            Occasion { source: &self.source, id: &unit.id, kind: self.kind, at: *at, author: Author::System };
        let body = if decided.grants.is_empty() { [0; 32] } else { earning::identity(self.kind, &unit.data) };
        orders.extend(decided.grants.iter().map(|grant| {
            let mut order = if self.about.structure.fields.announce {
                earning::order(occasion, member, grant, body)
            } else {
                earning::silent_order(occasion, member, grant, body) // a file tells what it did in one event
            };
            order.source = "file".into();
            order.cause.file = Some(self.file.clone());
            order.cause.line = i64::try_from(unit.lines.first()).ok();
            order
        }));
    }
}

/// The member of a unit, or why nothing accrues; with whether it takes part.
fn enrolled<'k>(
    known: Option<&'k Member>,
    unit: &Unit<'_>,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<&'k Member, (LineFault, bool)> {
    let number = unit.account;
    let fault = |code, detail: String| LineFault::field("account", code, detail);
    let member = known.ok_or_else(|| {
        (fault("unknown_account", format!("there is no account {number}: nothing accrues")), false)
    })?;
    if member.status != AccountStatus::Enrolled {
        let code = member.status.code();
        let detail = format!("the account {number} has status {code}, not enrolled (20): nothing accrues");
        return Err((fault("not_enrolled", detail), false));
    }
    if at > now {
        return Err((LineFault::field("date", "in_future", "the day has not begun yet"), true));
    }
    Ok(member)
}

async fn members<'u>(
    db: &mut PgConnection,
    about: &About<'_>,
    numbers: impl Iterator<Item = &'u str>,
) -> sqlx::Result<HashMap<String, Member>> {
    let programme = ProgrammeId::from_uuid(about.structure.fields.programme_id);
    let sought: Vec<(ProgrammeId, &str)> =
        numbers.collect::<HashSet<_>>().into_iter().map(|number| (programme, number)).collect();
    let found = loyalty::query::by_numbers(db, &sought).await?;
    Ok(found.into_iter().map(|member| (member.number.clone(), member)).collect())
}

/// The customers of members with their linked cards, as far as a rule about this type of event reads them.
async fn customers(
    db: &mut PgConnection,
    rules: &Snapshot,
    kind: &str,
    members: &HashMap<String, Member>,
) -> sqlx::Result<BTreeMap<CustomerId, Json>> {
    if !rules.reads_customer(kind) {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<CustomerId> = members.values().map(|member| member.customer_id).collect();
    let mut found = crm::query::facts(&mut *db, &ids).await?;
    crm::query::add_cards(db, &rules.card_kinds(kind), &mut found).await?;
    Ok(found)
}

type Posted = Vec<Result<Receipt, Refusal>>;

async fn post(
    db: &mut PgConnection,
    about: &About<'_>,
    orders: &[Order],
    dice: &mut (dyn Rng + Send),
) -> sqlx::Result<Posted> {
    let mut answers = Vec::with_capacity(orders.len());
    let keys = if about.unseen { Keys::Unseen } else { Keys::Looked };
    for part in orders.chunks(ORDERS_MAX) {
        answers.extend(ledger::post_with(db, about.now, &mut *dice, part, keys).await?);
    }
    Ok(answers)
}

fn count(earning: &Earning<'_>, posted: &Posted, applied: &mut Applied) {
    let Earning { unit, decided, .. } = earning;
    let refusal = posted.iter().find_map(|answer| answer.as_ref().err());
    let refused = refusal.map(|refusal| LineFault::line(refusal.code(), refusal.to_string()));
    // A rule that cannot be computed is no fault of the line, but somebody must see that nothing was given.
    let failed = decided.faults.first().map(|fault| LineFault::line("rule", fault.message.clone()));
    if let Some(fault) = refused.or(failed) {
        unit.lines.each(|number, text| applied.reject(number, std::slice::from_ref(&fault), text));
        return;
    }
    let is_new = |answer: &Result<Receipt, Refusal>| answer.as_ref().is_ok_and(|receipt| !receipt.repeated);
    if !posted.is_empty() && !posted.iter().any(is_new) {
        applied.tally.repeated += unit.lines.count();
        return;
    }
    for (grant, answer) in decided.grants.iter().zip(posted) {
        if is_new(answer) {
            applied.accrued(&grant.bonus_type.fields.code, grant.units);
        }
    }
    applied.accept(unit.lines.count(), Some(unit.amount));
}

/// The data of a line's event: its fields, numbers as numbers.
fn data_of(record: &Record) -> Map<String, Json> {
    let json = |value: &Value| match value {
        Value::Amount(amount) => number(*amount),
        Value::Whole(whole) => json!(whole),
        Value::Flag(flag) => json!(flag),
        Value::Text(_) | Value::Date(_) => json!(value.text()),
    };
    record.filled().map(|(field, value)| (field.name.to_owned(), json(value))).collect()
}

/// A decimal as a JSON number; up to 15 digits it keeps its digits.
fn number(amount: Decimal) -> Json {
    let amount = amount.normalize();
    match i64::try_from(amount.mantissa()) {
        Ok(whole) if amount.scale() == 0 => Json::from(whole),
        _ => amount.to_string().parse::<f64>().map_or(Json::Null, Json::from),
    }
}
