//! Participants with their services: saved with status "notenrolled" (10), nothing accrues (CIMP-ETL-05, CIMP-ACC-10).
//!
//! A line is one service of one account. The first line of an account adds its customer, or finds the one who has its
//! phone number or address; later ones change what they say of the customer and add their service. What a line leaves
//! empty stays. Who is enrolled stays enrolled.

use super::settle::settle;
use super::{About, Applied, Line};
use base::id::{CustomerId, ProgrammeId};
use base::{ChangeError, Edit, FieldFault};
use crm::attribute::{CUSTOMER, Values};
use crm::customer::{Customer, CustomerFields, CustomerKind, Identifier, IdentifierKind};
use crm::viewer::Viewer;
use loyalty::account::{Account, AccountStatus};
use loyalty::file::Record;
use loyalty::service::{ServiceFields, ServiceState};
use loyalty::store::Registration;
use loyalty::{query, store};
use rand::Rng;
use serde_json::Value as Json;
use sqlx::{Connection, PgConnection};

/// Fields that become attributes of the customer under the same key, when there is such an attribute; the birthday
/// becomes the one that the programme names.
const ATTRIBUTES: [&str; 3] = ["sex", "address", "tariff_plan"];

/// Applies lines of participants.
pub(super) async fn apply(
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let programme = ProgrammeId::from_uuid(about.structure.fields.programme_id);
    let known = query::find_programme(db, programme).await?;
    let birthday = known.and_then(|programme| programme.fields.settings.birthday_attribute);
    let attributes = crm::query::attributes(db, CUSTOMER).await?;
    let has = |key: &str| attributes.iter().any(|attribute| attribute.key() == key);
    for (record, bytes) in lines {
        let mut given = Values::new();
        for key in ATTRIBUTES.iter().filter(|key| has(key)) {
            let said = |text: &str| match (*key, text) {
                ("sex", "m") => Json::from("male"),
                ("sex", "f") => Json::from("female"),
                _ => Json::from(text),
            };
            given.extend(record.text(key).map(|text| ((*key).to_owned(), said(text))));
        }
        if let (Some(key), Some(date)) =
            (birthday.as_deref().filter(|key| has(key)), record.value("birth_date"))
        {
            given.insert(key.to_owned(), Json::from(date.text()));
        }
        let mut tx = db.begin().await?;
        let done = participant(&mut tx, &mut about.edit(dice), programme, record, given).await;
        settle(tx, done.map(|()| true), record, bytes, applied).await?;
    }
    Ok(())
}

async fn participant(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: ProgrammeId,
    record: &Record,
    given: Values,
) -> Result<(), ChangeError> {
    let number = record.text("account").unwrap_or_default();
    let service = service_of(record);
    let Some(account) = query::find_by_number(db, Some(programme), number).await? else {
        let customer = customer(db, edit, record, given).await?;
        let new = Registration {
            programme,
            customer,
            number: Some(number.to_owned()),
            status: AccountStatus::NotEnrolled,
            macroregion: record.text("macroregion").map(str::to_owned),
            region: record.text("region").map(str::to_owned),
            services: vec![service],
        };
        store::register(db, edit, &new).await?;
        return Ok(());
    };
    change_customer(db, edit, account.customer_id, record, given).await?;
    change_regions(db, edit, &account, record).await?;
    match query::service_by_code(db, programme, &service.code).await? {
        Some(known) if known.account_id == account.id && known.state == ServiceState::Connected => {
            if known.fields != service {
                store::update_service(db, edit, known.id, &service).await?;
            }
        }
        Some(known) if known.account_id != account.id && known.state == ServiceState::Connected => {
            let detail = "this service is connected to another account: disconnect it there first";
            return Err(ChangeError::Taken(FieldFault::new("/service_id", detail)));
        }
        _ => drop(store::connect(db, edit, account.id, &service).await?),
    }
    Ok(())
}

async fn change_regions(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    record: &Record,
) -> Result<(), ChangeError> {
    let (macroregion, region) = (record.text("macroregion"), record.text("region"));
    if macroregion.is_none() && region.is_none() {
        return Ok(());
    }
    let macroregion = macroregion.or(account.macroregion.as_deref());
    let region = region.or(account.region.as_deref());
    store::set_regions(db, edit, account.id, macroregion, region).await.map(drop)
}

/// The customer of a new account: the one who has the phone number or the address, or a new one.
async fn customer(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    record: &Record,
    given: Values,
) -> Result<CustomerId, ChangeError> {
    let identifiers = identifiers_of(record);
    let found = crm::query::by_identifiers(db, &identifiers).await?;
    if let Some(known) = found.into_iter().flatten().next() {
        change_customer(db, edit, known, record, given).await?;
        return Ok(known);
    }
    let name = record.text("full_name").or(record.text("account")).unwrap_or_default().to_owned();
    let fields = CustomerFields {
        kind: CustomerKind::Individual,
        name,
        vip: false,
        language: None,
        identifiers,
        attributes: Some(given),
    };
    Ok(crm::store::insert(db, edit, &Viewer::Server, &fields).await?.id)
}

async fn change_customer(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CustomerId,
    record: &Record,
    given: Values,
) -> Result<(), ChangeError> {
    let known = crm::query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    let wanted = wanted(&known, record, given);
    if wanted == known.fields {
        return Ok(());
    }
    crm::store::update(db, edit, &Viewer::Server, id, known.version, &wanted).await.map(drop)
}

/// The customer's fields with what the line says of them.
fn wanted(known: &Customer, record: &Record, given: Values) -> CustomerFields {
    let mut wanted = known.fields.clone();
    if let Some(name) = record.text("full_name") {
        wanted.name = name.to_owned();
    }
    for identifier in identifiers_of(record).iter().filter_map(|identifier| identifier.normalised().ok()) {
        if !wanted.identifiers.contains(&identifier) {
            wanted.identifiers.push(identifier);
        }
    }
    if !given.is_empty() {
        wanted.attributes.get_or_insert_default().extend(given);
    }
    wanted
}

fn identifiers_of(record: &Record) -> Vec<Identifier> {
    let phone = |text: &str| if text.starts_with('+') { text.to_owned() } else { format!("+{text}") };
    let of = |kind, value| Identifier { kind, value };
    let phone = record.text("phone").map(|text| of(IdentifierKind::Phone, phone(text)));
    let email = record.text("email").map(|text| of(IdentifierKind::Email, text.to_owned()));
    phone.into_iter().chain(email).collect()
}

fn service_of(record: &Record) -> ServiceFields {
    let text = |field: &str| record.text(field).unwrap_or_default().to_owned();
    ServiceFields {
        code: text("service_id"),
        name: text("service_name"),
        user_id: text("service_user"),
        line: text("service_line"),
    }
}
