//! What is predicted of customers, computed when somebody decides, and where expressions find it.

use base::id::{CustomerId, PredictionId};
use chrono::{DateTime, TimeDelta, Utc};
use prediction::choice::lot;
use prediction::feature::History;
use prediction::query;
use prediction::record::Launched;
use rules::facts::{PREDICTION_KEY, VERSIONS_KEY};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// For how long a score is used again: a customer who causes several events in a minute is judged once, and nothing
/// that is predicted over days changes meanwhile.
pub const SCORE_FOR: TimeDelta = TimeDelta::seconds(60);
/// Scores that are kept in memory; when it is full all are forgotten, and computed again when they are needed.
const SCORES_MAX: usize = 100_000;
/// `prediction.lot`: a number from 0 to 1 that a customer keeps for a day, for shares that try something else.
pub const LOT: &str = "lot";

/// One score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Of whom.
    pub customer: CustomerId,
    /// When.
    pub at: DateTime<Utc>,
    /// Of which prediction, by name.
    pub name: String,
    /// The version of its model.
    pub version: i32,
    /// The probability, 0.001 to 0.999.
    pub probability: f64,
}

type Known = HashMap<(PredictionId, i32, Uuid), (DateTime<Utc>, f64)>;

/// Computes scores, and keeps them for [`SCORE_FOR`].
pub struct Scores {
    zone: chrono_tz::Tz,
    known: Mutex<Known>,
}

impl Scores {
    /// None is known yet; days and hours are those of `zone`.
    #[must_use]
    pub fn new(zone: chrono_tz::Tz) -> Self {
        Self { zone, known: Mutex::default() }
    }

    /// Puts what is predicted of these customers now into their objects, where [`rules::Facts::of_customer`] finds it.
    /// Only predictions of these `names` are asked; without names nothing is. One that is not launched has no value.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add(
        &self,
        db: &mut PgConnection,
        names: &BTreeSet<String>,
        customers: &mut BTreeMap<CustomerId, Value>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        if names.is_empty() || customers.is_empty() {
            return Ok(());
        }
        let asked: Vec<(CustomerId, DateTime<Utc>)> = customers.keys().map(|id| (*id, now)).collect();
        let scores = self.of_names(db, names, &asked, customers, Some(now)).await?;
        for (id, at) in asked {
            let predicted = self.object(names, &scores, id, at);
            put(customers, id, "", predicted);
        }
        Ok(())
    }

    /// [`Scores::add`] for events of the past: of each customer what would have been predicted at the moments beside it,
    /// by the models of now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_at(
        &self,
        db: &mut PgConnection,
        names: &BTreeSet<String>,
        customers: &mut BTreeMap<CustomerId, Value>,
        moments: &[(CustomerId, DateTime<Utc>)],
    ) -> sqlx::Result<()> {
        if names.is_empty() || moments.is_empty() {
            return Ok(());
        }
        let scores = self.of_names(db, names, moments, customers, None).await?;
        for (id, at) in moments {
            let predicted = self.object(names, &scores, *id, *at);
            // As the event's own moment stands among its facts.
            put(customers, *id, json!(at).as_str().unwrap_or_default(), predicted);
        }
        Ok(())
    }

    async fn of_names(
        &self,
        db: &mut PgConnection,
        names: &BTreeSet<String>,
        asked: &[(CustomerId, DateTime<Utc>)],
        customers: &BTreeMap<CustomerId, Value>,
        now: Option<DateTime<Utc>>,
    ) -> sqlx::Result<BTreeMap<(CustomerId, DateTime<Utc>), Vec<Score>>> {
        let names: Vec<String> = names.iter().cloned().collect();
        let launched = query::launched(&mut *db, Some(&names)).await?;
        let mut found: BTreeMap<_, Vec<Score>> = BTreeMap::new();
        for score in self.scores(db, &launched, asked, customers, now).await? {
            found.entry((score.customer, score.at)).or_default().push(score);
        }
        Ok(found)
    }

    /// The scores of these predictions for customers at the moments beside them. `customers` are their objects, for
    /// models that look at attributes. With `now`, what is known from the last minute is used again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn scores(
        &self,
        db: &mut PgConnection,
        launched: &[Launched],
        asked: &[(CustomerId, DateTime<Utc>)],
        customers: &BTreeMap<CustomerId, Value>,
        now: Option<DateTime<Utc>>,
    ) -> sqlx::Result<Vec<Score>> {
        let mut scores = Vec::new();
        for one in launched {
            let score = |customer, at, probability| Score {
                customer,
                at,
                name: one.name.clone(),
                version: one.number,
                probability,
            };
            let mut missing = Vec::new();
            for (customer, at) in asked {
                match now.and_then(|now| self.known(one, *customer, now)) {
                    Some(known) => scores.push(score(*customer, *at, known)),
                    None => missing.push((customer.as_uuid(), *at)),
                }
            }
            let habits = query::habits(&mut *db, &one.definition.sources, &missing, self.zone).await?;
            for ((customer, at), habits) in missing.into_iter().zip(habits) {
                let customer = CustomerId::from_uuid(customer);
                let attributes = customers.get(&customer).filter(|_| one.model.reads_attributes());
                let history = History { habits, attributes: attributes.cloned().unwrap_or_default() };
                let probability = one.model.score(&history);
                if let Some(now) = now {
                    self.keep(one, customer, now, probability);
                }
                scores.push(score(customer, at, probability));
            }
        }
        Ok(scores)
    }

    fn known(&self, one: &Launched, customer: CustomerId, now: DateTime<Utc>) -> Option<f64> {
        let known = self.lock().get(&(one.id, one.number, customer.as_uuid())).copied();
        known.filter(|(at, _)| (TimeDelta::zero()..SCORE_FOR).contains(&(now - *at))).map(|(_, score)| score)
    }

    fn keep(&self, one: &Launched, customer: CustomerId, now: DateTime<Utc>, score: f64) {
        let mut known = self.lock();
        if known.len() >= SCORES_MAX {
            known.clear();
        }
        known.insert((one.id, one.number, customer.as_uuid()), (now, score));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `{"will_buy": 0.7, "@version": {"will_buy": 3}}`, with the customer's lot when it is asked for.
    fn object(
        &self,
        names: &BTreeSet<String>,
        scores: &BTreeMap<(CustomerId, DateTime<Utc>), Vec<Score>>,
        customer: CustomerId,
        at: DateTime<Utc>,
    ) -> Value {
        let (mut predicted, mut versions) = (Map::new(), Map::new());
        for score in scores.get(&(customer, at)).into_iter().flatten() {
            predicted.insert(score.name.clone(), json!(score.probability));
            versions.insert(score.name.clone(), json!(score.version));
        }
        if names.contains(LOT) {
            let day = at.with_timezone(&self.zone).date_naive().to_string();
            predicted.insert(LOT.to_owned(), json!(lot("trunkline.lot", customer.as_uuid(), &day)));
        }
        predicted.insert(VERSIONS_KEY.to_owned(), Value::Object(versions));
        Value::Object(predicted)
    }
}

/// Puts what is predicted for a moment into the object of a customer.
fn put(customers: &mut BTreeMap<CustomerId, Value>, id: CustomerId, moment: &str, predicted: Value) {
    let Some(Value::Object(customer)) = customers.get_mut(&id) else { return };
    let moments = customer.entry(PREDICTION_KEY).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(moments) = moments {
        moments.insert(moment.to_owned(), predicted);
    }
}
