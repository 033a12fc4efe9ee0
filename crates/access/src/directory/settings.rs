//! `[access.directory.<name>]`: where a directory is, how it is asked, and what its groups mean here.

use super::name::{Place, UserName};
use base::Locale;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Every directory under its name, which people of it keep: a renamed directory is another one.
pub type Directories = BTreeMap<String, DirectorySettings>;

/// Most directories: each may be asked in turn for a name without a domain.
pub const DIRECTORIES_MAX: usize = 8;
/// Most servers of one directory: each that is away costs `connect_timeout_seconds` before the next is tried.
pub const SERVERS_MAX: usize = 8;

/// How a person's password is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// The service account looks for the entry, then the password is tried with the name of the entry that was found.
    #[default]
    Search,
    /// The name of the entry is made from `bind_template`.
    Template,
    /// Active Directory's own ways: the password is tried with `user@domain` or `DOMAIN\user`.
    ActiveDirectory,
}

/// How the groups of a person are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// The entry names them in `memberOf`.
    #[default]
    MemberOf,
    /// Groups that name the entry are looked for.
    Search,
    /// Groups that hold the entry or a group with it, however deep, by Active Directory's rule
    /// `LDAP_MATCHING_RULE_IN_CHAIN` (MS-ADTS 3.1.1.3.4.4.3).
    Nested,
}

/// A password in the settings, which no log shows.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ServicePassword(pub String);

impl fmt::Debug for ServicePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// What members of a group of the directory may do here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRole {
    /// The distinguished name of the group.
    pub group: String,
    /// The role by its name or id.
    pub role: String,
    /// The organisation unit by its name or id; none: the whole organisation.
    #[serde(default)]
    pub unit: Option<String>,
}

/// One directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirectorySettings {
    /// Its servers, in the order in which they are tried: `ldaps://host` or `ldap://host`, which always means StartTLS.
    pub urls: Vec<String>,
    /// The certificates that the servers' must lead to, PEM; none: those of the system.
    pub ca_file: Option<PathBuf>,
    /// How a password is checked.
    pub bind: Binding,
    /// The name of a person's entry, with `{user}` in it.
    pub bind_template: Option<String>,
    /// The account that looks for people; by DN, or in Active Directory also by `user@domain`.
    pub service_dn: Option<String>,
    /// Its password.
    #[serde(skip_serializing)]
    pub service_password: Option<ServicePassword>,
    /// Where people stand.
    pub base: String,
    /// Which entries may sign in: `{user}` is the name without domain, `{login}` with it.
    pub user_filter: Option<String>,
    /// Domains after the `@` that belong to it; the first completes a name without one.
    pub domains: Vec<String>,
    /// The domain before the `\` that belongs to it.
    pub netbios_domain: Option<String>,
    /// What stays when a person is renamed.
    pub id_attribute: Option<String>,
    /// The login.
    pub login_attribute: Option<String>,
    /// The name that screens show.
    pub name_attribute: Option<String>,
    /// The e-mail address.
    pub email_attribute: String,
    /// The language of the screens.
    pub language_attribute: String,
    /// The language of who names none.
    pub locale: Locale,
    /// How groups are found.
    pub membership: Membership,
    /// Where groups stand; none: under `base`.
    pub group_base: Option<String>,
    /// Which attribute of a group names its members.
    pub group_member_attribute: String,
    /// What the groups mean. None: whoever the filter lets in may sign in, and gets the roles that administrators give.
    pub groups: Vec<GroupRole>,
    /// Seconds to reach a server, TLS included, before the next is tried.
    pub connect_timeout_seconds: u16,
    /// Seconds for each answer.
    pub timeout_seconds: u16,
    /// Minutes after which people who are signed in are looked up again; 0: never.
    pub recheck_minutes: u16,
}

impl Default for DirectorySettings {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            ca_file: None,
            bind: Binding::Search,
            bind_template: None,
            service_dn: None,
            service_password: None,
            base: String::new(),
            user_filter: None,
            domains: Vec::new(),
            netbios_domain: None,
            id_attribute: None,
            login_attribute: None,
            name_attribute: None,
            email_attribute: "mail".to_owned(),
            language_attribute: "preferredLanguage".to_owned(),
            locale: Locale::default(),
            membership: Membership::MemberOf,
            group_base: None,
            group_member_attribute: "member".to_owned(),
            groups: Vec::new(),
            connect_timeout_seconds: 3,
            timeout_seconds: 5,
            recheck_minutes: 15,
        }
    }
}

/// Accounts of people in Active Directory: bit 512 of `userAccountControl` (MS-ADTS 2.2.16). A computer is a user
/// there too, by its object class. Who is switched off is found, so that the audit can say it.
const AD_FILTER: &str = "(&(objectClass=user)(|(sAMAccountName={user})(userPrincipalName={login}))\
    (userAccountControl:1.2.840.113556.1.4.803:=512))";
const FILTER: &str = "(&(objectClass=person)(uid={user}))";

impl DirectorySettings {
    const fn by_kind(&self, active_directory: &'static str, others: &'static str) -> &'static str {
        match self.bind {
            Binding::ActiveDirectory => active_directory,
            Binding::Search | Binding::Template => others,
        }
    }

    /// Which entries may sign in.
    #[must_use]
    pub fn filter(&self) -> &str {
        self.user_filter.as_deref().unwrap_or(self.by_kind(AD_FILTER, FILTER))
    }

    /// The attribute that stays when a person is renamed.
    #[must_use]
    pub fn id_attribute(&self) -> &str {
        self.id_attribute.as_deref().unwrap_or(self.by_kind("objectGUID", "entryUUID"))
    }

    /// Whether that attribute holds bytes and not text.
    #[must_use]
    pub fn has_binary_id(&self) -> bool {
        self.id_attribute().eq_ignore_ascii_case("objectGUID")
    }

    /// The attribute of the login.
    #[must_use]
    pub fn login_attribute(&self) -> &str {
        self.login_attribute.as_deref().unwrap_or(self.by_kind("sAMAccountName", "uid"))
    }

    /// The attribute of the name.
    #[must_use]
    pub fn name_attribute(&self) -> &str {
        self.name_attribute.as_deref().unwrap_or(self.by_kind("displayName", "cn"))
    }

    /// The service account, when there is one.
    #[must_use]
    pub fn service(&self) -> Option<(&str, &str)> {
        let (dn, password) = (self.service_dn.as_deref()?, self.service_password.as_ref()?);
        Some((dn, &password.0))
    }

    /// Whether a name that was typed so belongs to this directory.
    #[must_use]
    pub fn knows(&self, place: &Place) -> bool {
        match place {
            Place::Anywhere => true,
            Place::Domain(domain) => self.domains.iter().any(|own| own.eq_ignore_ascii_case(domain)),
            Place::NetBios(domain) => {
                self.netbios_domain.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(domain))
            }
        }
    }

    /// The name with its domain, `user@domain`: as it was typed, or with the first domain of the directory.
    #[must_use]
    pub fn full_name(&self, name: &UserName) -> String {
        match (&name.place, self.domains.first()) {
            (Place::Domain(domain), _) => format!("{}@{domain}", name.user),
            (_, Some(domain)) => format!("{}@{domain}", name.user),
            (_, None) => name.user.clone(),
        }
    }

    /// The name with which Active Directory is asked: as it was typed when it has a domain.
    #[must_use]
    pub fn active_directory_name(&self, name: &UserName) -> String {
        match &name.place {
            Place::NetBios(domain) => format!("{domain}\\{}", name.user),
            Place::Anywhere | Place::Domain(_) => self.full_name(name),
        }
    }
}

/// The directories, by name, that a typed name may belong to.
#[must_use]
pub fn asked_for(directories: &Directories, name: &UserName) -> Vec<String> {
    directories
        .iter()
        .filter(|(_, settings)| settings.knows(&name.place))
        .map(|(directory, _)| directory.clone())
        .collect()
}

/// A login that tells people of one name apart: with the first domain of the directory, or the directory's name.
#[must_use]
pub fn login_with_domain(login: &str, directory: &str, settings: Option<&DirectorySettings>) -> String {
    let domain = settings.and_then(|settings| settings.domains.first()).map_or(directory, String::as_str);
    super::name::login_of(&format!("{login}@{domain}"))
}
