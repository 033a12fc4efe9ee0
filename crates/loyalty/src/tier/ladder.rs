//! The tiers of a programme, ready to say which of them somebody has earned.

use super::{EARNED, SPENT, Tier};
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use rules::{Expression, Facts};
use serde_json::{Map, Value, json};

/// What is counted of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Distinct service lines among its connected services.
    pub service_types: i64,
    /// Connected services.
    pub services: i64,
    /// When the member enrolled.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// As the account says.
    pub macroregion: Option<String>,
    /// As the account says.
    pub region: Option<String>,
    /// Points and money; none: they were not counted, because no condition looks at them.
    pub counted: Option<Counted>,
}

/// Which sums the conditions of a programme's tiers look at: what nobody looks at is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Points that were given.
    pub earned: bool,
    /// Money that was spent.
    pub spent: bool,
}

/// Points that were given and money that was spent, each in the programme's period and since ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// By bonus type, in the period.
    pub earned: Map<String, Value>,
    /// By bonus type, since ever.
    pub earned_ever: Map<String, Value>,
    /// By kind of activity, in the period.
    pub spent: Map<String, Value>,
    /// By kind of activity, since ever.
    pub spent_ever: Map<String, Value>,
}

impl Standing {
    /// The object `account` of conditions, at `now` in the programme's zone.
    #[must_use]
    pub fn facts(&self, now: DateTime<Utc>, zone: Tz) -> Value {
        let mut facts = json!({
            "service_types": self.service_types,
            "services": self.services,
            "tenure_months": self.enrolled_at.map_or(0, |at| whole_months(at, now, zone)),
            "macroregion": self.macroregion,
            "region": self.region,
        });
        if let (Value::Object(fields), Some(counted)) = (&mut facts, &self.counted) {
            fields.insert("earned".to_owned(), counted.earned.clone().into());
            fields.insert("earned_ever".to_owned(), counted.earned_ever.clone().into());
            fields.insert("spent".to_owned(), counted.spent.clone().into());
            fields.insert("spent_ever".to_owned(), counted.spent_ever.clone().into());
        }
        facts
    }
}

/// Months that are over between two moments, by the calendar of `zone`. Somebody who came on the 31st is a month older
/// on the last day of a shorter month.
#[must_use]
pub fn whole_months(from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> i64 {
    let (from, to) = (from.with_timezone(&zone).date_naive(), to.with_timezone(&zone).date_naive());
    let months = |day: chrono::NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let last_of_month = to.succ_opt().is_none_or(|next| next.month() != to.month());
    let full = to.day() >= from.day() || last_of_month;
    (months(to) - months(from) - i64::from(!full)).max(0)
}

/// The tiers of a programme, highest first, with their conditions compiled.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    steps: Vec<(Tier, Expression)>,
}

impl Ladder {
    /// A ladder of these tiers. A condition that cannot be compiled was refused when it was stored; should it happen,
    /// nobody climbs to that tier.
    #[must_use]
    pub fn new(tiers: Vec<Tier>) -> Self {
        let mut steps: Vec<(Tier, Expression)> = tiers
            .into_iter()
            .filter_map(|tier| {
                let condition = Expression::compile(&tier.fields.condition).ok()?;
                Some((tier, condition))
            })
            .collect();
        steps.sort_by_key(|(tier, _)| std::cmp::Reverse(tier.fields.level));
        Self { steps }
    }

    /// The highest tier whose condition holds. One that cannot be computed does not hold.
    #[must_use]
    pub fn earned(&self, account: Value) -> Option<&Tier> {
        let facts = Facts { account, ..Facts::default() };
        let prepared = facts.prepare();
        self.steps
            .iter()
            .find(|(_, condition)| condition.holds_in(&prepared).unwrap_or(false))
            .map(|(tier, _)| tier)
    }

    /// Which sums the conditions look at.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let reads = |counters: [&str; 2]| {
            self.steps.iter().flat_map(|(_, condition)| condition.fields()).any(|path| {
                let counter =
                    path.strip_prefix("account.").map(|name| name.split('.').next().unwrap_or(name));
                counter.is_none_or(|counter| counters.contains(&counter))
            })
        };
        Counts { earned: reads(EARNED), spent: reads(SPENT) }
    }

    /// The tier with this level.
    #[must_use]
    pub fn at(&self, level: i16) -> Option<&Tier> {
        self.tiers().find(|tier| tier.fields.level == level)
    }

    /// The next lower tier; none when there is none.
    #[must_use]
    pub fn below(&self, level: i16) -> Option<&Tier> {
        self.tiers().find(|tier| tier.fields.level < level)
    }

    /// The tiers, highest first.
    pub fn tiers(&self) -> impl Iterator<Item = &Tier> {
        self.steps.iter().map(|(tier, _)| tier)
    }
}
