//! Lines that earn: invoices, purchases and rent, and the sums of top-ups (CIMP-ETL-06, CIMP-ETL-07, CIMP-ETL-08).

use super::{About, Applied, Line, amount_of};
use actors::loyalty::Snapshot;
use base::Author;
use base::id::ProgrammeId;
use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Order, Receipt, Refusal};
use loyalty::account::AccountStatus;
use loyalty::bonus_type::midnight;
use loyalty::earning::{self, Decided, Occasion};
use loyalty::file::store;
use loyalty::file::topup::Sum;
use loyalty::file::{LineFault, LineKey, Record, Value};
use loyalty::member::Member;
use platform::event::{OutsideEvent, Subject};
use rand::Rng;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What an event is for the reject file.
struct Unit<'l> {
    account: &'l str,
    date: NaiveDate,
    amount: Decimal,
    /// Line and text; of sums there are several.
    lines: Vec<(u64, Vec<u8>)>,
    key: LineKey,
    data: Map<String, Json>,
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
    let unit = |(record, bytes): &'_ Line| {
        let (Some(Value::Date(date)), Some(amount)) = (record.value("date"), amount_of(record)) else {
            return None; // required fields of both types
        };
        Some((*date, amount, vec![(record.number, bytes.to_vec())], data_of(record)))
    };
    let units = lines
        .iter()
        .filter_map(|line| {
            let (date, amount, lines, data) = unit(line)?;
            Some(Unit { account: line.0.text("account")?, date, amount, lines, key: line.0.key, data })
        })
        .collect();
    apply(rules, db, about, units, dice, applied).await
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
    let takes_part =
        |sum: &&Sum| known.get(&sum.account).is_some_and(|member| member.status == AccountStatus::Enrolled);
    // Lines of accounts that do not take part are not counted: they may come again when somebody has enrolled.
    let keys: Vec<LineKey> =
        sums.iter().filter(takes_part).flat_map(|sum| &sum.parts).map(|part| part.key).collect();
    let new: BTreeSet<LineKey> =
        store::count_lines(db, about.now.date_naive(), &keys).await?.into_iter().collect();
    let mut units = Vec::new();
    for sum in sums {
        let rest =
            if takes_part(&sum) { sum.clone().without(|key| !new.contains(key)) } else { Some(sum.clone()) };
        let left = rest.as_ref().map_or(0, |sum| sum.parts.len());
        applied.tally.repeated += u64::try_from(sum.parts.len() - left).unwrap_or(0);
        let Some(rest) = rest else { continue };
        let text = |amount: Decimal| format!("{}|{}|{amount}", sum.account, sum.date).into_bytes();
        let data = json!({ "account": sum.account, "date": sum.date, "amount": number(rest.amount()) });
        units.push(Unit {
            account: &sum.account,
            date: sum.date,
            amount: rest.amount(),
            lines: rest.parts.iter().map(|part| (part.number, text(part.amount))).collect(),
            key: rest.key(),
            data: data.as_object().cloned().unwrap_or_default(),
        });
    }
    apply(rules, db, about, units, dice, applied).await
}

/// A unit of an enrolled account, with what it earns.
struct Earning<'l> {
    unit: Unit<'l>,
    member: Member,
    decided: Decided,
    event: OutsideEvent,
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
    let known = members(db, about, units.iter().map(|unit| unit.account)).await?;
    let customers = if rules.reads_customer(kind) {
        let ids: Vec<_> = known.values().map(|member| member.customer_id).collect();
        crm::query::facts(db, &ids).await?
    } else {
        BTreeMap::new()
    };
    let zone = rules.zone(programme);
    let mut earnings = Vec::with_capacity(units.len());
    for unit in units {
        match enrolled(known.get(unit.account), &unit, zone, about.now) {
            Ok(member) => {
                let event = event_of(about, kind, rules.code(programme), &unit, member, zone);
                let customer = customers.get(&member.customer_id).cloned().unwrap_or_default();
                let decided = rules.decide(member, &event, customer, about.now);
                earnings.push(Earning { unit, member: member.clone(), decided, event });
            }
            Err((fault, takes_part)) => {
                for (number, text) in &unit.lines {
                    if takes_part {
                        applied.reject(*number, std::slice::from_ref(&fault), text);
                    } else {
                        applied.not_enrolled(*number, &fault, text);
                    }
                }
            }
        }
    }
    // Rules that look first how often they gave, or give later, are the log's reader's: it needs the event.
    let owed: Vec<OutsideEvent> =
        earnings.iter().filter(|one| !one.decided.pending.is_empty()).map(|one| one.event.clone()).collect();
    if !owed.is_empty() {
        platform::event::append_many(db, about.now, dice, &owed).await?;
    }
    let posted = post(db, about, &earnings, dice).await?;
    for (earning, posted) in earnings.iter().zip(posted) {
        count(earning, &posted, applied);
    }
    Ok(())
}

fn event_of(
    about: &About<'_>,
    kind: &str,
    programme: &str,
    unit: &Unit<'_>,
    member: &Member,
    zone: chrono_tz::Tz,
) -> OutsideEvent {
    let mut data = unit.data.clone();
    data.insert("programme".to_owned(), json!(programme));
    OutsideEvent {
        kind: kind.to_owned(),
        source: format!("file:{}", about.kind().as_str()),
        id: unit.key.text(),
        time: Some(midnight(unit.date, zone)),
        subject: Some(Subject {
            kind: "contract".to_owned(),
            value: format!("{programme}/{}", member.number),
        }),
        customer: Some(member.customer_id),
        data,
        depth: 0,
        correlation: Some(about.file),
        author: Author::System,
    }
}

/// The member of a unit, or why nothing accrues; with whether it takes part.
fn enrolled<'k>(
    known: Option<&'k Member>,
    unit: &Unit<'_>,
    zone: chrono_tz::Tz,
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
    if midnight(unit.date, zone) > now {
        return Err((LineFault::field("date", "in_future", "the day has not begun yet"), true));
    }
    Ok(member)
}

async fn members<'u>(
    db: &mut PgConnection,
    about: &About<'_>,
    numbers: impl Iterator<Item = &'u str>,
) -> sqlx::Result<BTreeMap<String, Member>> {
    let programme = ProgrammeId::from_uuid(about.structure.fields.programme_id);
    let sought: Vec<(ProgrammeId, &str)> =
        numbers.collect::<BTreeSet<_>>().into_iter().map(|number| (programme, number)).collect();
    let found = loyalty::query::by_numbers(db, &sought).await?;
    Ok(found.into_iter().map(|member| (member.number.clone(), member)).collect())
}

type Posted = Vec<Result<Receipt, Refusal>>;

/// Posts all orders; the answers by unit.
async fn post(
    db: &mut PgConnection,
    about: &About<'_>,
    earnings: &[Earning<'_>],
    dice: &mut (dyn Rng + Send),
) -> sqlx::Result<Vec<Posted>> {
    let orders: Vec<Order> = earnings.iter().flat_map(|earning| orders_of(about, earning)).collect();
    let mut answers = Vec::with_capacity(orders.len());
    for part in orders.chunks(ledger::order::ORDERS_MAX) {
        answers.extend(ledger::post(db, about.now, &mut *dice, part).await?);
    }
    let mut answers = answers.into_iter();
    Ok(earnings.iter().map(|one| answers.by_ref().take(one.decided.grants.len()).collect()).collect())
}

fn orders_of(about: &About<'_>, earning: &Earning<'_>) -> Vec<Order> {
    let Earning { unit, member, decided, event } = earning;
    let at = event.time.unwrap_or(about.now);
    let occasion =
        Occasion { source: &event.source, id: &event.id, kind: &event.kind, at, author: Author::System };
    let body = earning::identity(&event.kind, &Json::Object(event.data.clone()));
    let order = |grant| {
        let mut order = earning::order(occasion, member, grant, body);
        order.source = "file".into();
        order.cause.file = Some(format!("{} {}", about.name, about.file));
        order.cause.line = unit.lines.first().and_then(|(number, _)| i64::try_from(*number).ok());
        if !about.structure.fields.announce {
            order.events.clear(); // a file tells what it did in one event
        }
        order
    };
    decided.grants.iter().map(order).collect()
}

fn count(earning: &Earning<'_>, posted: &Posted, applied: &mut Applied) {
    let Earning { unit, decided, .. } = earning;
    let refusal = posted.iter().find_map(|answer| answer.as_ref().err());
    let refused = refusal.map(|refusal| LineFault::line(refusal.code(), refusal.to_string()));
    // A rule that cannot be computed is no fault of the line, but somebody must see that nothing was given.
    let failed = decided.faults.first().map(|fault| LineFault::line("rule", fault.message.clone()));
    if let Some(fault) = refused.or(failed) {
        for (number, text) in &unit.lines {
            applied.reject(*number, std::slice::from_ref(&fault), text);
        }
        return;
    }
    let is_new = |answer: &Result<Receipt, Refusal>| answer.as_ref().is_ok_and(|receipt| !receipt.repeated);
    let count = u64::try_from(unit.lines.len()).unwrap_or(0);
    if !posted.is_empty() && !posted.iter().any(is_new) {
        applied.tally.repeated += count;
        return;
    }
    for (grant, answer) in decided.grants.iter().zip(posted) {
        if is_new(answer) {
            let sum = applied.tally.accrued.entry(grant.bonus_type.fields.code.clone()).or_default();
            *sum = sum.saturating_add(grant.units);
        }
    }
    applied.accept(count, Some(unit.amount));
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
    let text = amount.normalize().to_string();
    match text.parse::<i64>() {
        Ok(whole) => json!(whole),
        Err(_) => text.parse::<f64>().map_or(Json::Null, |number| json!(number)),
    }
}
