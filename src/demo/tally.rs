//! What the demo counts, and its progress line.

use super::operator::Sight;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Figures of a running demo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls that were placed.
    pub placed: u64,
    /// Calls that are up.
    pub up: u64,
    /// Callers who hear an operator.
    pub talking: u64,
    /// Callers who have heard an operator.
    pub answered: u64,
    /// Callers who gave up.
    pub gave_up: u64,
    /// Calls that the server refused or did not answer.
    pub failed: u64,
    /// Operators by presence.
    pub operators: BTreeMap<String, u64>,
    /// What went wrong last.
    pub trouble: Option<String>,
}

#[derive(Default)]
struct Inner {
    figures: Figures,
    states: BTreeMap<usize, String>,
}

/// The figures, shared by all simulated people.
#[derive(Default)]
pub struct Tally(Mutex<Inner>);

impl Tally {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts something.
    pub fn count(&self, change: impl FnOnce(&mut Figures)) {
        change(&mut self.lock().figures);
    }

    /// An operator's desktop shows this.
    pub fn shows(&self, operator: usize, sight: &Sight) {
        let state = match &sight.contact {
            Some((_, state)) if state == "held" => "held",
            _ => sight.state.as_str(),
        };
        self.lock().states.insert(operator, state.to_owned());
    }

    /// An operator has gone.
    pub fn gone(&self, operator: usize) {
        self.lock().states.remove(&operator);
    }

    /// The figures now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let inner = self.lock();
        let mut figures = inner.figures.clone();
        for state in inner.states.values() {
            *figures.operators.entry(state.clone()).or_default() += 1;
        }
        figures
    }
}

/// The progress line.
#[must_use]
pub fn line(after: Duration, figures: &Figures) -> String {
    let (minutes, seconds) = (after.as_secs() / 60, after.as_secs() % 60);
    let states: Vec<String> = figures
        .operators
        .iter()
        .map(|(state, count)| format!("{count} {}", state.replace('_', " ")))
        .collect();
    let Figures { placed, up, talking, answered, gave_up, failed, .. } = figures;
    let mut line = format!(
        "{minutes:02}:{seconds:02}  calls {placed}: {up} up, {talking} talking, {answered} answered, {gave_up} gave up"
    );
    if *failed > 0 {
        line.push_str(&format!(", {failed} failed"));
    }
    let of_all: u64 = figures.operators.values().sum();
    line.push_str(&format!("  operators {of_all}: {}", states.join(", ")));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_calls_and_operators_do() {
        let tally = Tally::default();
        tally.count(|figures| (figures.placed, figures.up) = (12, 3));
        tally.shows(0, &Sight { state: "ready".into(), ..Sight::default() });
        tally.shows(1, &Sight { state: "not_ready".into(), ..Sight::default() });
        tally.shows(2, &Sight { state: "ready".into(), ..Sight::default() });
        tally.gone(2);

        let line = line(Duration::from_secs(75), &tally.figures());

        assert_eq!(
            line,
            "01:15  calls 12: 3 up, 0 talking, 0 answered, 0 gave up  operators 2: 1 not ready, 1 ready"
        );
    }
}
