//! What partners report: bonuses for using their services, their services for bonuses, and points of theirs that became
//! ours (CIMP-PRT-05, CIMP-ETL-11).
//!
//! A line names the partner's operation; it counts once for ever under partner and document. Amounts are of the
//! structure's programme: of the bonus type that the line names, or the only one.

use super::{About, Applied, Line, amount_of};
use actors::loyalty::Snapshot;
use base::Author;
use base::id::{CurrencyId, ProgrammeId};
use ledger::{Account, Amount, Cause, Counter, LotTerms, Movement, Order};
use loyalty::account::AccountStatus;
use loyalty::bonus_type::amount;
use loyalty::bonus_type::{BonusType, expires_at, midnight};
use loyalty::file::{LineFault, Record, Value};
use loyalty::member::Member;
use loyalty::store::partner::ROLE;
use rand::Rng;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Applies lines of partner exchange.
pub(super) async fn apply(
    rules: &Snapshot,
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let programme = ProgrammeId::from_uuid(about.structure.fields.programme_id);
    let numbers: BTreeSet<&str> = lines.iter().filter_map(|(record, _)| record.text("account")).collect();
    let sought: Vec<(ProgrammeId, &str)> = numbers.into_iter().map(|number| (programme, number)).collect();
    let members: BTreeMap<String, Member> = loyalty::query::by_numbers(db, &sought)
        .await?
        .into_iter()
        .map(|member| (member.number.clone(), member))
        .collect();
    let partners = partners(db, lines).await?;
    let exchange = Exchange { about, rules, programme, zone: rules.zone(programme), partners: &partners };
    let (mut orders, mut whose) = (Vec::new(), Vec::new());
    for (record, bytes) in lines {
        match exchange.order(record, &members) {
            Ok((order, bonus_type)) => {
                orders.push(order);
                whose.push((record, bytes, bonus_type));
            }
            Err((fault, true)) => applied.reject(record.number, std::slice::from_ref(&fault), bytes),
            Err((fault, false)) => applied.not_enrolled(record.number, &fault, bytes),
        }
    }
    let answers = ledger::post(db, about.now, &mut *dice, &orders).await?;
    for ((record, bytes, bonus_type), (order, answer)) in whose.into_iter().zip(orders.iter().zip(answers)) {
        match answer {
            Err(refusal) => {
                let fault = LineFault::line(refusal.code(), refusal.to_string());
                applied.reject(record.number, std::slice::from_ref(&fault), bytes);
            }
            Ok(receipt) if receipt.repeated => applied.tally.repeated += 1,
            Ok(_) => {
                applied.accept(1, amount_of(record));
                if let Some(Movement::Credit { amount, .. }) = order.movements.first() {
                    applied.accrued(&bonus_type.fields.code, amount.get());
                }
            }
        }
    }
    Ok(())
}

/// The partners that the lines name, by code, and whether they take part.
async fn partners(db: &mut PgConnection, lines: &[Line]) -> sqlx::Result<BTreeMap<String, (Uuid, bool)>> {
    let codes: BTreeSet<&str> = lines.iter().filter_map(|(record, _)| record.text("partner")).collect();
    let mut partners = BTreeMap::new();
    for code in codes {
        if let Some(partner) = loyalty::query::partner::called(db, code).await? {
            partners.insert(code.to_owned(), (partner.id.as_uuid(), partner.fields.active));
        }
    }
    Ok(partners)
}

struct Exchange<'x> {
    about: &'x About<'x>,
    rules: &'x Snapshot,
    programme: ProgrammeId,
    zone: chrono_tz::Tz,
    partners: &'x BTreeMap<String, (Uuid, bool)>,
}

impl<'x> Exchange<'x> {
    /// The bonus type that a line names, or the only one.
    fn bonus_type(&self, record: &Record) -> Result<&'x BonusType, LineFault> {
        let wrong = |detail: String| LineFault::field("bonus_type", "bonus_type", detail);
        match record.text("bonus_type") {
            Some(code) => {
                let found = self.rules.bonus_type(self.programme, code);
                found.ok_or_else(|| wrong(format!("the programme has no bonus type {code}")))
            }
            None => {
                let only = self.rules.only_bonus_type(self.programme);
                only.ok_or_else(|| wrong("the programme has several bonus types: name one".to_owned()))
            }
        }
    }

    /// The order of a line with its bonus type, or its fault; with whether the account takes part.
    fn order(
        &self,
        record: &Record,
        members: &BTreeMap<String, Member>,
    ) -> Result<(Order, &'x BonusType), (LineFault, bool)> {
        let wrong = |field, code, detail: String| (LineFault::field(field, code, detail), true);
        let number = record.text("account").unwrap_or_default();
        let absent = |code, detail: String| (LineFault::field("account", code, detail), false);
        let member = members.get(number).ok_or_else(|| {
            absent("unknown_account", format!("there is no account {number}: nothing happens"))
        })?;
        if member.status != AccountStatus::Enrolled {
            return Err(absent(
                "not_enrolled",
                format!("the account {number} is not enrolled (20): nothing happens"),
            ));
        }
        let code = record.text("partner").unwrap_or_default();
        let (partner, takes_part) = *self
            .partners
            .get(code)
            .ok_or_else(|| wrong("partner", "unknown_partner", format!("there is no partner {code}")))?;
        if !takes_part {
            let detail = format!("the partner {code} does not take part at present");
            return Err(wrong("partner", "inactive_partner", detail));
        }
        let bonus_type = self.bonus_type(record).map_err(|fault| (fault, true))?;
        let (Some(Value::Date(date)), Some(given)) = (record.value("date"), amount_of(record)) else {
            return Err(wrong("date", "required", "must not be empty".to_owned())); // both are required fields
        };
        let at = midnight(*date, self.zone);
        if at > self.about.now {
            return Err(wrong("date", "in_future", "the day has not begun yet".to_owned()));
        }
        let units = amount::read(&given.normalize().to_string(), bonus_type.fields.scale)
            .map_err(|fault| wrong("amount", "format", fault.to_string()))?;
        let amount = Amount::new(units).map_err(|fault| wrong("amount", "format", fault.to_string()))?;
        let account =
            Account { owner: member.id.as_uuid(), currency: CurrencyId::from_uuid(bonus_type.id.as_uuid()) };
        let operation = record.text("operation").unwrap_or_default();
        let counter = Counter::of(ROLE, partner);
        let movement = if operation == "spend" {
            Movement::Debit { account, amount, to: counter }
        } else {
            let fields = &bonus_type.fields;
            let expires_at =
                fields.validity_days.and_then(|days| expires_at(at, days, fields.expiry_round, self.zone));
            let lot = LotTerms { active_from: None, expires_at, tag: None };
            Movement::Credit { account, amount, from: counter, lot }
        };
        let document = record.text("document").unwrap_or_default();
        let kind = match operation {
            "spend" => "partner_spend",
            "convert" => "partner_convert",
            _ => "partner_accrue",
        };
        let mut order =
            Order::new(format!("partner:{code}:{document}"), kind, "file", Author::System, movement);
        order.body = Some(sha2_of(record));
        order.effective_at = Some(at);
        order.reason = record.text("service").map(str::to_owned);
        order.cause = Cause {
            file: Some(format!("{} {}", self.about.name, self.about.file)),
            line: i64::try_from(record.number).ok(),
            record: Some(document.to_owned()),
            ..Cause::default()
        };
        Ok((order, bonus_type))
    }
}

/// What makes a partner's operation the same when it is reported again.
fn sha2_of(record: &Record) -> [u8; 32] {
    let mut body = [0; 32];
    let (first, second) = body.split_at_mut(16);
    first.copy_from_slice(&record.body.0);
    second.copy_from_slice(&record.body.0);
    body
}
