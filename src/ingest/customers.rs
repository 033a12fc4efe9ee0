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
            let mut found: BTreeMap<usize, Option<CustomerId>> = named.into_keys().zip(found).collect();
            members(db, subjects, &mut found).await?;
            let customer = |(at, subject)| {
                let by_id = id_of(subject).filter(|id| ids.contains(id));
                by_id.or_else(|| found.get(&at).copied().flatten())
            };
            Ok(subjects.iter().enumerate().map(customer).collect())
        })
    }
}

/// What is no contract of a customer may be a master account: `100200300`, or `main/100200300` where there are several
/// programmes.
async fn members(
    db: &mut PgConnection,
    subjects: &[Subject],
    found: &mut BTreeMap<usize, Option<CustomerId>>,
) -> sqlx::Result<()> {
    let open = |at: &usize| found.get(at).is_none_or(Option::is_none);
    let sought: Vec<(usize, &Subject)> =
        subjects.iter().enumerate().filter(|(at, subject)| subject.kind == "contract" && open(at)).collect();
    if sought.is_empty() {
        return Ok(());
    }
    let programmes = loyalty::query::programmes(&mut *db).await?;
    for (at, subject) in sought {
        let named = subject.value.split_once('/').and_then(|(code, number)| {
            let programme = programmes.iter().find(|programme| programme.fields.code == code)?;
            Some((Some(programme.id), number))
        });
        let (programme, number) = named.unwrap_or((None, subject.value.as_str()));
        if let Some(account) = loyalty::query::find_by_number(&mut *db, programme, number).await? {
            found.insert(at, Some(account.customer_id));
        }
    }
    Ok(())
}

fn id_of(subject: &Subject) -> Option<CustomerId> {
    (subject.kind == "customer_id").then(|| subject.value.parse().ok()).flatten()
}

fn identifier_of(subject: &Subject) -> Option<Identifier> {
    let kind = IdentifierKind::from_word(&subject.kind)?;
    Some(Identifier { kind, value: subject.value.clone() })
}
