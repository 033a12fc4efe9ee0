//! Customers and what they are recognised by.

#[cfg(test)]
mod tests;

use crate::attribute::{self, Attribute, Values};
use crate::viewer::Viewer;
use base::id::CustomerId;
use base::{FieldFault, Locale, PhoneNumber};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name, in characters.
pub const NAME_MAX: usize = 200;
/// Most identifiers of one customer.
pub const IDENTIFIERS_MAX: usize = 50;
/// Longest identifier, in characters.
pub const IDENTIFIER_MAX: usize = 254;

/// What a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum CustomerKind {
    /// A person.
    Individual,
    /// A legal entity.
    Organisation,
}

impl CustomerKind {
    /// The word that stands in columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Organisation => "organisation",
        }
    }
}

/// By what a customer is recognised.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum IdentifierKind {
    /// A phone number, E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// The number of a contract or an account.
    Contract,
    /// A Telegram user id or name.
    Telegram,
    /// The taxpayer's number (INN, CC-TEL-01): digits.
    TaxNumber,
}

impl IdentifierKind {
    /// The word that stands in columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Contract => "contract",
            Self::Telegram => "telegram",
            Self::TaxNumber => "tax_number",
        }
    }

    /// The kind of this word, as [`IdentifierKind::as_str`] writes it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let kinds = [Self::Phone, Self::Email, Self::Contract, Self::Telegram, Self::TaxNumber];
        kinds.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One identifier, unique among all customers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Identifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// In the form that is stored: see [`Identifier::normalised`].
    #[schema(example = "+998901234567")]
    pub value: String,
}

impl Identifier {
    /// In the one form that is stored and looked for.
    ///
    /// # Errors
    /// What is wrong with the value, in words.
    pub fn normalised(&self) -> Result<Self, String> {
        let text = self.value.trim();
        if text.is_empty() || text.chars().count() > IDENTIFIER_MAX {
            return Err(format!("must have 1 to {IDENTIFIER_MAX} characters"));
        }
        let value = match self.kind {
            IdentifierKind::Phone => {
                text.parse::<PhoneNumber>().map_err(|error| error.to_string())?.as_str().to_owned()
            }
            IdentifierKind::Email => {
                let parts = text.split_once('@').filter(|(local, domain)| {
                    !local.is_empty() && domain.contains('.') && !domain.contains('@') && !text.contains(' ')
                });
                parts.map(|_| text.to_lowercase()).ok_or("is no e-mail address, such as anna@example.com")?
            }
            IdentifierKind::Telegram => text.trim_start_matches('@').to_lowercase(),
            IdentifierKind::Contract => text.to_uppercase(),
            IdentifierKind::TaxNumber => {
                let digits = text.bytes().all(|b| b.is_ascii_digit()) && (9..=14).contains(&text.len());
                if digits { text.to_owned() } else { return Err("must be 9 to 14 digits".to_owned()) }
            }
        };
        Ok(Self { kind: self.kind, value })
    }
}

/// What people set of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct CustomerFields {
    /// A person or an organisation.
    pub kind: CustomerKind,
    /// As people write it, in any script.
    #[schema(example = "Aziza Karimova")]
    pub name: String,
    /// Served with care: shown on the card.
    #[serde(default)]
    pub vip: bool,
    /// What the customer wants to be spoken to in.
    #[serde(default)]
    pub language: Option<Locale>,
    /// What the customer is recognised by.
    #[sqlx(json)]
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
    /// Values by key of the attribute. A change without them leaves them as they are; with them, what is absent is
    /// taken away.
    #[sqlx(json)]
    #[serde(default)]
    #[schema(value_type = Option<std::collections::HashMap<String, serde_json::Value>>)]
    pub attributes: Option<Values>,
}

impl CustomerFields {
    /// The same with identifiers in their stored form, or what cannot be accepted, by field.
    ///
    /// # Errors
    /// At least one fault.
    pub fn checked(&self) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let length = self.name.trim().chars().count();
        if length == 0 || length > NAME_MAX {
            faults.push(FieldFault::new("/name", format!("must have 1 to {NAME_MAX} characters")));
        }
        if self.identifiers.len() > IDENTIFIERS_MAX {
            faults.push(FieldFault::new("/identifiers", format!("at most {IDENTIFIERS_MAX} are kept")));
        }
        let mut identifiers: Vec<Identifier> = Vec::with_capacity(self.identifiers.len());
        for (position, identifier) in self.identifiers.iter().enumerate() {
            let pointer = format!("/identifiers/{position}/value");
            match identifier.normalised() {
                Ok(known) if identifiers.contains(&known) => {
                    faults.push(FieldFault::new(pointer, "is in the list twice"));
                }
                Ok(new) => identifiers.push(new),
                Err(detail) => faults.push(FieldFault::new(pointer, detail)),
            }
        }
        if faults.is_empty() {
            Ok(Self { name: self.name.trim().to_owned(), identifiers, ..self.clone() })
        } else {
            Err(faults)
        }
    }
}

/// Whom the company serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Customer {
    /// Its id.
    #[sqlx(rename = "customer_id")]
    pub id: CustomerId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: CustomerFields,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

impl Customer {
    /// The customer with what the viewer sees of the attributes.
    #[must_use]
    pub fn shown_to(mut self, viewer: &Viewer, attributes: &[Attribute]) -> Self {
        let values = self.fields.attributes.unwrap_or_default();
        self.fields.attributes = Some(attribute::shown(attributes, &values, viewer));
        self
    }
}

/// What a call needs to know about the customer whose number calls (CC-TEL-01).
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Caller {
    /// Who it is.
    pub customer_id: CustomerId,
    /// As the card says.
    pub name: String,
    /// A person or an organisation.
    pub kind: CustomerKind,
    /// Served with care.
    pub vip: bool,
    /// What the customer wants to be spoken to in.
    pub language: Option<Locale>,
}
