//! Top-ups are added up by account and date before the rules see them (CIMP-ETL-08).

use super::line::{LineKey, Record};
use super::value::Value;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One line of a sum: what names it and what it adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The line's number.
    pub number: u64,
    /// What names it.
    pub key: LineKey,
    /// Its amount.
    pub amount: Decimal,
}

/// The top-ups of one account on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The account's number.
    pub account: String,
    /// The day.
    pub date: NaiveDate,
    /// The lines, in the file's order; never empty.
    pub parts: Vec<Part>,
}

impl Sum {
    /// All of it.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.parts.iter().map(|part| part.amount).sum()
    }

    /// The number of the first line.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.parts.first().map_or(0, |part| part.number)
    }

    /// What names this sum: the account, the day and every line in it. Lines that were counted before are taken out
    /// first, so what remains is new.
    #[must_use]
    pub fn key(&self) -> LineKey {
        let date = self.date.to_string();
        let mut parts: Vec<&[u8]> = vec![b"top_ups", self.account.as_bytes(), date.as_bytes()];
        parts.extend(self.parts.iter().map(|part| &part.key.0[..]));
        LineKey::of(&parts)
    }

    /// The same sum without the lines that `is_known`; nothing when none is left.
    #[must_use]
    pub fn without(mut self, is_known: impl Fn(&LineKey) -> bool) -> Option<Self> {
        self.parts.retain(|part| !is_known(&part.key));
        if self.parts.is_empty() { None } else { Some(self) }
    }
}

/// Adds lines up.
#[derive(Debug, Default)]
pub struct Sums(BTreeMap<(String, NaiveDate), Vec<Part>>);

impl Sums {
    /// Adds a line.
    pub fn add(&mut self, record: &Record) {
        let (Some(account), Some(Value::Date(date)), Some(Value::Amount(amount))) =
            (record.text("account"), record.value("date"), record.value("amount"))
        else {
            return; // all three are required fields of the type
        };
        let part = Part { number: record.number, key: record.key, amount: *amount };
        self.0.entry((account.to_owned(), *date)).or_default().push(part);
    }

    /// The sums by account and day: an order that is the same whenever the file is read.
    #[must_use]
    pub fn finish(self) -> Vec<Sum> {
        self.0.into_iter().map(|((account, date), parts)| Sum { account, date, parts }).collect()
    }
}
