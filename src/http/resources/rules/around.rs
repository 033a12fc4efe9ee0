//! What exists around a rule: the attributes of its event and of customers, event types, reference tables.

use crate::http::caller::Caller;
use crate::http::resources::parts::SiteZone;
use crate::http::resources::viewer::sight;
use crate::http::state::AppState;
use actors::prediction::LOT;
use base::{LocalText, Locale};
use crm::attribute::{Attribute, AttributeType, Choice};
use crm::query::CatalogueField;
use crm::viewer::Viewer;
use platform::event_type::store as event_types;
use rules::catalogue::{Catalogue, Field, FieldChoice, FieldGroup, FieldKind};
use rules::document::Surroundings;
use rules::rule::Title;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The zone in which rules tell the time.
pub(super) fn zone(state: &AppState) -> chrono_tz::Tz {
    SiteZone::of(state)
}

/// What the types of events about records begin with; their data holds attributes.
const CRM: &str = "crm.";

/// Own fields and attributes of customers, as rules see them.
pub(crate) fn of_customers(fields: Vec<CatalogueField>) -> impl Iterator<Item = Field> {
    fields_of(fields, FieldGroup::Customer)
}

fn fields_of(fields: Vec<CatalogueField>, group: FieldGroup) -> impl Iterator<Item = Field> {
    fields.into_iter().map(move |known| {
        let kind = match known.value_type {
            AttributeType::Number | AttributeType::Decimal => FieldKind::Number,
            AttributeType::Boolean => FieldKind::Boolean,
            AttributeType::Date => FieldKind::Date,
            AttributeType::Datetime => FieldKind::Datetime,
            AttributeType::Choice => FieldKind::Choice,
            AttributeType::Choices => FieldKind::List,
            _ => FieldKind::Text,
        };
        let title = Title::Local(known.title);
        let mut field = Field { unit: known.unit, ..Field::new(known.path, title, kind, group) };
        let choice = |choice: Choice| FieldChoice { value: choice.value, title: Title::Local(choice.title) };
        field.choices = known.choices.into_iter().map(choice).collect();
        field
    })
}

/// The kinds of cards that can be linked with a customer, and what each of their cards has (UMS-ENT-05).
async fn linked_cards(
    db: &mut PgConnection,
    attributes: &[Attribute],
    viewer: &Viewer,
) -> sqlx::Result<Vec<Field>> {
    let kinds = crm::query::card_kinds(db).await?;
    let fields = kinds.iter().filter(|kind| kind.is_seen_by(viewer)).flat_map(|kind| {
        let title = Title::Local(kind.fields.plural.clone());
        let list = Field::new(kind.path(), title, FieldKind::List, FieldGroup::Cards);
        let of_cards = crm::query::of_cards(kind, attributes, viewer);
        fields_of(of_cards, FieldGroup::Cards).chain([list]).collect::<Vec<_>>()
    });
    Ok(fields.collect())
}

/// What is predicted of customers by launched models, and the lot for shares that try something else (BRE-ML-01).
async fn predictions(db: &mut PgConnection) -> sqlx::Result<Vec<Field>> {
    let field = |name: &str, title| {
        Field::new(
            format!("prediction.{name}"),
            Title::Local(title),
            FieldKind::Number,
            FieldGroup::Prediction,
        )
    };
    let lot = [
        (Locale::En, "Lot of the customer for the day, 0 to 1"),
        (Locale::Ru, "Жребий клиента на день, от 0 до 1"),
        (Locale::Uz, "Mijozning kunlik qurʼasi, 0 dan 1 gacha"),
    ];
    let lot = LocalText(lot.map(|(locale, text)| (locale, text.to_owned())).into());
    let launched = prediction::query::launched(db, None).await?.into_iter();
    Ok(launched.map(|one| field(&one.name, one.title)).chain([field(LOT, lot)]).collect())
}

/// What exists around a rule about events of the type `event`, as far as the caller may read it: whoever writes a rule
/// cannot learn from it what is kept from the own roles.
///
/// # Errors
/// The database failed.
pub(crate) async fn surroundings(
    db: &mut PgConnection,
    caller: &Caller,
    event: &str,
) -> sqlx::Result<Surroundings> {
    let types = event_types::list(db).await?;
    let schema = types.iter().find(|known| known.name == event).map(|known| &known.fields.schema);
    let mut catalogue = Catalogue::new(schema);
    let (sight, attributes, viewer) = sight(db, caller).await?;
    for field in of_customers(crm::query::catalogue(&attributes, &viewer)) {
        catalogue.add(field);
    }
    for field in predictions(db).await? {
        catalogue.add(field);
    }
    for field in linked_cards(db, &attributes, &viewer).await? {
        catalogue.add(field);
    }
    sight.closed().filter(|path| !path.starts_with("event.") || event.starts_with(CRM)).for_each(|path| {
        catalogue.close(path);
    });
    for table in rules::query::reference_tables(db).await? {
        let path = format!("ref.{}", table.name);
        catalogue.add(Field::new(path, table.title, FieldKind::Object, FieldGroup::Ref));
    }
    let mut events: BTreeSet<String> = types.into_iter().map(|known| known.name).collect();
    // Our own events have no registered schema; a rule may look at them by name.
    if is_own(event) {
        events.insert(event.to_owned());
    }
    let templates = channels::query::templates(db).await?.into_iter().map(|template| template.set.name);
    let templates = Some(templates.collect());
    let flows = flow::query::flow::list(db).await?.into_iter();
    let flows = Some(flows.filter(|flow| flow.live_version.is_some()).map(|flow| flow.name).collect());
    let connectors = flow::query::connector::list(db).await?;
    let operations = connectors.iter().flat_map(|connector| {
        connector.operations.iter().map(move |operation| format!("{}/{}", connector.name, operation.key))
    });
    let operations = Some(operations.collect());
    let bonus_types = loyalty::query::bonus_types(db, None).await?.into_iter().map(|kind| kind.fields.code);
    let bonus_types = Some(bonus_types.collect());
    Ok(Surroundings { catalogue, events, templates, flows, operations, bonus_types })
}

/// What exists around the rule of `document`, as far as the caller may read it.
pub(super) async fn around(
    db: &mut PgConnection,
    caller: &Caller,
    document: &Value,
) -> sqlx::Result<Surroundings> {
    let event = document.get("event").and_then(Value::as_str).unwrap_or_default();
    surroundings(db, caller, event).await
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
