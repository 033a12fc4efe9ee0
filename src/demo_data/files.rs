//! The files of the demo organisation.

use base::id::{RoleId, SkillId};
use base::{LocalText, Locale};
use crm::attribute::Values;
use crm::customer::{CustomerFields, CustomerKind, Identifier, IdentifierKind};
use crm::structure::Structures;
use loyalty::bonus_type::BonusTypeFields;
use loyalty::programme::ProgrammeFields;
use loyalty::service::ServiceFields;
use loyalty::tier::TierFields;
use routing::config::SkillLevel;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use telephony::config::{NumberFields, TrunkFields};

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is missing or cannot be read.
    #[error("{0} cannot be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It is no TOML, or a key is missing, unknown or of the wrong kind; the source says which line.
    #[error("{0} is not understood")]
    Malformed(PathBuf, #[source] Box<toml::de::Error>),
    /// A record names another one that the file does not have.
    #[error("{file}: there is no {what} with the key {key:?}")]
    UnknownKey {
        /// Which file.
        file: &'static str,
        /// What is named.
        what: &'static str,
        /// Its key.
        key: String,
    },
}

/// `organisation.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The password of every person.
    pub password: String,
    /// Parts of the organisation, those above before those below.
    pub unit: Vec<Unit>,
    /// What operators can do.
    pub skill: Vec<Skill>,
    /// Queues.
    pub queue: Vec<Queue>,
    /// Not-ready reasons.
    pub reason: Vec<Reason>,
    /// Results.
    pub result: Vec<Named>,
    /// People.
    pub person: Vec<Person>,
}

/// `[[unit]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// How the files refer to it.
    pub key: String,
    /// The name.
    pub name: String,
    /// The key of the unit above; none: the whole organisation.
    pub above: Option<String>,
}

/// `[[skill]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// How the files refer to it.
    pub key: String,
    /// The name.
    pub name: LocalText,
}

/// `[[queue]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// How the files refer to it.
    pub key: String,
    /// The name; flows use it.
    pub name: String,
    /// The key of its unit.
    pub unit: String,
    /// Keys of skills with the least level.
    pub skills: BTreeMap<String, i32>,
    /// How long one offer rings.
    pub ring_seconds: i32,
    /// How long wrap-up lasts.
    pub wrap_up_seconds: i32,
    /// Topic and result must be chosen.
    pub wrap_up_mandatory: bool,
    /// Service level: within.
    pub target_seconds: i32,
    /// Service level: share.
    pub target_percent: i32,
    /// Who leaves sooner does not count.
    pub short_abandon_seconds: i32,
    /// Contacts that may wait at once.
    pub waiting_max: i32,
    /// Higher is served first.
    pub priority: i32,
}

/// `[[reason]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The stable code.
    pub code: String,
    /// The name.
    pub name: LocalText,
}

/// `[[result]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The name.
    pub name: LocalText,
}

/// A role that every installation has.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Serves contacts.
    Operator,
    /// Looks after operators.
    Supervisor,
    /// Serves members of loyalty programmes.
    CustomerService,
    /// Sets up loyalty programmes.
    Marketing,
    /// Works for a partner.
    Partner,
}

impl Role {
    /// Its id.
    #[must_use]
    pub const fn id(self) -> RoleId {
        match self {
            Self::Operator => access::role::OPERATOR,
            Self::Supervisor => access::role::SUPERVISOR,
            Self::CustomerService => access::role::CUSTOMER_SERVICE,
            Self::Marketing => access::role::MARKETING,
            Self::Partner => access::role::PARTNER,
        }
    }
}

/// `[[person]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What is typed to sign in.
    pub login: String,
    /// The name.
    pub name: String,
    /// The company's number.
    pub personnel_number: String,
    /// The phone's number.
    pub sip_number: String,
    /// The language of the screens.
    pub locale: Locale,
    /// The key of the unit.
    pub unit: String,
    /// What the person may do there.
    pub role: Role,
    /// Keys of queues that the operator serves.
    #[serde(default)]
    pub queues: Vec<String>,
    /// Keys of skills with levels.
    #[serde(default)]
    pub skills: BTreeMap<String, i32>,
}

/// `topics.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topics {
    /// Categories.
    pub topic: Vec<Category>,
}

/// `[[topic]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The name.
    pub name: LocalText,
    /// Names of the subcategories.
    pub subtopics: Vec<LocalText>,
}

/// `telephony.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telephony {
    /// Trunks known by address.
    pub trunk: Vec<TrunkFields>,
    /// Numbers.
    pub number: Vec<NumberFields>,
}

/// `customers.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customers {
    /// Customers.
    pub customer: Vec<Customer>,
}

/// One customer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// A person or an organisation.
    pub kind: CustomerKind,
    /// The name.
    pub name: String,
    /// What the customer wants to be spoken to in.
    pub language: Option<Locale>,
    /// Served with care.
    #[serde(default)]
    pub vip: bool,
    /// Phone numbers.
    pub phones: Vec<String>,
    /// The taxpayer's number.
    pub tax_number: Option<String>,
    /// The number of a contract.
    pub contract: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// Values by key of the attribute.
    pub attributes: Values,
}

/// `records.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// Kinds of cards and links, and attributes.
    pub structures: Structures,
    /// Cards.
    pub card: Vec<Card>,
    /// Links between customers.
    pub link: Vec<Link>,
}

/// One card.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The key of its kind.
    pub kind: String,
    /// Whose it is: a phone number.
    pub used_by: String,
    /// Values by key of the attribute.
    pub attributes: Values,
}

/// One link between customers, each named by a phone number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The key of its kind.
    pub kind: String,
    /// The first.
    pub from: String,
    /// The second.
    pub to: String,
    /// What people want to remember of it.
    pub note: Option<String>,
}

/// `loyalty.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loyalty {
    /// The programme.
    pub programme: ProgrammeFields,
    /// Its kinds of points.
    pub bonus_type: Vec<BonusTypeFields>,
    /// Its levels.
    pub tier: Vec<TierFields>,
    /// Who takes part.
    pub member: Vec<Member>,
}

/// `[[member]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Who it is: a phone number.
    pub phone: String,
    /// The number of the master account.
    pub number: String,
    /// The macroregion.
    pub macroregion: Option<String>,
    /// Connected services.
    pub services: Vec<ServiceFields>,
}

impl Customer {
    /// As the store takes it.
    #[must_use]
    pub fn fields(&self) -> CustomerFields {
        let identifier = |kind, value: &String| Identifier { kind, value: value.clone() };
        let phones = self.phones.iter().map(|phone| identifier(IdentifierKind::Phone, phone));
        let tax = self.tax_number.iter().map(|number| identifier(IdentifierKind::TaxNumber, number));
        let contract = self.contract.iter().map(|number| identifier(IdentifierKind::Contract, number));
        let email = self.email.iter().map(|address| identifier(IdentifierKind::Email, address));
        CustomerFields {
            kind: self.kind,
            name: self.name.clone(),
            vip: self.vip,
            language: self.language,
            identifiers: phones.chain(tax).chain(contract).chain(email).collect(),
            attributes: Some(self.attributes.clone()),
        }
    }
}

/// Reads one file.
///
/// # Errors
/// It is missing or not understood.
pub fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, Fault> {
    let file = folder.join(name);
    let text = std::fs::read_to_string(&file).map_err(|error| Fault::Unreadable(file.clone(), error))?;
    toml::from_str(&text).map_err(|error| Fault::Malformed(file, Box::new(error)))
}

/// The id of the record with this key.
///
/// # Errors
/// No record has it.
pub fn known<T: Copy>(
    file: &'static str,
    what: &'static str,
    key: &str,
    records: &BTreeMap<String, T>,
) -> Result<T, Fault> {
    records.get(key).copied().ok_or_else(|| Fault::UnknownKey { file, what, key: key.to_owned() })
}

/// Skills by key as skills by id.
///
/// # Errors
/// A key that no skill has.
pub fn level_list(
    levels: &BTreeMap<String, i32>,
    skills: &BTreeMap<String, SkillId>,
) -> Result<Vec<SkillLevel>, Fault> {
    let level = |(key, level): (&String, &i32)| {
        Ok(SkillLevel { skill_id: known("organisation.toml", "skill", key, skills)?, level: *level })
    };
    levels.iter().map(level).collect()
}
