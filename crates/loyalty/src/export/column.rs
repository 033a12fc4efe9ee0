//! Columns of a client selection: paths of what is known of a member, and fields of the files in which participants come, so
//! that what went out can come in again (CIMP-ETL-05, CIMP-ETL-12).

use crate::file::{FileKind, sex};
use crate::service::ServiceFields;

/// Where the text of a column comes from.
#[derive(Clone, Debug)]
pub enum Column {
    /// What is known at a path, such as `account.tier`.
    Known(String),
    /// The same as a field of files of participants.
    Field(String),
    /// The participant's sex, as files write it.
    Sex(String),
    /// A field of a connected service, of which each has a line then.
    Service(fn(&ServiceFields) -> &str),
    /// A field of which nothing is kept.
    Nothing,
}

impl Column {
    /// The column of this name; `birthday` is the attribute in which the programme keeps birthdays.
    #[must_use]
    pub fn named(name: &str, birthday: Option<&str>) -> Option<Self> {
        if name.starts_with("account.") || name.starts_with("customer.") {
            let plain = !name.contains(['|', '\n', '\r']);
            return plain.then(|| Self::Known(name.to_owned()));
        }
        FileKind::Participants.field(name)?;
        let field = |path: &str| Self::Field(path.to_owned());
        Some(match name {
            "account" => field("account.number"),
            "macroregion" => field("account.macroregion"),
            "region" => field("account.region"),
            "full_name" => field("customer.name"),
            "service_id" => Self::Service(|service| &service.code),
            "service_name" => Self::Service(|service| &service.name),
            "service_user" => Self::Service(|service| &service.user_id),
            "service_line" => Self::Service(|service| &service.line),
            "birth_date" => birthday.map_or(Self::Nothing, |key| Self::Field(format!("customer.{key}"))),
            sex::KEY => Self::Sex(format!("customer.{}", sex::KEY)),
            // The others are the customer's under their own name.
            own => Self::Field(format!("customer.{own}")),
        })
    }

    /// The path that it shows.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Known(path) | Self::Field(path) | Self::Sex(path) => Some(path),
            Self::Service(_) | Self::Nothing => None,
        }
    }
}
