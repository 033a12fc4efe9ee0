//! What a simulated caller is going to do: who calls, which keys are pressed when, and how long the patience lasts.
//!
//! No network and no clock: dice in, a plan out.

use super::person::{Span, chance, pick};
use rand::{Rng, RngExt};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Of a hundred callers, how many are known customers.
const KNOWN_PERCENT: u32 = 70;
/// Of a hundred callers, how many give up quickly.
const IMPATIENT_PERCENT: u32 = 15;
/// Of a hundred callers, how many leave it to the operator to end the call.
const POLITE_PERCENT: u32 = 60;
/// Menu keys with how many of a hundred callers press them; the rest press nothing and wait.
const MENU: [(char, u32); 5] = [('1', 62), ('2', 12), ('3', 8), ('0', 12), ('7', 2)];
/// Languages by key of the language menu: Russian, Uzbek, English.
const LANGUAGES: [(char, u32); 3] = [('1', 45), ('2', 45), ('3', 10)];

/// Somebody whose number the organisation knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The number, with `+`.
    pub number: String,
    /// The name.
    pub name: String,
    /// A language is known, so that the flow does not ask for one.
    pub has_language: bool,
}

/// A key and how long after the one before it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// After the call was answered, or after the key before.
    pub after: Duration,
    /// The key.
    pub key: char,
}

/// What one caller is going to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The own number, with `+`.
    pub from: String,
    /// The display name that the phone sends.
    pub display: Option<String>,
    /// Keys in order.
    pub keys: Vec<Press>,
    /// Hangs up when no operator was heard for so long.
    pub patience: Duration,
    /// Hangs up when talking for so long; none: waits for the operator to end the call.
    pub talks: Option<Duration>,
    /// Which of the recorded voices speaks, as a number to divide by how many there are.
    pub voice: usize,
}

/// Draws a caller.
pub fn plan(customers: &[Customer], rng: &mut dyn Rng) -> Plan {
    let known = if chance(KNOWN_PERCENT, rng) { pick(customers, rng) } else { None };
    let mut keys = Vec::new();
    if !known.is_some_and(|customer| customer.has_language) {
        keys.extend(press(Span::seconds(2, 6), &LANGUAGES, rng));
    }
    keys.extend(press(Span::seconds(4, 12), &MENU, rng));
    let patience = if chance(IMPATIENT_PERCENT, rng) { Span::seconds(8, 30) } else { Span::seconds(45, 240) };
    Plan {
        from: known.map_or_else(|| stranger(rng), |customer| customer.number.clone()),
        display: known.map(|customer| customer.name.clone()),
        keys,
        patience: patience.draw(rng),
        talks: (!chance(POLITE_PERCENT, rng)).then(|| Span::seconds(12, 75).draw(rng)),
        voice: rng.random_range(0..1_000),
    }
}

fn press(after: Span, keys: &[(char, u32)], rng: &mut dyn Rng) -> Option<Press> {
    let after = after.draw(rng);
    let mut drawn = rng.random_range(0..100_u32);
    keys.iter().find_map(|(key, percent)| {
        let is_this = drawn < *percent;
        drawn = drawn.saturating_sub(*percent);
        is_this.then_some(Press { after, key: *key })
    })
}

/// A mobile number that no customer of the demo organisation has: none of theirs begins with 77.
fn stranger(rng: &mut dyn Rng) -> String {
    format!("+99877{:07}", rng.random_range(0..10_000_000_u32))
}
