//! What an expression may look at: the one context of rules, flow branches, templates and routing criteria.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde_json::{Map, Value, json};
use std::cell::{OnceCell, RefCell};
use std::sync::Arc;
use zen_expression::Variable;

/// The names an expression may start a path with.
pub const ROOTS: [&str; 9] =
    ["event", "meta", "customer", "account", "prediction", "cards", "time", "vars", "ref"];

/// Where whoever finds customers puts the loyalty accounts of one, into the customer's object (no attribute has such a
/// key): by the code of the programme, and under "" the one that counts when an event names no programme.
/// [`Facts::of_customer`] takes it out.
pub const ACCOUNT_KEY: &str = "@account";

/// Where whoever finds customers puts what is predicted of one: by the moment of the event as JSON writes it, and under
/// "" what counts for events of any moment. Each is an object by the name of the prediction, with the versions of the
/// models under [`VERSIONS_KEY`]. [`Facts::of_customer`] takes it out.
pub const PREDICTION_KEY: &str = "@prediction";

/// Where the versions of the models stand among the scores; no prediction has such a name.
pub const VERSIONS_KEY: &str = "@version";

/// The root of the cards that are linked with the customer: `cards.vehicle` is the list of those of one kind.
pub const CARDS: &str = "cards";

/// Where whoever finds customers puts the cards that are linked with one, by kind, newest first; only the kinds that
/// somebody asks for. [`Facts::of_customer`] takes it out.
pub const CARDS_KEY: &str = "@cards";

/// Most cards of one kind that an expression sees of one customer, the newest: it goes through them for each event, and
/// somebody with more of them is counted in a report.
pub const CARDS_MAX: usize = 100;

/// A root that only conditions of SQL know: the record of the set (see [`crate::sql`]). In memory it is no value.
pub const RECORD: &str = "card";

/// The reference tables of a site: table, then key, then row. Cheap to clone; built once per change.
#[derive(Clone, Debug)]
pub struct References(Arc<Value>);

impl References {
    /// Tables as `{"cities": {"1726": {"name": "Tashkent"}}}`.
    #[must_use]
    pub fn new(tables: Map<String, Value>) -> Self {
        Self(Arc::new(Value::Object(tables)))
    }

    /// The tables that these paths read, such as `ref.cities`: a text needs a few of what may be many and large.
    #[must_use]
    pub fn read_by<'p>(&self, paths: impl IntoIterator<Item = &'p String>) -> Map<String, Value> {
        let table = |path: &'p String| path.strip_prefix("ref.").and_then(|rest| rest.split('.').next());
        let tables = paths.into_iter().filter_map(table);
        tables.filter_map(|name| Some((name.to_owned(), self.0.get(name)?.clone()))).collect()
    }

    /// The tables as JSON.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

impl Default for References {
    fn default() -> Self {
        Self::new(Map::new())
    }
}

/// Everything one evaluation may look at.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The data of the event, read as `event.amount`.
    pub event: Value,
    /// `type`, `source`, `id`, `time`, `depth` of the event.
    pub meta: Value,
    /// Who it is about, read as `customer.name`; null when nobody is known.
    pub customer: Value,
    /// The loyalty account it is about, read as `account.tier`; null when there is none.
    pub account: Value,
    /// What is predicted of the customer, read as `prediction.will_buy`: probabilities, by name; null when nothing is.
    pub prediction: Value,
    /// The cards that are linked with the customer, read as `some(cards.vehicle, #.year > 2020)`: lists by kind, at most
    /// [`CARDS_MAX`] each, newest first; null when nobody is known or nothing asks for them.
    pub cards: Value,
    /// The moment in the site's zone: see [`Facts::at`].
    pub time: Value,
    /// Variables of a flow, answers of a script.
    pub vars: Value,
    /// Reference tables, read as `ref.cities[event.city_id].name`.
    pub reference: References,
}

impl Facts {
    /// The same facts about this customer; the loyalty account under [`ACCOUNT_KEY`] becomes [`Facts::account`], what is
    /// predicted under [`PREDICTION_KEY`] becomes [`Facts::prediction`], cards under [`CARDS_KEY`] [`Facts::cards`].
    #[must_use]
    pub fn of_customer(mut self, mut customer: Value) -> Self {
        let mut take = |key: &str| customer.as_object_mut().and_then(|fields| fields.remove(key));
        let (accounts, predictions) =
            (take(ACCOUNT_KEY).unwrap_or_default(), take(PREDICTION_KEY).unwrap_or_default());
        self.cards = take(CARDS_KEY).unwrap_or_default();
        let moment = self.meta.get("time").and_then(Value::as_str).unwrap_or_default();
        self.prediction =
            predictions.get(moment).or_else(|| predictions.get("")).cloned().unwrap_or_default();
        let programme = self.event.get("programme").and_then(Value::as_str).unwrap_or_default();
        self.account = accounts.get(programme).or_else(|| accounts.get("")).cloned().unwrap_or_default();
        self.customer = customer;
        self
    }

    /// The same facts at `moment`, as the clock on the wall of `zone` shows it.
    #[must_use]
    pub fn at(mut self, moment: DateTime<Utc>, zone: chrono_tz::Tz) -> Self {
        self.time = time(moment, zone);
        self
    }

    /// The whole context as one JSON object, for a trace or a decision table.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!({
            "event": self.event, "meta": self.meta, "customer": self.customer, "account": self.account,
            "prediction": self.prediction, "cards": self.cards, "time": self.time, "vars": self.vars,
            "ref": self.reference.as_value(),
        })
    }

    /// The context without reference tables, which are large and the same for every event.
    #[must_use]
    pub fn without_references(&self) -> Value {
        json!({
            "event": self.event, "meta": self.meta, "customer": self.customer, "account": self.account,
            "prediction": self.prediction, "cards": self.cards, "time": self.time, "vars": self.vars,
        })
    }

    /// The facts made ready for many evaluations on this thread: each part is converted at most once.
    #[must_use]
    pub fn prepare(&self) -> Prepared<'_> {
        Prepared { facts: self, cells: Default::default() }
    }
}

/// `{"hour","minute","weekday" (1 = Monday),"date","iso"}` of `moment` in `zone`.
#[must_use]
pub fn time(moment: DateTime<Utc>, zone: chrono_tz::Tz) -> Value {
    let local = moment.with_timezone(&zone);
    json!({
        "hour": local.hour(),
        "minute": local.minute(),
        "weekday": local.weekday().number_from_monday(),
        "date": local.date_naive(),
        "iso": local.to_rfc3339(),
    })
}

/// [`Facts`] on one thread. Parts are converted when the first expression asks for them.
#[derive(Debug)]
pub struct Prepared<'f> {
    facts: &'f Facts,
    cells: [OnceCell<Variable>; ROOTS.len()],
}

impl Prepared<'_> {
    /// An object with those of [`ROOTS`] that `wanted` names, by position.
    pub(crate) fn scope(&self, wanted: RootSet) -> Variable {
        let scope = Variable::empty_object();
        if let Variable::Object(map) = &scope {
            let mut map = map.borrow_mut();
            for ((name, cell), _) in
                ROOTS.iter().zip(&self.cells).zip(wanted.0).filter(|(_, is_wanted)| *is_wanted)
            {
                map.insert(Variable::key(name), cell.get_or_init(|| self.convert(name)).clone());
            }
        }
        scope
    }

    fn convert(&self, root: &str) -> Variable {
        let facts = self.facts;
        match root {
            "event" => Variable::from(&facts.event),
            "meta" => Variable::from(&facts.meta),
            "customer" => Variable::from(&facts.customer),
            "account" => Variable::from(&facts.account),
            "prediction" => Variable::from(&facts.prediction),
            CARDS => Variable::from(&facts.cards),
            "time" => Variable::from(&facts.time),
            "vars" => Variable::from(&facts.vars),
            _ => reference_variable(&facts.reference),
        }
    }
}

thread_local! {
    /// The last reference tables this thread saw, converted: they are the same for thousands of events.
    static REFERENCES: RefCell<Option<(References, Variable)>> = const { RefCell::new(None) };
}

fn reference_variable(reference: &References) -> Variable {
    REFERENCES.with_borrow_mut(|last| match last {
        Some((known, variable)) if Arc::ptr_eq(&known.0, &reference.0) => variable.clone(),
        _ => {
            let variable = Variable::from(reference.as_value());
            *last = Some((reference.clone(), variable.clone()));
            variable
        }
    })
}

/// Which of [`ROOTS`] an expression reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RootSet([bool; ROOTS.len()]);

impl RootSet {
    /// All of them.
    pub(crate) const ALL: Self = Self([true; ROOTS.len()]);

    /// Adds `name`, when it is one of [`ROOTS`].
    pub(crate) fn add(&mut self, name: &str) {
        for (slot, _) in self.0.iter_mut().zip(ROOTS).filter(|(_, root)| *root == name) {
            *slot = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_that_of_the_site() {
        let moment: DateTime<Utc> = "2026-03-01T20:30:00Z".parse().unwrap();
        assert_eq!(
            time(moment, chrono_tz::Asia::Tashkent),
            json!({ "hour": 1, "minute": 30, "weekday": 1, "date": "2026-03-02", "iso": "2026-03-02T01:30:00+05:00" })
        );
    }
}
