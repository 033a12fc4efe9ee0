//! The next best action: of several offers the one that is worth most, with a small share that tries another one.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Share of choices that take an offer by lot instead of the best: without it, offers that are never made are never
/// learnt about. A twentieth costs little and still reaches every offer.
pub const EXPLORED_SHARE: f64 = 0.05;
/// Most offers of one choice.
pub const CANDIDATES_MAX: usize = 50;

/// An offer with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its key.
    pub key: String,
    /// How probably it is taken, 0 to 1; none: not known, and then it cannot be the best.
    pub probability: Option<f64>,
    /// What it is worth when it is taken, in any unit that is the same for all.
    pub value: f64,
}

impl Candidate {
    /// What it is worth on average.
    #[must_use]
    pub fn expected(&self) -> Option<f64> {
        self.probability.map(|probability| probability * self.value)
    }
}

/// Which offer it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its place among the candidates.
    pub place: usize,
    /// Whether it was taken by lot.
    pub explored: bool,
}

/// A number from 0 to 1 (without 1) that is the same for the same words: the lot of a customer.
#[must_use]
pub fn lot(key: &str, customer: Uuid, words: &str) -> f64 {
    let mut hash = Sha256::new();
    hash.update(key.len().to_be_bytes());
    hash.update(key);
    hash.update(customer.as_bytes());
    hash.update(words);
    let mut first = [0_u8; 4];
    for (place, byte) in first.iter_mut().zip(hash.finalize()) {
        *place = byte;
    }
    f64::from(u32::from_be_bytes(first)) / (f64::from(u32::MAX) + 1.0)
}

/// Chooses for a customer on a day (`2026-03-01`): the same question gives the same answer all day. `share` is explored.
/// None when nothing of the candidates is known, and none was taken by lot.
#[must_use]
pub fn choose(candidates: &[Candidate], customer: Uuid, day: &str, share: f64) -> Option<Choice> {
    if lot("trunkline.explore", customer, day) < share {
        let which = lot("trunkline.explore.which", customer, day);
        let places = crate::model::real(candidates.len());
        // The place whose part of 0 to 1 the lot falls into.
        let place = (0..candidates.len()).find(|place| which * places < crate::model::real(place + 1))?;
        return Some(Choice { place, explored: true });
    }
    let expected = |candidate: &Candidate| candidate.expected();
    let known = (0..).zip(candidates).filter_map(|(place, one)| Some((place, expected(one)?)));
    // Of equal ones the first.
    let best = known.fold(None, |best: Option<(usize, f64)>, one| match best {
        Some(known) if known.1 >= one.1 => Some(known),
        _ => Some(one),
    });
    best.map(|(place, _)| Choice { place, explored: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Vec<Candidate> {
        [("roaming", Some(0.1), 50.0), ("tariff", Some(0.04), 200.0), ("unknown", None, 1_000.0)]
            .map(|(key, probability, value)| Candidate { key: key.to_owned(), probability, value })
            .into()
    }

    /// BRE-ML-01: the offer that is worth most on average, not the likeliest one; one whose chance is not known never.
    #[test]
    fn the_best_is_probability_times_value() {
        let choice = choose(&offers(), Uuid::from_u128(1), "2026-03-01", 0.0).unwrap();
        assert_eq!(choice, Choice { place: 1, explored: false });
        assert_eq!(choose(&offers()[2..], Uuid::from_u128(1), "2026-03-01", 0.0), None);
    }

    #[test]
    fn a_twentieth_explores_every_offer_and_the_same_all_day() {
        let choices: Vec<Choice> = (0..10_000)
            .map(|customer| {
                let customer = Uuid::from_u128(customer);
                let choice = choose(&offers(), customer, "2026-03-01", EXPLORED_SHARE).unwrap();
                assert_eq!(choose(&offers(), customer, "2026-03-01", EXPLORED_SHARE), Some(choice.clone()));
                choice
            })
            .collect();
        let explored = choices.iter().filter(|choice| choice.explored);
        let count = explored.clone().count();
        assert!((400..600).contains(&count), "{count}");
        for place in 0..3 {
            assert!(explored.clone().filter(|choice| choice.place == place).count() > 100);
        }
    }
}
