//! What customers did before a moment, and what they did after it. A cut-off is a bound of the statement: nothing that
//! happened from it on can reach a feature.

use crate::definition::{Among, Definition, LOOK_BACK_DAYS, Source, Target, is_outcome};
use crate::feature::{Feature, Habit, History};
use crate::model::Example;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Customers to learn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Who.
    pub customers: Vec<Uuid>,
    /// Whether there are more, and these are a sample.
    pub limited: bool,
}

/// Customers with at least one such event in the time before `at`, at most `rows_max`; of more, those that `seed` draws.
///
/// # Errors
/// The database failed.
pub async fn population(
    db: &mut PgConnection,
    among: &Among,
    at: DateTime<Utc>,
    seed: i64,
    rows_max: usize,
) -> sqlx::Result<Population> {
    let from = at - TimeDelta::days(i64::from(among.within_days));
    let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
    let mut customers: Vec<Uuid> = sqlx::query_scalar(
        "select customer_id from (
             select distinct customer_id from platform.pub_customer_event
             where kind = any($1) and occurred_at >= $2 and occurred_at < $3) as seen
         order by md5(customer_id::text || $4), customer_id
         limit $5 + 1",
    )
    .bind(&among.events)
    .bind(from)
    .bind(at)
    .bind(seed.to_string())
    .bind(limit)
    .fetch_all(db)
    .await?;
    let limited = customers.len() > rows_max;
    customers.truncate(rows_max);
    Ok(Population { customers, limited })
}

#[derive(sqlx::FromRow)]
struct HabitRow {
    place: i64,
    kind: String,
    since_last: f64,
    since_first: f64,
    count_7: i64,
    count_30: i64,
    count_90: i64,
    sum_30: f64,
    sum_90: f64,
    mean: Option<f64>,
    categories: i64,
    weekend: Option<f64>,
    evening: Option<f64>,
}

/// A count of SQL as a real number.
fn real(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

impl HabitRow {
    fn habit(&self) -> Habit {
        Habit {
            since_last: self.since_last,
            since_first: self.since_first,
            counts: [real(self.count_7), real(self.count_30), real(self.count_90)],
            sums: [self.sum_30, self.sum_90],
            mean: self.mean,
            categories: real(self.categories),
            weekend: self.weekend,
            evening: self.evening,
        }
    }
}

const HABITS: &str = r"
    with asked as (
        select customer_id, at, place
        from unnest($1::uuid[], $2::timestamptz[]) with ordinality as given (customer_id, at, place)),
    sources as (
        select kind, amount, category
        from unnest($3::text[], $4::text[], $5::text[]) as given (kind, amount, category)),
    seen as (
        select a.place, e.kind, a.at, e.occurred_at,
            case when jsonb_typeof(e.data -> s.amount) = 'number' then (e.data ->> s.amount)::float8 end as amount,
            e.data ->> s.category as category,
            e.occurred_at at time zone $6::text as local,
            e.occurred_at >= a.at - interval '7 days' as in_7,
            e.occurred_at >= a.at - interval '30 days' as in_30,
            e.occurred_at >= a.at - interval '90 days' as in_90
        from asked a
        join platform.pub_customer_event e on e.customer_id = a.customer_id
            and e.occurred_at < a.at and e.occurred_at >= a.at - make_interval(days => $7)
        join sources s on s.kind = e.kind
        -- The same bounds once more as constants, so that partitions outside of them are not opened.
        where e.kind = any($3) and e.occurred_at >= $8 and e.occurred_at < $9)
    select place, kind,
        extract(epoch from max(at) - max(occurred_at))::float8 / 86400 as since_last,
        extract(epoch from max(at) - min(occurred_at))::float8 / 86400 as since_first,
        count(*) filter (where in_7) as count_7,
        count(*) filter (where in_30) as count_30,
        count(*) filter (where in_90) as count_90,
        coalesce(sum(amount) filter (where in_30), 0) as sum_30,
        coalesce(sum(amount) filter (where in_90), 0) as sum_90,
        avg(amount) filter (where in_90) as mean,
        count(distinct category) filter (where in_90) as categories,
        avg((extract(isodow from local) >= 6)::int::float8) filter (where in_90) as weekend,
        avg((extract(hour from local) >= 18)::int::float8) filter (where in_90) as evening
    from seen group by place, kind";

/// The habits of each customer before the moment beside it, by type of event, in the order of the question. Days and
/// hours are those of `zone`.
///
/// # Errors
/// The database failed.
pub async fn habits(
    db: &mut PgConnection,
    sources: &[Source],
    asked: &[(Uuid, DateTime<Utc>)],
    zone: chrono_tz::Tz,
) -> sqlx::Result<Vec<BTreeMap<String, Habit>>> {
    let mut found: Vec<BTreeMap<String, Habit>> = vec![BTreeMap::new(); asked.len()];
    let (customers, moments): (Vec<Uuid>, Vec<DateTime<Utc>>) = asked.iter().copied().unzip();
    let (Some(first), Some(last)) = (moments.iter().min().copied(), moments.iter().max().copied()) else {
        return Ok(found);
    };
    let kinds: Vec<&str> = sources.iter().map(|source| source.event.as_str()).collect();
    let amounts: Vec<Option<&str>> = sources.iter().map(|source| source.amount.as_deref()).collect();
    let categories: Vec<Option<&str>> = sources.iter().map(|source| source.category.as_deref()).collect();
    let rows: Vec<HabitRow> = sqlx::query_as(HABITS)
        .bind(customers)
        .bind(moments)
        .bind(kinds)
        .bind(amounts)
        .bind(categories)
        .bind(zone.name())
        .bind(i32::from(LOOK_BACK_DAYS))
        .bind(first - TimeDelta::days(i64::from(LOOK_BACK_DAYS)))
        .bind(last)
        .fetch_all(db)
        .await?;
    for row in rows {
        let place = usize::try_from(row.place - 1).unwrap_or(usize::MAX);
        if let Some(habits) = found.get_mut(place) {
            habits.insert(row.kind.clone(), row.habit());
        }
    }
    Ok(found)
}

/// Which of these customers had the target from `from` until before `to`.
///
/// # Errors
/// The database failed.
pub async fn outcomes(
    db: &mut PgConnection,
    target: &Target,
    customers: &[Uuid],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<BTreeSet<Uuid>> {
    // What cannot be compiled was refused when it was saved.
    let criteria = target.compile().map_err(sqlx::Error::InvalidArgument)?;
    let Some(criteria) = criteria else {
        let found: Vec<Uuid> = sqlx::query_scalar(
            "select distinct customer_id from platform.pub_customer_event
             where customer_id = any($1) and kind = $2 and occurred_at >= $3 and occurred_at < $4",
        )
        .bind(customers)
        .bind(&target.event)
        .bind(from)
        .bind(to)
        .fetch_all(db)
        .await?;
        return Ok(found.into_iter().collect());
    };
    let events: Vec<(Uuid, Value)> = sqlx::query_as(
        "select customer_id, data from platform.pub_customer_event
         where customer_id = any($1) and kind = $2 and occurred_at >= $3 and occurred_at < $4",
    )
    .bind(customers)
    .bind(&target.event)
    .bind(from)
    .bind(to)
    .fetch_all(db)
    .await?;
    let hits =
        events.into_iter().filter_map(|(customer, data)| is_outcome(&criteria, data).then_some(customer));
    Ok(hits.collect())
}

/// One chunk of customers as examples at a cut-off: their features before `at`, their outcome within the definition's
/// days after it. `attributes` are those at the cut-off, by customer.
///
/// # Errors
/// The database failed.
pub async fn examples(
    db: &mut PgConnection,
    definition: &Definition,
    features: &[Feature],
    customers: &[Uuid],
    at: DateTime<Utc>,
    zone: chrono_tz::Tz,
    attributes: &BTreeMap<Uuid, Value>,
) -> sqlx::Result<Vec<Example>> {
    let asked: Vec<(Uuid, DateTime<Utc>)> = customers.iter().map(|customer| (*customer, at)).collect();
    let habits = habits(&mut *db, &definition.sources, &asked, zone).await?;
    let span = (at, at + definition.horizon());
    let happened = outcomes(db, &definition.target, customers, span).await?;
    let example = |(customer, habits): (&Uuid, BTreeMap<String, Habit>)| {
        let attributes = attributes.get(customer).cloned().unwrap_or_default();
        let history = History { habits, attributes };
        Example::of(features, &history, happened.contains(customer) == definition.happens)
    };
    Ok(customers.iter().zip(habits).map(example).collect())
}
