//! What happened to a record, as people read it: who, when, and field by field what it was and what it became.

use crate::http::prelude::*;
use base::Author;
use base::id::{EventId, PersonId};
use chrono::{DateTime, Utc};
use crm::attribute::Attribute;
use crm::history::{FieldChange, differences};
use crm::viewer::Viewer;
use platform::event::Event;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// One entry of the history of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// The event.
    pub id: EventId,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Who did it; null for the server, and for a program.
    pub by: Option<String>,
    /// What happened: `customer_created`, `card_changed`, `link_added`.
    #[schema(example = "customer_changed")]
    pub kind: String,
    /// The fields that changed, as far as the reader sees them.
    pub changes: Vec<FieldChange>,
}

/// At most `rows` entries, newest first.
pub(super) async fn history(
    db: &mut PgConnection,
    record: Uuid,
    attributes: &[Attribute],
    viewer: &Viewer,
    after: Option<(DateTime<Utc>, EventId)>,
    rows: i64,
) -> Result<Vec<HistoryEntry>, ApiError> {
    let events = crm::query::history(db, record, after, rows).await?;
    let people: Vec<PersonId> = events.iter().filter_map(|event| person(&event.author)).collect();
    let names = access::person::query::names(db, &people).await?;
    let names: BTreeMap<PersonId, String> =
        names.into_iter().map(|(person, _login, name)| (person, name)).collect();
    Ok(events.into_iter().map(|event| entry(event, record, attributes, viewer, &names)).collect())
}

fn person(author: &Author) -> Option<PersonId> {
    match author {
        Author::Person(person) => Some(*person),
        Author::ApiKey(_) | Author::System => None,
    }
}

fn entry(
    event: Event,
    record: Uuid,
    attributes: &[Attribute],
    viewer: &Viewer,
    names: &BTreeMap<PersonId, String>,
) -> HistoryEntry {
    let changes = match event.payload.get("link") {
        Some(link) => linked(link, record, event.kind.starts_with("crm.link_added")),
        None => {
            let state = |name: &str| event.payload.get(name).filter(|state| !state.is_null());
            differences(state("before"), state("after"), attributes, viewer)
        }
    };
    let kind = event.kind.strip_prefix("crm.").unwrap_or(&event.kind);
    HistoryEntry {
        id: event.event_id,
        at: event.occurred_at,
        by: person(&event.author).and_then(|person| names.get(&person).cloned()),
        kind: kind.rsplit_once(".v").map_or(kind, |(kind, _)| kind).to_owned(),
        changes,
    }
}

/// The other record of a link, under the kind of link.
fn linked(link: &Value, record: Uuid, added: bool) -> Vec<FieldChange> {
    let text = |key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (from, to) = (text("from"), text("to"));
    let other = Value::from(if from == record.to_string() { to } else { from });
    let (before, after) = if added { (Value::Null, other) } else { (other, Value::Null) };
    vec![FieldChange { field: format!("links.{}", text("kind")), before, after }]
}
