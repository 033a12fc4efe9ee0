//! The fields of customers, for those who write rules, templates and filters.

use crate::attribute::{Attribute, AttributeType, CUSTOMER, Choice};
use crate::card::CardKind;
use crate::viewer::Viewer;
use base::LocalText;
use base::Locale;
use rules::facts::CARDS;
use serde::Serialize;
use utoipa::ToSchema;

/// A field that an expression can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CatalogueField {
    /// How expressions call it: `customer.tier`.
    pub path: String,
    /// What people read.
    pub title: LocalText,
    /// What kind of values it has.
    #[serde(rename = "type")]
    pub value_type: AttributeType,
    /// What numbers are measured in.
    pub unit: Option<String>,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// Own fields of customers and those of these attributes that are theirs and that the viewer sees, own fields first.
#[must_use]
pub fn catalogue(attributes: &[Attribute], viewer: &Viewer) -> Vec<CatalogueField> {
    let seen =
        attributes.iter().map(|attribute| &attribute.fields).filter(|fields| fields.is_seen_by(viewer));
    let defined = seen.filter(|fields| fields.of == CUSTOMER).map(|fields| CatalogueField {
        path: format!("customer.{}", fields.key),
        title: fields.title.clone(),
        value_type: fields.value_type,
        unit: fields.unit.clone(),
        choices: fields.choices.clone(),
    });
    own().into_iter().chain(defined).collect()
}

/// What expressions read of the cards of a kind that are linked with a customer, `cards.vehicle.year`: own fields, and
/// those of these attributes that are the kind's and that the viewer sees.
#[must_use]
pub fn of_cards(kind: &CardKind, attributes: &[Attribute], viewer: &Viewer) -> Vec<CatalogueField> {
    let key = &kind.fields.key;
    let seen =
        attributes.iter().map(|attribute| &attribute.fields).filter(|fields| fields.is_seen_by(viewer));
    let defined = seen.filter(|fields| fields.of == *key).map(|fields| CatalogueField {
        path: format!("{CARDS}.{key}.{}", fields.key),
        title: fields.title.clone(),
        value_type: fields.value_type,
        unit: fields.unit.clone(),
        choices: fields.choices.clone(),
    });
    let own = [
        ("id", AttributeType::Text, text("Id", "Идентификатор", "Identifikator")),
        ("kind", AttributeType::Text, text("Kind", "Вид", "Turi")),
        ("created_at", AttributeType::Datetime, text("Added", "Добавлена", "Qoʻshilgan")),
        ("updated_at", AttributeType::Datetime, text("Changed", "Изменена", "Oʻzgartirilgan")),
    ];
    let own = own.into_iter().map(|(name, value_type, title)| CatalogueField {
        path: format!("{CARDS}.{key}.{name}"),
        title,
        value_type,
        unit: None,
        choices: Vec::new(),
    });
    defined.chain(own).collect()
}

fn text(en: &str, ru: &str, uz: &str) -> LocalText {
    LocalText([(Locale::En, en.to_owned()), (Locale::Ru, ru.to_owned()), (Locale::Uz, uz.to_owned())].into())
}

fn own() -> Vec<CatalogueField> {
    let field = |key: &str, value_type, title: LocalText, choices: Vec<Choice>| CatalogueField {
        path: format!("customer.{key}"),
        title,
        value_type,
        unit: None,
        choices,
    };
    let choice = |value: &str, title: LocalText| Choice { value: value.to_owned(), title };
    let kinds = vec![
        choice("individual", text("Person", "Физическое лицо", "Jismoniy shaxs")),
        choice("organisation", text("Organisation", "Организация", "Tashkilot")),
    ];
    let languages = vec![
        choice("en", text("English", "Английский", "Ingliz")),
        choice("ru", text("Russian", "Русский", "Rus")),
        choice("uz", text("Uzbek", "Узбекский", "Oʻzbek")),
    ];
    vec![
        field("id", AttributeType::Text, text("Id", "Идентификатор", "Identifikator"), Vec::new()),
        field("kind", AttributeType::Choice, text("Kind", "Вид", "Turi"), kinds),
        field("name", AttributeType::Text, text("Name", "Имя", "Ism"), Vec::new()),
        field("vip", AttributeType::Boolean, text("VIP", "VIP", "VIP"), Vec::new()),
        field("language", AttributeType::Choice, text("Language", "Язык", "Til"), languages),
        field("phone", AttributeType::Phone, text("Phone", "Телефон", "Telefon"), Vec::new()),
        field("email", AttributeType::Email, text("E-mail", "Эл. почта", "E-pochta"), Vec::new()),
        field("telegram", AttributeType::Text, text("Telegram", "Telegram", "Telegram"), Vec::new()),
        field("tax_number", AttributeType::Text, text("Tax number", "ИНН", "STIR"), Vec::new()),
        field("contract", AttributeType::Text, text("Contract", "Договор", "Shartnoma"), Vec::new()),
        field("created_at", AttributeType::Datetime, text("Added", "Добавлен", "Qoʻshilgan"), Vec::new()),
    ]
}
