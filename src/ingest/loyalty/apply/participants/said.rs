//! What a line says of a participant.

use base::id::{CustomerId, ProgrammeId};
use crm::attribute::Values;
use crm::customer::{CustomerFields, CustomerKind, Identifier, IdentifierKind};
use loyalty::account::{Account, AccountStatus};
use loyalty::file::{Record, sex};
use loyalty::service::ServiceFields;
use loyalty::store::Registration;
use serde_json::Value as Json;

/// Fields that become attributes of the customer under the same key, when there is such an attribute; the birthday
/// becomes the one that the programme names.
pub(super) const ATTRIBUTES: [&str; 3] = [sex::KEY, "address", "tariff_plan"];

/// A line, ready to be compared and written.
pub(super) struct Said<'l> {
    /// The account's number.
    pub number: &'l str,
    /// The participant's name.
    pub name: Option<&'l str>,
    /// Phone number and address, as they are written.
    pub identifiers: Vec<Identifier>,
    /// The same as they are stored; without those that are wrong.
    pub normalised: Vec<Identifier>,
    /// Values of attributes.
    pub given: Values,
    /// Whether the attributes can be written with those of others.
    pub is_plain: bool,
    /// The macroregion.
    pub macroregion: Option<&'l str>,
    /// The region.
    pub region: Option<&'l str>,
    /// The service.
    pub service: ServiceFields,
}

impl<'l> Said<'l> {
    /// What a record says, of attributes those with these keys, of the birthday when there is an attribute for it.
    pub fn of(record: &'l Record, keys: &[&str], birthday: Option<&str>) -> Self {
        let mut given = Values::new();
        for key in keys {
            let said = |text| if *key == sex::KEY { sex::read(text) } else { text };
            given.extend(record.text(key).map(|text| ((*key).to_owned(), Json::from(said(text)))));
        }
        if let (Some(key), Some(date)) = (birthday, record.value("birth_date")) {
            given.insert(key.to_owned(), Json::from(date.text()));
        }
        let identifiers = identifiers_of(record);
        Self {
            number: record.text("account").unwrap_or_default(),
            name: record.text("full_name"),
            normalised: identifiers.iter().filter_map(|identifier| identifier.normalised().ok()).collect(),
            identifiers,
            given,
            is_plain: true,
            macroregion: record.text("macroregion"),
            region: record.text("region"),
            service: service_of(record),
        }
    }

    /// The new customer that it speaks of.
    pub fn customer(&self) -> CustomerFields {
        CustomerFields {
            kind: CustomerKind::Individual,
            name: self.name.unwrap_or(self.number).to_owned(),
            vip: false,
            language: None,
            identifiers: self.identifiers.clone(),
            attributes: Some(self.given.clone()),
        }
    }

    /// The new account that it speaks of.
    pub fn registration(&self, programme: ProgrammeId, customer: CustomerId) -> Registration {
        Registration {
            programme,
            customer,
            number: Some(self.number.to_owned()),
            status: AccountStatus::NotEnrolled,
            macroregion: self.macroregion.map(str::to_owned),
            region: self.region.map(str::to_owned),
            services: vec![self.service.clone()],
        }
    }

    /// A customer's fields with what the line says of them.
    pub fn wanted(&self, known: &CustomerFields) -> CustomerFields {
        let mut wanted = known.clone();
        if let Some(name) = self.name {
            wanted.name = name.to_owned();
        }
        for identifier in &self.normalised {
            if !wanted.identifiers.contains(identifier) {
                wanted.identifiers.push(identifier.clone());
            }
        }
        if !self.given.is_empty() {
            wanted.attributes.get_or_insert_default().extend(self.given.clone());
        }
        wanted
    }

    /// An account's macroregion and region with what the line says of them.
    pub fn regions<'a>(&'a self, known: &'a Account) -> (Option<&'a str>, Option<&'a str>) {
        (self.macroregion.or(known.macroregion.as_deref()), self.region.or(known.region.as_deref()))
    }
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
