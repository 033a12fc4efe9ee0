//! What tests of records share.
#![allow(dead_code, clippy::allow_attributes, clippy::unwrap_used, reason = "each test program uses a part")]

use base::id::PersonId;
use base::{Author, Edit, LocalText, Locale};
use chrono::{DateTime, TimeDelta, Utc};
use crm::attribute::{AttributeFields, AttributeType, CUSTOMER};
use crm::customer::{CustomerFields, CustomerKind};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody who changes records, each a second after the one before.
pub struct Adds {
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
}

impl Adds {
    pub fn new() -> Self {
        Self::seeded(5)
    }

    pub fn seeded(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            now: DateTime::from_timestamp(1_795_341_600, 0).unwrap(),
        }
    }

    pub fn edit(&mut self) -> Edit<'_> {
        self.now += TimeDelta::seconds(1);
        Edit { now: self.now, author: Author::Person(PersonId::from_uuid(Uuid::nil())), rng: &mut self.rng }
    }
}

pub fn title(text: &str) -> LocalText {
    LocalText([(Locale::En, text.to_owned())].into())
}

/// An attribute of customers that asks for nothing.
pub fn definition(key: &str, value_type: AttributeType) -> AttributeFields {
    AttributeFields {
        of: CUSTOMER.to_owned(),
        key: key.to_owned(),
        title: title(key),
        value_type,
        unit: None,
        choices: Vec::new(),
        link_to: None,
        required: false,
        unique: false,
        searchable: false,
        indexed: false,
        readers: None,
        editors: None,
        position: 0,
    }
}

pub fn person_with(name: &str, attributes: Value) -> CustomerFields {
    CustomerFields {
        kind: CustomerKind::Individual,
        name: name.to_owned(),
        vip: false,
        language: None,
        identifiers: Vec::new(),
        attributes: attributes.as_object().cloned(),
    }
}

/// The indexes of attributes that exist.
pub async fn value_indexes(db: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select indexdef from pg_indexes where schemaname = 'crm' and indexname like 'value\\_%'",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

/// How Postgres would answer the condition for customers.
pub async fn plan(db: &mut PgConnection, condition: &rules::sql::SqlCondition) -> String {
    let statement = format!("explain select customer_id from crm.customer c where {}", condition.text);
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
    for param in &condition.params {
        query = match param {
            rules::sql::Param::Text(text) => query.bind(text.clone()),
            rules::sql::Param::Texts(texts) => query.bind(texts.clone()),
        };
    }
    let lines: Vec<String> = query.fetch_all(db).await.unwrap();
    lines.join("\n")
}
