//! What exists around a rule: the attributes of its event and of customers, event types, reference tables.

use crate::http::state::AppState;
use platform::event_type::store as event_types;
use rules::catalogue::{Catalogue, Field, FieldGroup, FieldKind};
use rules::document::Surroundings;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The site's zone, one part of [`AppState`].
#[derive(Clone, Copy, Debug)]
pub struct SiteZone(pub chrono_tz::Tz);

/// The zone in which rules tell the time.
pub(super) fn zone(state: &AppState) -> chrono_tz::Tz {
    state.find_part::<SiteZone>().map_or(chrono_tz::UTC, |zone| zone.0)
}

/// What every customer has besides the attributes that people add.
const CUSTOMER: [(&str, &str, FieldKind); 11] = [
    ("id", "Id", FieldKind::Text),
    ("kind", "Individual or organisation", FieldKind::Choice),
    ("name", "Name", FieldKind::Text),
    ("vip", "VIP", FieldKind::Boolean),
    ("language", "Language", FieldKind::Choice),
    ("phone", "Phone", FieldKind::Text),
    ("email", "E-mail", FieldKind::Text),
    ("telegram", "Telegram", FieldKind::Text),
    ("tax_number", "Tax number", FieldKind::Text),
    ("contract", "Contract", FieldKind::Text),
    ("created_at", "Customer since", FieldKind::Datetime),
];

fn choices(key: &str) -> &'static [&'static str] {
    match key {
        "kind" => &["individual", "organisation"],
        _ => &["en", "ru", "uz"],
    }
}

/// What exists around a rule about events of the type `event`.
///
/// # Errors
/// The database failed.
pub async fn surroundings(db: &mut PgConnection, event: &str) -> sqlx::Result<Surroundings> {
    let types = event_types::list(db).await?;
    let schema = types.iter().find(|known| known.name == event).map(|known| &known.fields.schema);
    let mut catalogue = Catalogue::new(schema);
    for (key, title, kind) in CUSTOMER {
        let mut field = Field::new(format!("customer.{key}"), title.into(), kind, FieldGroup::Customer);
        if kind == FieldKind::Choice {
            field =
                field.with_choices(choices(key).iter().map(|value| ((*value).to_owned(), (*value).into())));
        }
        catalogue.add(field);
    }
    for table in rules::query::reference_tables(db).await? {
        let path = format!("ref.{}", table.name);
        catalogue.add(Field::new(path, table.title, FieldKind::Object, FieldGroup::Ref));
    }
    let mut events: BTreeSet<String> = types.into_iter().map(|known| known.name).collect();
    // Our own events have no registered schema; a rule may look at them by name.
    if is_own(event) {
        events.insert(event.to_owned());
    }
    Ok(Surroundings { catalogue, events, ..Surroundings::default() })
}

/// What exists around the rule of `document`.
pub(super) async fn around(db: &mut PgConnection, document: &Value) -> sqlx::Result<Surroundings> {
    let event = document.get("event").and_then(Value::as_str).unwrap_or_default();
    surroundings(db, event).await
}

/// Whether `kind` is the name of one of our own events: `<schema>.<what>.v<n>`.
fn is_own(kind: &str) -> bool {
    kind.rsplit_once(".v").is_some_and(|(_, number)| number.parse::<u32>().is_ok())
}

/// The fields that the form of `document` compares as dates, kept with its version.
pub(super) fn date_fields(around: &Surroundings) -> Vec<String> {
    around
        .catalogue
        .fields()
        .filter(|field| matches!(field.kind, FieldKind::Date | FieldKind::Datetime))
        .map(|field| field.path.clone())
        .collect()
}
