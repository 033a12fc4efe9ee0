//! Two versions side by side: rates with their uncertainty, and whether the difference may be chance.

use serde::Serialize;

/// Fewest customers of each version before anything is said.
pub const CUSTOMERS_MIN: u32 = 100;
/// Fewest successes of both together: below it the test's approximation does not hold.
pub const CONVERTED_MIN: u32 = 10;
/// Below this probability the difference is not taken for chance.
pub const SIGNIFICANT: f64 = 0.05;

/// A rate, with the interval that holds the true one 19 times of 20 (Wilson).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Rate {
    /// Successes by tries.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What can be said of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Winner {
    /// The live version.
    A,
    /// The challenger.
    B,
    /// Too few customers.
    NotEnoughData,
    /// Enough customers, and no difference that is more than chance.
    NoDifference,
}

/// The difference of two rates, B less A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// B less A.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// How likely chance alone makes such a difference.
    pub p_value: f64,
    /// Which is better.
    pub verdict: Winner,
}

/// Of 1.96 standard errors to each side lie 95 of 100.
const Z: f64 = 1.959_963_984_540_054;

/// The rate of `converted` of `customers`.
#[must_use]
pub fn rate(converted: u32, customers: u32) -> Rate {
    if customers == 0 {
        return Rate { rate: 0.0, low: 0.0, high: 1.0 };
    }
    let n = f64::from(customers);
    let p = f64::from(converted) / n;
    let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Rate { rate: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
}

/// Compares two versions: `(converted, customers)` of each.
#[must_use]
pub fn compare(a: (u32, u32), b: (u32, u32)) -> Difference {
    let (rate_a, rate_b) = (rate(a.0, a.1), rate(b.0, b.1));
    let difference = rate_b.rate - rate_a.rate;
    // Newcombe's interval of a difference, from the two Wilson intervals.
    let low = difference - ((rate_b.rate - rate_b.low).powi(2) + (rate_a.high - rate_a.rate).powi(2)).sqrt();
    let high = difference + ((rate_b.high - rate_b.rate).powi(2) + (rate_a.rate - rate_a.low).powi(2)).sqrt();
    let p_value = p_value(a, b);
    let enough = a.1 >= CUSTOMERS_MIN && b.1 >= CUSTOMERS_MIN && a.0 + b.0 >= CONVERTED_MIN;
    let verdict = match (enough, p_value < SIGNIFICANT, difference > 0.0) {
        (false, _, _) => Winner::NotEnoughData,
        (true, false, _) => Winner::NoDifference,
        (true, true, true) => Winner::B,
        (true, true, false) => Winner::A,
    };
    Difference { value: difference, low, high, p_value, verdict }
}

/// The two-sided test of two proportions with a common variance (Pearson's chi-squared with one degree).
fn p_value(a: (u32, u32), b: (u32, u32)) -> f64 {
    let (n_a, n_b) = (f64::from(a.1), f64::from(b.1));
    if a.1 == 0 || b.1 == 0 {
        return 1.0;
    }
    let pooled = (f64::from(a.0) + f64::from(b.0)) / (n_a + n_b);
    let error = (pooled * (1.0 - pooled) * (1.0 / n_a + 1.0 / n_b)).sqrt();
    if error == 0.0 {
        return 1.0;
    }
    let z = (f64::from(b.0) / n_b - f64::from(a.0) / n_a).abs() / error;
    erfc(z / std::f64::consts::SQRT_2)
}

/// The complementary error function, to seven digits (Numerical Recipes, 6.2).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let coefficients = [
        0.170_872_77,
        -0.822_152_23,
        1.488_515_87,
        -1.135_203_98,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_68,
        -1.265_512_23,
    ];
    let polynomial = coefficients.iter().fold(0.0, |sum, coefficient| sum * t + coefficient);
    let value = t * (-x * x + polynomial).exp();
    if x >= 0.0 { value } else { 2.0 - value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of published worked examples: Wilson of 81 of 263, and a chi-squared of 3.84 at p = 0.05.
    #[test]
    fn intervals_and_p_values_are_those_of_the_books() {
        let wilson = rate(81, 263);
        assert!((wilson.low - 0.2553).abs() < 1e-4 && (wilson.high - 0.3662).abs() < 1e-4, "{wilson:?}");
        assert!((erfc(Z / std::f64::consts::SQRT_2) - 0.05).abs() < 1e-6);
        let newcombe = compare((48, 80), (56, 70));
        assert!((newcombe.value - 0.2).abs() < 1e-9);
        assert!(
            (newcombe.low - 0.0524).abs() < 1e-3 && (newcombe.high - 0.3339).abs() < 1e-3,
            "{newcombe:?}"
        );
    }

    /// BRE-TEST-01
    #[test]
    fn too_few_customers_are_a_normal_answer() {
        assert_eq!(compare((1, 20), (5, 20)).verdict, Winner::NotEnoughData);
        assert_eq!(compare((100, 1_000), (103, 1_000)).verdict, Winner::NoDifference);
        assert_eq!(compare((100, 1_000), (150, 1_000)).verdict, Winner::B);
        assert_eq!(compare((150, 1_000), (100, 1_000)).verdict, Winner::A);
        assert_eq!(compare((0, 0), (0, 0)).verdict, Winner::NotEnoughData);
    }
}
