//! Logistic regression over standardised features: trained by `smartcore`, scored by a weighted sum.

use crate::feature::{Feature, History};
use crate::quality::{Quality, Refusal, enough};
use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

/// The strength that holds weights small (L2): one customer's worth of doubt. Windows of 7, 30 and 90 days overlap, and
/// without it their weights could grow against each other.
const RIDGE: f64 = 1.0;
/// A feature that varies less than this says nothing and gets no weight.
const SPREAD_MIN: f64 = 1e-9;
/// No score is certain: what never happened in training may happen.
const CERTAINTY_MAX: f64 = 0.999;

/// A feature with its place in the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Weighted {
    /// What it is.
    pub feature: Feature,
    /// Its mean in training.
    pub mean: f64,
    /// Its standard deviation in training.
    pub spread: f64,
    /// What one standard deviation more adds to the log-odds.
    pub weight: f64,
}

/// A trained model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its features, those that say most first.
    pub features: Vec<Weighted>,
    /// The log-odds of a customer who is average in everything.
    pub intercept: f64,
    /// The share of training's customers with the outcome.
    pub base_rate: f64,
}

/// A customer of training: numbers in the order of the features, and whether the outcome came.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The numbers; none where nothing is known.
    pub values: Vec<Option<f64>>,
    /// Whether the outcome came.
    pub outcome: bool,
}

impl Example {
    /// The example of a customer.
    #[must_use]
    pub fn of(features: &[Feature], history: &History, outcome: bool) -> Self {
        Self { values: features.iter().map(|feature| feature.of(history)).collect(), outcome }
    }
}

/// Why nothing could be learnt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainingError {
    /// Chance would decide.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// All customers are alike, or all have the same outcome.
    #[error("nothing to learn from: all customers have the same outcome, or do not differ in any feature")]
    NothingToLearn,
    /// The numbers did not go together.
    #[error("the weights could not be computed: {0}")]
    Failed(String),
}

/// How many there are, as a number to divide by.
#[must_use]
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { real(part) / real(whole) }
}

/// A count as a real number.
#[must_use]
pub fn real(count: usize) -> f64 {
    // Counts of customers are far below 2^32.
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Mean and standard deviation of what is known in a column.
fn spread(examples: &[Example], column: usize) -> (f64, f64) {
    let known = || examples.iter().filter_map(|example| example.values.get(column).copied().flatten());
    let count = real(known().count()).max(1.0);
    let mean = known().sum::<f64>() / count;
    let variance = known().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// How far a value lies from the mean; what is not known lies at it.
fn standard(value: Option<f64>, mean: f64, spread: f64) -> f64 {
    value.map_or(0.0, |value| (value - mean) / spread)
}

/// The probability of log-odds.
fn probability(log_odds: f64) -> f64 {
    (1.0 / (1.0 + (-log_odds).exp())).clamp(1.0 - CERTAINTY_MAX, CERTAINTY_MAX)
}

/// Learns from the older time and judges by the newer one.
///
/// # Errors
/// Too few outcomes in one of them, or nothing to learn.
pub fn learn(
    features: &[Feature],
    older: &[Example],
    newer: &[Example],
) -> Result<(Model, Quality), TrainingError> {
    enough(older.iter().map(|example| example.outcome))?;
    enough(newer.iter().map(|example| example.outcome))?;
    let model = Model::train(features, older)?;
    let quality = Quality::of(&model.scores(features, newer), model.base_rate, older.len());
    Ok((model, quality))
}

impl Model {
    /// Learns from `examples`, whose values stand in the order of `features`. The same examples give the same model.
    ///
    /// # Errors
    /// [`TrainingError`].
    pub fn train(features: &[Feature], examples: &[Example]) -> Result<Self, TrainingError> {
        let happened = examples.iter().filter(|example| example.outcome).count();
        let spreads =
            (0..).zip(features).map(|(column, feature)| (column, feature, spread(examples, column)));
        let kept: Vec<(usize, &Feature, (f64, f64))> =
            spreads.filter(|(_, _, (_, spread))| *spread > SPREAD_MIN).collect();
        if happened == 0 || happened == examples.len() || kept.is_empty() {
            return Err(TrainingError::NothingToLearn);
        }
        let row = |example: &Example| -> Vec<f64> {
            let value = |column: usize| example.values.get(column).copied().flatten();
            kept.iter().map(|(column, _, (mean, spread))| standard(value(*column), *mean, *spread)).collect()
        };
        let rows: Vec<f64> = examples.iter().flat_map(row).collect();
        let failed = |error: smartcore::error::Failed| TrainingError::Failed(error.to_string());
        let matrix = DenseMatrix::new(examples.len(), kept.len(), rows, false).map_err(failed)?;
        let outcomes: Vec<u32> = examples.iter().map(|example| u32::from(example.outcome)).collect();
        let parameters = LogisticRegressionParameters::default().with_alpha(RIDGE);
        let trained = LogisticRegression::fit(&matrix, &outcomes, parameters).map_err(failed)?;
        let weights = trained.coefficients().iterator(0).copied();
        let mut features: Vec<Weighted> = kept
            .iter()
            .zip(weights)
            .map(|((_, feature, (mean, spread)), weight)| Weighted {
                feature: (*feature).clone(),
                mean: *mean,
                spread: *spread,
                weight,
            })
            .collect();
        features.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
        let intercept = trained.intercept().iterator(0).copied().next().unwrap_or_default();
        if !intercept.is_finite() || features.iter().any(|feature| !feature.weight.is_finite()) {
            return Err(TrainingError::Failed("a weight is not a number".to_owned()));
        }
        Ok(Self { features, intercept, base_rate: share(happened, examples.len()) })
    }

    /// The probability of the outcome, 0.001 to 0.999.
    #[must_use]
    pub fn score(&self, history: &History) -> f64 {
        let of =
            |known: &Weighted| standard(known.feature.of(history), known.mean, known.spread) * known.weight;
        probability(self.intercept + self.features.iter().map(of).sum::<f64>())
    }

    /// The scores of examples whose values stand in the order of `features`, beside their outcomes.
    #[must_use]
    pub fn scores(&self, features: &[Feature], examples: &[Example]) -> Vec<(f64, bool)> {
        let place = |known: &Weighted| features.iter().position(|feature| *feature == known.feature);
        let places: Vec<(Option<usize>, &Weighted)> =
            self.features.iter().map(|known| (place(known), known)).collect();
        let score = |example: &Example| {
            let value =
                |place: &Option<usize>| place.and_then(|place| example.values.get(place).copied().flatten());
            let of = |(place, known): &(Option<usize>, &Weighted)| {
                standard(value(place), known.mean, known.spread) * known.weight
            };
            (probability(self.intercept + places.iter().map(of).sum::<f64>()), example.outcome)
        };
        examples.iter().map(score).collect()
    }

    /// The types of events it looks at.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter_map(|known| known.feature.event())
    }

    /// Whether it looks at attributes of customers.
    #[must_use]
    pub fn reads_attributes(&self) -> bool {
        self.features.iter().any(|known| known.feature.attribute().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Habit;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn count() -> Feature {
        Feature::Count { event: "purchase".to_owned(), days: 30 }
    }

    fn history(count: f64) -> History {
        let habit = Habit { counts: [0.0, count, count], ..Habit::default() };
        History { habits: [("purchase".to_owned(), habit)].into(), ..History::default() }
    }

    fn examples(seed: u64) -> Vec<Example> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let example = |_| {
            let times = f64::from(rng.random_range(0..10_u32));
            let outcome = rng.random_bool(1.0 / (1.0 + (4.0 - times).exp()));
            Example::of(&[count(), Feature::Mean { event: "none".to_owned() }], &history(times), outcome)
        };
        (0..2_000).map(example).collect()
    }

    /// BRE-ML-01: who bought more often buys more probably, and the same history gives the same model.
    #[test]
    fn training_finds_what_decides_and_repeats_itself() {
        let features = [count(), Feature::Mean { event: "none".to_owned() }];
        let model = Model::train(&features, &examples(7)).unwrap();
        assert_eq!(model.features.len(), 1, "what is never known gets no weight");
        assert!(model.features.first().unwrap().weight > 0.5, "{model:?}");
        let (rare, often) = (model.score(&history(0.0)), model.score(&history(9.0)));
        assert!(rare < 0.1 && often > 0.8, "{rare} {often}");
        assert_eq!(Model::train(&features, &examples(7)).unwrap(), model);
        assert_ne!(Model::train(&features, &examples(8)).unwrap(), model);
    }

    #[test]
    fn nothing_is_learnt_from_one_outcome() {
        let mut all = examples(7);
        all.iter_mut().for_each(|example| example.outcome = false);
        assert_eq!(Model::train(&[count()], &all), Err(TrainingError::NothingToLearn));
    }
}
