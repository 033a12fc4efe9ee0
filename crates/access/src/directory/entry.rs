//! What an entry of a directory makes of a person here.

use super::dn;
use super::settings::{DirectorySettings, GroupRole};
use crate::directory::name::login_of;
use base::Locale;
use chrono::{DateTime, Utc};

/// What was read of a person's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name, which changes when it is renamed or moved.
    pub dn: String,
    /// What never changes: the `entryUUID`, or the `objectGUID` as hexadecimal digits.
    pub external_id: String,
    /// The login.
    pub login: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The language (RFC 2798: as in HTTP's `Accept-Language`).
    pub language: Option<String>,
    /// The distinguished names of its groups.
    pub groups: Vec<String>,
    /// The account is switched off.
    pub is_switched_off: bool,
    /// When the account ends, with a last day of work for instance.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Whether `userAccountControl` of Active Directory has the bit of accounts that are switched off (MS-ADTS 2.2.16).
#[must_use]
pub fn is_switched_off(control: &str) -> bool {
    control.parse::<i64>().is_ok_and(|bits| bits & 2 != 0)
}

/// When an account of Active Directory ends, from its `accountExpires`: units of 100 ns since 1601, and two values for
/// never (MS-ADA1 2.2).
#[must_use]
pub fn ends_at(expires: &str) -> Option<DateTime<Utc>> {
    const UNITS_PER_SECOND: i64 = 10_000_000;
    const SECONDS_FROM_1601_TO_1970: i64 = 11_644_473_600;
    let units = expires.parse::<i64>().ok().filter(|&units| units != 0 && units != i64::MAX)?;
    DateTime::from_timestamp(units / UNITS_PER_SECOND - SECONDS_FROM_1601_TO_1970, 0)
}

/// Why a directory, or this server by what it read there, does not let somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The password is wrong, or nobody has that name.
    Wrong,
    /// The account is switched off or has ended, or does not pass the filter.
    SwitchedOff,
    /// The directory has locked the account.
    LockedThere,
    /// The password has expired in the directory, or must be changed there.
    Expired,
    /// No group of the person means a role here.
    NoGroup,
}

impl Refusal {
    /// The reason as the audit has it.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Wrong => "wrong password",
            Self::SwitchedOff => "switched off in the directory",
            Self::LockedThere => "locked in the directory",
            Self::Expired => "password expired in the directory",
            Self::NoGroup => "in no group that has a role",
        }
    }

    /// What a refused bind means, from its code and text; nothing when the server could not do it at all.
    ///
    /// 49 invalidCredentials, 48 inappropriateAuthentication, 32 noSuchObject, 34 invalidDNSyntax,
    /// 53 unwillingToPerform, 50 insufficientAccessRights (RFC 4511 A.1); Active Directory says more behind `data` in
    /// the text of 49, as a Windows error code in hexadecimal.
    #[must_use]
    pub fn of_bind(code: u32, text: &str) -> Option<Self> {
        let said = text.split_once("data ").map(|(_, rest)| rest);
        let data = said.and_then(|rest| rest.split([',', ' ']).next());
        match (code, data) {
            (49, Some("533" | "530" | "531" | "701")) => Some(Self::SwitchedOff),
            (49, Some("775")) => Some(Self::LockedThere),
            (49, Some("532" | "773")) => Some(Self::Expired),
            (32 | 34 | 48 | 49, _) => Some(Self::Wrong),
            (50 | 53, _) => Some(Self::SwitchedOff),
            _ => None,
        }
    }
}

/// What is kept here of a person of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The login, before it is told apart from others.
    pub login: String,
    /// The name that screens show, 1 to 200 characters.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The language at the first sign-in.
    pub locale: Locale,
}

impl Entry {
    /// The person that this entry makes; `typed` is the name that was typed, for an entry that names no login.
    #[must_use]
    pub fn profile(&self, settings: &DirectorySettings, typed: &str) -> Profile {
        let login = login_of(self.login.as_deref().unwrap_or(typed));
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&login);
        let email = self.email.as_deref().map(str::trim);
        Profile {
            name: name.chars().take(200).collect(),
            email: email.filter(|email| (3..=254).contains(&email.len())).map(str::to_owned),
            locale: self.locale().unwrap_or(settings.locale),
            login,
        }
    }

    /// The first language of `ru-RU, en;q=0.5` that is one of ours.
    fn locale(&self) -> Option<Locale> {
        self.language.as_deref()?.split(',').find_map(|range| {
            let tag = range.split(';').next().unwrap_or(range).trim();
            tag.split(['-', '_']).next().and_then(|code| code.to_lowercase().parse().ok())
        })
    }

    /// What the groups of an account that stands give.
    ///
    /// # Errors
    /// [`Refusal::SwitchedOff`] when it does not stand now, else as [`Entry::roles`].
    pub fn roles_at<'s>(
        &self,
        settings: &'s DirectorySettings,
        now: DateTime<Utc>,
    ) -> Result<Vec<&'s GroupRole>, Refusal> {
        if self.is_switched_off || self.ends_at.is_some_and(|end| end <= now) {
            return Err(Refusal::SwitchedOff);
        }
        self.roles(settings)
    }

    /// What the groups give, in the order of the settings.
    ///
    /// # Errors
    /// [`Refusal::NoGroup`] when groups have a meaning here and the person is in none that has.
    pub fn roles<'s>(&self, settings: &'s DirectorySettings) -> Result<Vec<&'s GroupRole>, Refusal> {
        let own: Vec<_> = self.groups.iter().map(|group| dn::key(group)).collect();
        let given: Vec<_> =
            settings.groups.iter().filter(|mapped| own.contains(&dn::key(&mapped.group))).collect();
        if given.is_empty() && !settings.groups.is_empty() { Err(Refusal::NoGroup) } else { Ok(given) }
    }
}
