//! Master data for other databases: every entry of the lists, one line each (CIMP-ETL-12, CIMP-MST-01 … CIMP-MST-08).

use super::{Fault, Making, ROWS_AT_ONCE};
use base::{LocalText, Locale};
use chrono::{DateTime, Utc};
use loyalty::export::MasterList;
use loyalty::master::{Master, MasterKind, MasterSearch};
use loyalty::query::reward::RewardSearch;
use loyalty::reward::Reward;
use serde_json::Value;

/// The columns.
const HEAD: [&str; 10] =
    ["list", "code", "title_ru", "title_en", "title_uz", "parent", "areas", "active", "fields", "changed"];

impl Making<'_> {
    /// All entries of these lists; none named: of all lists. What is switched off is there too, and says so: whoever
    /// reads the file knows it from before.
    pub(super) async fn masters(&mut self, lists: &[MasterList]) -> Result<(), Fault> {
        self.head(&HEAD).await?;
        for list in MasterList::ALL {
            if !lists.is_empty() && !lists.contains(&list) {
                continue;
            }
            match list.master() {
                Some(kind) => self.master(kind).await?,
                None => self.gifts().await?,
            }
        }
        Ok(())
    }

    async fn master(&mut self, kind: MasterKind) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let mut db = self.exports.pool.acquire().await?;
            let search = MasterSearch { after: after.take(), ..MasterSearch::default() };
            let found = loyalty::query::master::search(&mut db, kind, &search, ROWS_AT_ONCE).await?;
            drop(db);
            let Some(last) = found.last() else { return Ok(()) };
            after = Some(last.fields.code.clone());
            let rows: Vec<Vec<String>> = found.iter().map(master_row).collect();
            self.add(&rows).await?;
        }
    }

    /// Products and services for bonuses that members of the programme can pay.
    async fn gifts(&mut self) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let mut db = self.exports.pool.acquire().await?;
            let search = RewardSearch {
                programme: Some(self.programme.id),
                after: after.take(),
                ..RewardSearch::default()
            };
            let found = loyalty::query::reward::search(&mut db, &search, ROWS_AT_ONCE).await?;
            drop(db);
            let Some(last) = found.last() else { return Ok(()) };
            after = Some(last.fields.code.clone());
            let rows: Vec<Vec<String>> = found.iter().map(gift_row).collect();
            self.add(&rows).await?;
        }
    }
}

fn master_row(master: &Master) -> Vec<String> {
    let fields = &master.fields;
    let areas: Vec<&str> = fields.areas.iter().map(|area| area.as_str()).collect();
    let said = |(key, value): (&String, &Value)| match value {
        Value::String(text) => pair(key, text),
        other => pair(key, &other.to_string()),
    };
    let said: Vec<String> = fields.attributes.iter().map(said).collect();
    row(
        master.kind.as_str(),
        (&fields.code, &fields.title),
        (fields.parent.as_deref().unwrap_or_default(), &areas.join(",")),
        fields.active,
        (&said.join(";"), master.updated_at),
    )
}

fn gift_row(gift: &Reward) -> Vec<String> {
    let fields = &gift.fields;
    let flag = |said: bool| if said { "1" } else { "0" };
    let mut said: Vec<String> = gift
        .prices
        .iter()
        .map(|price| pair(&format!("price.{}", price.bonus_type), &price.amount.to_string()))
        .collect();
    said.extend(gift.stock.map(|stock| pair("stock", &stock.to_string())));
    said.push(pair("physical", flag(fields.physical)));
    said.push(pair("needs_confirmation", flag(fields.needs_confirmation)));
    said.extend(fields.valid_from.map(|at| pair("valid_from", &at.to_rfc3339())));
    said.extend(fields.valid_until.map(|at| pair("valid_until", &at.to_rfc3339())));
    let partner = fields.partner_id.map(|id| id.to_string()).unwrap_or_default();
    row(
        MasterList::Gift.as_str(),
        (&fields.code, &fields.title),
        (&partner, ""),
        fields.active,
        (&said.join(";"), gift.updated_at),
    )
}

fn row(
    list: &str,
    (code, title): (&str, &LocalText),
    (parent, areas): (&str, &str),
    active: bool,
    (fields, changed): (&str, DateTime<Utc>),
) -> Vec<String> {
    let text = |locale| title.0.get(&locale).cloned().unwrap_or_default();
    vec![
        list.to_owned(),
        code.to_owned(),
        text(Locale::Ru),
        text(Locale::En),
        text(Locale::Uz),
        parent.to_owned(),
        areas.to_owned(),
        if active { "1" } else { "0" }.to_owned(),
        fields.to_owned(),
        changed.to_rfc3339(),
    ]
}

/// `key=value`; what parts the pairs does not stand in them.
fn pair(key: &str, value: &str) -> String {
    format!("{key}={}", value.replace(';', ","))
}
