//! Whom an event is about: customers by their identifiers.

use base::id::CustomerId;
use crm::customer::{Identifier, IdentifierKind};
use futures_util::future::BoxFuture;
use platform::event::Subject;
use platform::ingest::Resolver;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Asks the customers' records.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownCustomers;

impl Resolver for KnownCustomers {
    fn resolve<'a>(
        &'a self,
        db: &'a mut PgConnection,
        subjects: &'a [Subject],
    ) -> BoxFuture<'a, sqlx::Result<Vec<Option<CustomerId>>>> {
        Box::pin(async move {
            let ids: Vec<CustomerId> = subjects.iter().filter_map(id_of).collect();
            let ids = if ids.is_empty() { Vec::new() } else { crm::query::existing(db, &ids).await? };
            let named: BTreeMap<usize, Identifier> = subjects
                .iter()
                .enumerate()
                .filter_map(|(at, subject)| Some((at, identifier_of(subject)?)))
                .collect();
            let identifiers: Vec<Identifier> = named.values().cloned().collect();
            let found = crm::query::by_identifiers(db, &identifiers).await?;
            let found: BTreeMap<usize, Option<CustomerId>> = named.into_keys().zip(found).collect();
            let customer = |(at, subject)| {
                let by_id = id_of(subject).filter(|id| ids.contains(id));
                by_id.or_else(|| found.get(&at).copied().flatten())
            };
            Ok(subjects.iter().enumerate().map(customer).collect())
        })
    }
}

fn id_of(subject: &Subject) -> Option<CustomerId> {
    (subject.kind == "customer_id").then(|| subject.value.parse().ok()).flatten()
}

fn identifier_of(subject: &Subject) -> Option<Identifier> {
    let kind = IdentifierKind::from_word(&subject.kind)?;
    Some(Identifier { kind, value: subject.value.clone() })
}
