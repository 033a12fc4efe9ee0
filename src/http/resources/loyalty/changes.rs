//! What happened to a record of loyalty, as people read it: who, when, and field by field what it was and what it became.

use crate::http::prelude::*;
use crate::http::resources::histories::HistoryEntry;
use base::Author;
use base::id::{EventId, PersonId};
use chrono::{DateTime, Utc};
use crm::history::FieldChange;
use platform::event::Event;
use platform::event::query::Filter;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What changes with every change, and so says nothing.
const SILENT: [&str; 4] = ["id", "version", "created_at", "updated_at"];

/// A page of what happened to a record, newest first.
pub(super) async fn history(
    db: &mut PgConnection,
    record: Uuid,
    page: &PageQuery,
) -> Result<Page<HistoryEntry>, ApiError> {
    let after = page.after::<(DateTime<Utc>, EventId)>()?;
    let filter =
        Filter { kind: Some("loyalty.".to_owned()), subject: Some(record), after, ..Filter::default() };
    let events = platform::event::query::search(db, &filter, page.rows()?).await?;
    let people: Vec<PersonId> = events.iter().filter_map(|event| person(&event.author)).collect();
    let names = access::person::query::names(db, &people).await?;
    let names: BTreeMap<PersonId, String> =
        names.into_iter().map(|(person, _login, name)| (person, name)).collect();
    let entries = events.into_iter().map(|event| entry(&event, &names)).collect();
    Page::new(entries, page, |row: &HistoryEntry| (row.at, row.id))
}

fn person(author: &Author) -> Option<PersonId> {
    match author {
        Author::Person(person) => Some(*person),
        Author::ApiKey(_) | Author::System => None,
    }
}

fn entry(event: &Event, names: &BTreeMap<PersonId, String>) -> HistoryEntry {
    let state = |name: &str| event.payload.get(name).filter(|state| state.is_object());
    let kind = event.kind.strip_prefix("loyalty.").unwrap_or(&event.kind);
    HistoryEntry {
        id: event.event_id,
        at: event.occurred_at,
        by: person(&event.author).and_then(|person| names.get(&person).cloned()),
        kind: kind.rsplit_once(".v").map_or(kind, |(kind, _)| kind).to_owned(),
        changes: differences(state("before"), state("after")),
    }
}

fn differences(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let keys = |state: Option<&Value>| -> BTreeSet<String> {
        state.and_then(Value::as_object).into_iter().flat_map(|fields| fields.keys().cloned()).collect()
    };
    let value = |state: Option<&Value>, key: &str| state.and_then(|fields| fields.get(key)).cloned();
    keys(before)
        .union(&keys(after))
        .filter(|key| !SILENT.contains(&key.as_str()))
        .map(|key| FieldChange {
            field: key.clone(),
            before: value(before, key).unwrap_or_default(),
            after: value(after, key).unwrap_or_default(),
        })
        .filter(|change| change.before != change.after)
        .collect()
}
