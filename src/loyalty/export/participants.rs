//! Client selections: members that fulfil a condition, with the columns that are asked for (CIMP-ETL-12).

use super::{Fault, Making, ROWS_AT_ONCE};
use base::id::MasterAccountId;
use loyalty::export::column::Column;
use loyalty::export::{COLUMNS, query};
use loyalty::file::sex;
use loyalty::promotion::{CRITERIA_ROOTS, condition as compiled};
use loyalty::service::{Service, ServiceFields};
use rules::Facts;
use rules::decide::card_kinds_of;
use serde_json::Value;
use std::collections::HashMap;

impl Making<'_> {
    /// A line of each member that fulfils the condition; a line of each of its services where a column shows them.
    pub(super) async fn participants(
        &mut self,
        condition: Option<&str>,
        names: &[String],
    ) -> Result<(), Fault> {
        let usual = COLUMNS.map(str::to_owned);
        let names = if names.is_empty() { &usual[..] } else { names };
        let birthday = self.programme.fields.settings.birthday_attribute.as_deref();
        let column = |name: &String| {
            let known = Column::named(name, birthday);
            known.ok_or_else(|| Fault::Asked(format!("the column {name:?} is not known")))
        };
        let columns: Vec<Column> = names.iter().map(column).collect::<Result<_, _>>()?;
        self.head(&names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let condition = compiled(condition.unwrap_or_default(), &CRITERIA_ROOTS)
            .map_err(|_| Fault::Asked("the condition cannot be compiled".to_owned()))?;
        let kinds = card_kinds_of(condition.iter().flat_map(|condition| condition.fields()));
        let by_service = columns.iter().any(|column| matches!(column, Column::Service(_)));
        let (programme, zone) = (self.programme.id, self.programme.zone());
        let mut after: Option<MasterAccountId> = None;
        loop {
            let mut db = self.exports.pool.acquire().await?;
            let members = query::members(&mut db, programme, after, ROWS_AT_ONCE).await?;
            let Some(last) = members.last() else { return Ok(()) };
            after = Some(last.id);
            let ids: Vec<_> = members.iter().map(|member| member.customer_id).collect();
            let mut customers = crm::query::facts(&mut db, &ids).await?;
            crm::query::add_cards(&mut db, &kinds, &mut customers).await?;
            let mut services: HashMap<MasterAccountId, Vec<Service>> = HashMap::new();
            if by_service {
                let ids: Vec<MasterAccountId> = members.iter().map(|member| member.id).collect();
                for service in query::services(&mut db, &ids).await? {
                    services.entry(service.account_id).or_default().push(service);
                }
            }
            drop(db);
            let now = self.exports.clock.now();
            let mut rows = Vec::new();
            for member in &members {
                let customer = customers.remove(&member.customer_id).unwrap_or_default();
                let account = member.facts(now, zone);
                let facts = Facts { account, ..Facts::default().of_customer(customer) }.at(now, zone);
                let holds = condition.as_ref().map_or(Ok(true), |condition| condition.holds(&facts));
                if !holds.map_err(|error| Fault::Asked(format!("account {}: {error}", member.number)))? {
                    continue;
                }
                let row = |service| columns.iter().map(|column| cell(column, &facts, service)).collect();
                match services.get(&member.id) {
                    Some(own) => rows.extend(own.iter().map(|service| row(Some(&service.fields)))),
                    None if by_service => {}
                    None => rows.push(row(None)),
                }
            }
            self.add(&rows).await?;
        }
    }
}

/// The text of a column; nothing is an empty cell.
fn cell(column: &Column, facts: &Facts, service: Option<&ServiceFields>) -> String {
    match column {
        Column::Known(path) | Column::Field(path) => known(facts, path),
        Column::Sex(path) => sex::written(&known(facts, path)).to_owned(),
        Column::Service(part) => service.map(part).unwrap_or_default().to_owned(),
        Column::Nothing => String::new(),
    }
}

/// The text at a path of the facts.
fn known(facts: &Facts, path: &str) -> String {
    let mut parts = path.split('.');
    let mut at = match parts.next() {
        Some("account") => Some(&facts.account),
        Some("customer") => Some(&facts.customer),
        _ => None,
    };
    for part in parts {
        at = at.and_then(|value| value.get(part));
    }
    match at {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
