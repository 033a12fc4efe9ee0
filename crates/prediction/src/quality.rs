//! How good a model is on customers and a time that it did not learn from.

use crate::model::{real, share};
use serde::{Deserialize, Serialize};

/// Customers with the outcome, and customers without it, that a judgement needs: with fewer, chance decides.
pub const OUTCOMES_MIN: usize = 50;
/// Standard errors that the AUC must lie above chance: 97.5 percent one-sided.
const SURE: f64 = 1.96;
/// Parts into which customers are divided by score.
const PARTS: usize = 10;

/// A tenth of the customers, by score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionDecile)]
pub struct Decile {
    /// Its number, 1 with the highest scores.
    pub number: usize,
    /// How many customers.
    pub customers: usize,
    /// Their mean score, 0 to 1.
    pub predicted: f64,
    /// The share of them with the outcome.
    pub actual: f64,
}

/// The quality of a model on the newer time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionQuality)]
pub struct Quality {
    /// Customers it learnt from.
    pub trained_on: usize,
    /// Customers it was judged by.
    pub customers: usize,
    /// Those of them with the outcome.
    pub happened: usize,
    /// Their share.
    pub base_rate: f64,
    /// How probably a customer with the outcome has a higher score than one without: 0.5 is chance, 1 is perfect.
    pub auc: f64,
    /// What the AUC is at least, with 97.5 percent certainty (Hanley and McNeil 1982).
    pub auc_low: f64,
    /// The mean surprise of the outcomes (natural logarithm): less is better.
    pub log_loss: f64,
    /// The same for somebody who gives every customer the share of training.
    pub log_loss_base: f64,
    /// Predicted and actual share by score.
    pub deciles: Vec<Decile>,
    /// How many times more often the outcome comes in the first decile than in all.
    pub lift: f64,
}

/// Why a model may not be launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Too few outcomes of one kind.
    #[error(
        "too few customers to judge it: at least {OUTCOMES_MIN} with the outcome and {OUTCOMES_MIN} without are needed, in the older and in the newer time"
    )]
    TooFew,
    /// It is not better than saying the same of everybody.
    #[error(
        "it is not better than the base rate: on the newer time it tells customers apart no better than chance, or its probabilities are worse than the same number for everybody"
    )]
    NotBetter,
}

impl Refusal {
    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::NotBetter => "not_better",
        }
    }
}

/// Whether there is enough to judge by.
///
/// # Errors
/// [`Refusal::TooFew`].
pub fn enough(outcomes: impl IntoIterator<Item = bool>) -> Result<(), Refusal> {
    let (mut with, mut without) = (0_usize, 0_usize);
    for outcome in outcomes {
        *(if outcome { &mut with } else { &mut without }) += 1;
    }
    if with.min(without) < OUTCOMES_MIN { Err(Refusal::TooFew) } else { Ok(()) }
}

/// The area under the ROC curve of scores and outcomes; customers with the same score count half. 0.5 without both
/// outcomes.
#[must_use]
pub fn auc(scored: &[(f64, bool)]) -> f64 {
    let mut sorted: Vec<&(f64, bool)> = scored.iter().collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let with = real(scored.iter().filter(|(_, outcome)| *outcome).count());
    let without = real(scored.len()) - with;
    if with < 1.0 || without < 1.0 {
        return 0.5;
    }
    // The sum of ranks of those with the outcome (Mann and Whitney); equal scores share their mean rank.
    let (mut ranks, mut before) = (0.0, 0.0);
    for equal in sorted.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let rank = before + (real(equal.len()) + 1.0) / 2.0;
        ranks += rank * real(equal.iter().filter(|(_, outcome)| *outcome).count());
        before += real(equal.len());
    }
    (ranks - with * (with + 1.0) / 2.0) / (with * without)
}

/// The standard error of an AUC (Hanley and McNeil 1982).
fn auc_error(auc: f64, with: f64, without: f64) -> f64 {
    let (one, two) = (auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc));
    let variance = auc * (1.0 - auc) + (with - 1.0) * (one - auc * auc) + (without - 1.0) * (two - auc * auc);
    (variance.max(0.0) / (with * without).max(1.0)).sqrt()
}

fn log_loss(scored: impl Iterator<Item = (f64, bool)>) -> f64 {
    let (mut sum, mut count) = (0.0, 0_usize);
    for (score, outcome) in scored {
        let given = if outcome { score } else { 1.0 - score };
        sum -= given.max(f64::MIN_POSITIVE).ln();
        count += 1;
    }
    sum / real(count.max(1))
}

impl Quality {
    /// Judges scores of the newer time beside their outcomes. `learnt` is the share of training, `trained_on` its
    /// customers.
    #[must_use]
    pub fn of(scored: &[(f64, bool)], learnt: f64, trained_on: usize) -> Self {
        let happened = scored.iter().filter(|(_, outcome)| *outcome).count();
        let base_rate = share(happened, scored.len());
        let auc = auc(scored);
        let error = auc_error(auc, real(happened), real(scored.len() - happened));
        let deciles = deciles(scored);
        let first = deciles.first().map_or(0.0, |decile| decile.actual);
        Self {
            trained_on,
            customers: scored.len(),
            happened,
            base_rate,
            auc,
            auc_low: auc - SURE * error,
            log_loss: log_loss(scored.iter().copied()),
            log_loss_base: log_loss(scored.iter().map(|(_, outcome)| (learnt, *outcome))),
            deciles,
            lift: if base_rate > 0.0 { first / base_rate } else { 0.0 },
        }
    }

    /// Whether it may be launched.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self) -> Result<(), Refusal> {
        if self.happened.min(self.customers - self.happened) < OUTCOMES_MIN {
            return Err(Refusal::TooFew);
        }
        let is_better = self.auc_low > 0.5 && self.log_loss < self.log_loss_base;
        if is_better { Ok(()) } else { Err(Refusal::NotBetter) }
    }
}

/// Ten parts of as equal size as can be, highest scores first.
fn deciles(scored: &[(f64, bool)]) -> Vec<Decile> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|one, other| other.0.total_cmp(&one.0));
    let part = |number: usize| {
        let (from, to) = ((number - 1) * sorted.len() / PARTS, number * sorted.len() / PARTS);
        let part = sorted.get(from..to).unwrap_or_default();
        let happened = part.iter().filter(|(_, outcome)| *outcome).count();
        let sum: f64 = part.iter().map(|(score, _)| score).sum();
        Decile {
            number,
            customers: part.len(),
            predicted: sum / real(part.len().max(1)),
            actual: share(happened, part.len()),
        }
    };
    (1..=PARTS).map(part).filter(|decile| decile.customers > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// BRE-ML-01. The example of Fawcett (2006), "An introduction to ROC analysis", figure 3: twenty scores, ten of
    /// them positive. Its ROC encloses 68 of 100 pairs.
    #[test]
    fn the_auc_is_that_of_a_known_example() {
        let outcomes = "ppnpppnnpnpnpnnnpnpn";
        let scores = [
            0.9, 0.8, 0.7, 0.6, 0.55, 0.54, 0.53, 0.52, 0.51, 0.505, 0.4, 0.39, 0.38, 0.37, 0.36, 0.35, 0.34,
            0.33, 0.30, 0.1,
        ];
        let scored: Vec<(f64, bool)> = scores.into_iter().zip(outcomes.chars().map(|c| c == 'p')).collect();
        assert!((auc(&scored) - 0.68).abs() < 1e-12, "{}", auc(&scored));
        assert!((auc(&[(0.5, true), (0.5, false)]) - 0.5).abs() < 1e-12, "equal scores count half");
    }

    proptest! {
        /// The formula by ranks says the same as counting every pair.
        #[test]
        fn the_auc_counts_pairs(scored in proptest::collection::vec((0..6_u8, any::<bool>()), 2..60)) {
            let scored: Vec<(f64, bool)> =
                scored.into_iter().map(|(score, outcome)| (f64::from(score), outcome)).collect();
            let of = |wanted: bool| scored.iter().filter(move |(_, outcome)| *outcome == wanted);
            let (with, without) = (of(true).count(), of(false).count());
            prop_assume!(with > 0 && without > 0);
            let mut won = 0.0;
            for (one, _) in of(true) {
                for (other, _) in of(false) {
                    won += if one > other { 1.0 } else if one < other { 0.0 } else { 0.5 };
                }
            }
            prop_assert!((auc(&scored) - won / (real(with) * real(without))).abs() < 1e-9);
        }
    }

    #[test]
    fn the_same_number_for_everybody_is_refused_and_so_are_a_few_customers() {
        let dull: Vec<(f64, bool)> = (0..1_000).map(|number| (0.25, number % 4 == 0)).collect();
        assert_eq!(Quality::of(&dull, 0.25, 1_000).judge(), Err(Refusal::NotBetter));
        let sharp = |count: u32| -> Vec<(f64, bool)> {
            (0..count).map(|number| if number % 4 == 0 { (0.9, true) } else { (0.1, false) }).collect()
        };
        assert_eq!(Quality::of(&sharp(100), 0.25, 100).judge(), Err(Refusal::TooFew));
        let quality = Quality::of(&sharp(1_000), 0.25, 1_000);
        assert_eq!(quality.judge(), Ok(()));
        assert!((quality.lift - 4.0).abs() < 1e-9 && (quality.auc - 1.0).abs() < 1e-9, "{quality:?}");
        assert_eq!(quality.deciles.len(), 10);
        // Probabilities that mislead are no better than the base rate, however well they sort.
        let bold: Vec<(f64, bool)> =
            sharp(1_000).into_iter().map(|(score, _)| (score, score > 0.5)).collect();
        let shifted: Vec<(f64, bool)> = bold.into_iter().map(|(score, is)| (score * 0.01, is)).collect();
        assert_eq!(Quality::of(&shifted, 0.25, 1_000).judge(), Err(Refusal::NotBetter));
    }
}
