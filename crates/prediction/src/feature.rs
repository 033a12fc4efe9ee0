//! What a model looks at: habits of a customer by type of event, and attributes, as numbers.

use crate::definition::{Definition, LOOK_BACK_DAYS};
use base::{LocalText, Locale};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The windows in which events are counted, in days before the cut-off.
pub const COUNT_DAYS: [u16; 3] = [7, 30, 90];
/// The windows in which amounts are summed up.
pub const SUM_DAYS: [u16; 2] = [30, 90];
/// Choices of an attribute that get a weight each; the others count as none of them.
pub const CHOICES_MAX: usize = 12;

/// What a customer did of one type of event before the cut-off, within [`LOOK_BACK_DAYS`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Habit {
    /// Days since the last one.
    pub since_last: f64,
    /// Days since the first one that is looked at.
    pub since_first: f64,
    /// How many, in the windows of [`COUNT_DAYS`].
    pub counts: [f64; 3],
    /// Sums of amounts, in the windows of [`SUM_DAYS`].
    pub sums: [f64; 2],
    /// The mean amount in 90 days, when there was any.
    pub mean: Option<f64>,
    /// Different categories in 90 days.
    pub categories: f64,
    /// Share on Saturdays and Sundays in 90 days, when there was any event.
    pub weekend: Option<f64>,
    /// Share from 18:00 to midnight in 90 days, when there was any event.
    pub evening: Option<f64>,
}

/// Everything that is known of a customer at a cut-off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Habits by type of event; a type without events is absent.
    pub habits: BTreeMap<String, Habit>,
    /// The customer's attributes by key.
    pub attributes: Value,
}

/// One number of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionFeature)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Feature {
    /// Days since the last event of a type.
    SinceLast {
        /// The type.
        event: String,
    },
    /// Days since the first event of a type.
    SinceFirst {
        /// The type.
        event: String,
    },
    /// How many events of a type in so many days.
    Count {
        /// The type.
        event: String,
        /// The window.
        days: u16,
    },
    /// The sum of their amounts.
    Sum {
        /// The type.
        event: String,
        /// The window.
        days: u16,
    },
    /// Their mean amount in 90 days.
    Mean {
        /// The type.
        event: String,
    },
    /// Different categories in 90 days.
    Categories {
        /// The type.
        event: String,
    },
    /// Share at weekends.
    Weekend {
        /// The type.
        event: String,
    },
    /// Share in the evening.
    Evening {
        /// The type.
        event: String,
    },
    /// A number or yes-or-no of the customer.
    Attribute {
        /// Its key.
        attribute: String,
    },
    /// Whether an attribute has this value.
    Is {
        /// Its key.
        attribute: String,
        /// The value.
        value: String,
    },
}

/// How the values of an attribute become numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeShape {
    /// A number, or yes or no.
    Number,
    /// One of these.
    Choice(Vec<String>),
}

/// The features of a definition, `shapes` being those of its attributes that exist.
#[must_use]
pub fn features(definition: &Definition, shapes: &BTreeMap<String, AttributeShape>) -> Vec<Feature> {
    let mut all = Vec::new();
    for source in &definition.sources {
        let event = source.event.clone();
        all.push(Feature::SinceLast { event: event.clone() });
        all.push(Feature::SinceFirst { event: event.clone() });
        all.extend(COUNT_DAYS.map(|days| Feature::Count { event: event.clone(), days }));
        if source.amount.is_some() {
            all.extend(SUM_DAYS.map(|days| Feature::Sum { event: event.clone(), days }));
            all.push(Feature::Mean { event: event.clone() });
        }
        if source.category.is_some() {
            all.push(Feature::Categories { event: event.clone() });
        }
        all.push(Feature::Weekend { event: event.clone() });
        all.push(Feature::Evening { event });
    }
    for key in &definition.attributes {
        let attribute = || key.clone();
        match shapes.get(key) {
            Some(AttributeShape::Number) => all.push(Feature::Attribute { attribute: attribute() }),
            Some(AttributeShape::Choice(values)) => {
                let values = values.iter().take(CHOICES_MAX).cloned();
                all.extend(values.map(|value| Feature::Is { attribute: attribute(), value }));
            }
            None => {}
        }
    }
    all
}

/// Large numbers count by their order of size, also below zero.
fn damped(value: f64) -> f64 {
    value.signum() * value.abs().ln_1p()
}

impl Feature {
    /// The number of this customer; none when it is not known.
    #[must_use]
    pub fn of(&self, history: &History) -> Option<f64> {
        let habit = |event: &String| history.habits.get(event);
        match self {
            Self::SinceLast { event } => {
                Some(damped(habit(event).map_or_else(|| f64::from(LOOK_BACK_DAYS), |habit| habit.since_last)))
            }
            Self::SinceFirst { event } => Some(damped(habit(event).map_or(0.0, |habit| habit.since_first))),
            Self::Count { event, days } => Some(damped(window(&COUNT_DAYS, *days, |place| {
                habit(event).and_then(|habit| habit.counts.get(place).copied())
            }))),
            Self::Sum { event, days } => Some(damped(window(&SUM_DAYS, *days, |place| {
                habit(event).and_then(|habit| habit.sums.get(place).copied())
            }))),
            Self::Mean { event } => habit(event).and_then(|habit| habit.mean).map(damped),
            Self::Categories { event } => Some(damped(habit(event).map_or(0.0, |habit| habit.categories))),
            Self::Weekend { event } => habit(event).and_then(|habit| habit.weekend),
            Self::Evening { event } => habit(event).and_then(|habit| habit.evening),
            Self::Attribute { attribute } => match history.attributes.get(attribute)? {
                Value::Bool(answer) => Some(if *answer { 1.0 } else { 0.0 }),
                value => value.as_f64().map(damped),
            },
            Self::Is { attribute, value } => {
                let is = history.attributes.get(attribute).and_then(Value::as_str) == Some(value.as_str());
                Some(if is { 1.0 } else { 0.0 })
            }
        }
    }

    /// The type of event it comes from.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        match self {
            Self::SinceLast { event }
            | Self::SinceFirst { event }
            | Self::Count { event, .. }
            | Self::Sum { event, .. }
            | Self::Mean { event }
            | Self::Categories { event }
            | Self::Weekend { event }
            | Self::Evening { event } => Some(event),
            Self::Attribute { .. } | Self::Is { .. } => None,
        }
    }

    /// The attribute it comes from.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Self::Attribute { attribute } | Self::Is { attribute, .. } => Some(attribute),
            _ => None,
        }
    }

    /// What it is, in the words of a marketer; `name` is the title of the type of event or of the attribute.
    #[must_use]
    pub fn words(&self, name: &LocalText) -> LocalText {
        let in_locale = |locale: Locale| {
            let name = name.get(locale);
            let [en, ru, uz] = self.phrases(name);
            (
                locale,
                match locale {
                    Locale::En => en,
                    Locale::Ru => ru,
                    Locale::Uz => uz,
                },
            )
        };
        LocalText([Locale::En, Locale::Ru, Locale::Uz].map(in_locale).into())
    }

    fn phrases(&self, name: &str) -> [String; 3] {
        let all = |en: &str, ru: &str, uz: &str| [en, ru, uz].map(|phrase| format!("{name}: {phrase}"));
        match self {
            Self::SinceLast { .. } => {
                all("days since the last", "дней с последнего", "oxirgisidan beri kunlar")
            }
            Self::SinceFirst { .. } => {
                all("days since the first", "дней с первого", "birinchisidan beri kunlar")
            }
            Self::Count { days, .. } => all(
                &format!("how many in {days} days"),
                &format!("сколько за {days} дней"),
                &format!("{days} kunda nechta"),
            ),
            Self::Sum { days, .. } => all(
                &format!("amount in {days} days"),
                &format!("сумма за {days} дней"),
                &format!("{days} kundagi summa"),
            ),
            Self::Mean { .. } => all("mean amount", "средняя сумма", "oʻrtacha summa"),
            Self::Categories { .. } => all("different categories", "разных категорий", "turli toifalar"),
            Self::Weekend { .. } => {
                all("share at weekends", "доля в выходные", "dam olish kunlaridagi ulush")
            }
            Self::Evening { .. } => all("share in the evening", "доля вечером", "kechqurungi ulush"),
            Self::Attribute { .. } => [name.to_owned(), name.to_owned(), name.to_owned()],
            Self::Is { value, .. } => all(value, value, value),
        }
    }
}

/// The value of the window of `days`; 0 without events.
fn window(windows: &[u16], days: u16, value: impl Fn(usize) -> Option<f64>) -> f64 {
    windows.iter().position(|known| *known == days).and_then(value).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_customer_without_events_is_long_away_and_a_missing_value_is_no_number() {
        let history =
            History { attributes: json!({ "vip": true, "arpu": 0, "tier": "gold" }), ..History::default() };
        let event = || "purchase".to_owned();
        let of = |feature: Feature| feature.of(&history);
        assert_eq!(of(Feature::SinceLast { event: event() }), Some(365.0_f64.ln_1p()));
        assert_eq!(of(Feature::Count { event: event(), days: 30 }), Some(0.0));
        assert_eq!(of(Feature::Mean { event: event() }), None);
        assert_eq!(of(Feature::Attribute { attribute: "vip".to_owned() }), Some(1.0));
        assert_eq!(of(Feature::Attribute { attribute: "age".to_owned() }), None);
        let is = |value: &str| of(Feature::Is { attribute: "tier".to_owned(), value: value.to_owned() });
        assert_eq!((is("gold"), is("silver")), (Some(1.0), Some(0.0)));
    }

    #[test]
    fn weights_are_told_in_the_words_of_the_event() {
        let title =
            LocalText([(Locale::En, "Purchase".to_owned()), (Locale::Ru, "Покупка".to_owned())].into());
        let words = Feature::Count { event: "purchase".to_owned(), days: 30 }.words(&title);
        assert_eq!(words.get(Locale::En), "Purchase: how many in 30 days");
        assert_eq!(words.get(Locale::Ru), "Покупка: сколько за 30 дней");
    }
}
