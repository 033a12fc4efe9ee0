//! Random sequences on the core, beside books that are kept in another, simpler way.

mod model;
mod order_of_events;
mod script;

use super::Book;
use crate::order::{Account, Order};
use base::Author;
use base::id::CurrencyId;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// The currency of the tests; it allows debt.
fn points() -> CurrencyId {
    CurrencyId::from_uuid(Uuid::from_u128(1))
}

fn account(member: u8) -> Account {
    Account { owner: Uuid::from_u128(u128::from(member) + 100), currency: points() }
}

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn day(n: i64) -> DateTime<Utc> {
    start() + TimeDelta::days(n)
}

fn book() -> Book {
    Book { currencies: [(points(), true)].into(), ..Book::default() }
}

fn order(key: impl ToString, movement: crate::Movement) -> Order {
    Order::new(key.to_string(), "test", "test", Author::System, movement)
}
