//! Attributes of customers as features: which can be, and what they were at a cut-off.

use base::id::CustomerId;
use chrono::{DateTime, Utc};
use crm::attribute::{Attribute, AttributeType};
use crm::viewer::Viewer;
use prediction::feature::AttributeShape;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The event of a customer that changed, with the customer before it.
const CHANGED: &str = "crm.customer_changed.v1";

/// Own fields and attributes of customers that can be features, as far as the viewer sees them, by key.
#[must_use]
pub fn shapes(attributes: &[Attribute], viewer: &Viewer) -> BTreeMap<String, AttributeShape> {
    let fields = crm::query::catalogue(attributes, viewer).into_iter();
    let shape = |field: crm::query::CatalogueField| {
        let key = field.path.strip_prefix("customer.")?.to_owned();
        match field.value_type {
            AttributeType::Number | AttributeType::Decimal | AttributeType::Boolean => {
                Some((key, AttributeShape::Number))
            }
            AttributeType::Choice => {
                let values = field.choices.into_iter().map(|choice| choice.value).collect();
                Some((key, AttributeShape::Choice(values)))
            }
            _ => None,
        }
    };
    fields.filter_map(shape).collect()
}

/// The customers as they were at a moment: as they are now, with what the first change since then took away.
///
/// # Errors
/// The database failed.
pub(super) async fn at(
    db: &mut PgConnection,
    customers: &[Uuid],
    keys: &[String],
    at: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<Uuid, Value>> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<CustomerId> = customers.iter().map(|id| CustomerId::from_uuid(*id)).collect();
    let now = crm::query::facts(&mut *db, &ids).await?;
    let mut then: BTreeMap<Uuid, Value> = now.into_iter().map(|(id, facts)| (id.as_uuid(), facts)).collect();
    for (id, payload) in platform::event::query::first_since(db, CHANGED, customers, at).await? {
        let Some(Value::Object(customer)) = then.get_mut(&id) else { continue };
        let Some(before) = payload.get("before") else { continue };
        restore(customer, before, keys);
    }
    Ok(then)
}

fn restore(customer: &mut Map<String, Value>, before: &Value, keys: &[String]) {
    for key in keys {
        let was =
            before.get("attributes").and_then(|attributes| attributes.get(key)).or_else(|| before.get(key));
        customer.insert(key.clone(), was.cloned().unwrap_or_default());
    }
}
