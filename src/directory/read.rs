//! What an answer of a directory says, as the rules read it.

use access::directory::entry::{ends_at, is_switched_off};
use access::directory::{DirectorySettings, Entry};
use ldap3::SearchEntry;

/// The attributes to ask for.
pub(super) fn attributes(settings: &DirectorySettings) -> Vec<String> {
    [
        settings.id_attribute(),
        settings.login_attribute(),
        settings.name_attribute(),
        &settings.email_attribute,
        &settings.language_attribute,
        MEMBER_OF,
        CONTROL,
        EXPIRES,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Where an entry names its groups; an operational attribute in some servers, so it is always asked for by name.
const MEMBER_OF: &str = "memberOf";
/// Where Active Directory keeps whether an account is switched off, and when it ends. Asked of every server: those
/// that do not know the attributes leave them out.
const CONTROL: &str = "userAccountControl";
const EXPIRES: &str = "accountExpires";

/// An entry, when it has what never changes.
pub(super) fn entry(found: &SearchEntry, settings: &DirectorySettings) -> Option<Entry> {
    // A bind with an empty name succeeds with any password: it is an anonymous one (RFC 4513, 5.1.1).
    if found.dn.is_empty() {
        return None;
    }
    let text = |name: &str| texts(found, name).and_then(|values| values.first().cloned());
    let external_id = if settings.has_binary_id() {
        bytes(found, settings.id_attribute()).map(hex::encode)?
    } else {
        text(settings.id_attribute())?.to_lowercase()
    };
    Some(Entry {
        dn: found.dn.clone(),
        external_id,
        login: text(settings.login_attribute()),
        name: text(settings.name_attribute()),
        email: text(&settings.email_attribute),
        language: text(&settings.language_attribute),
        groups: texts(found, MEMBER_OF).cloned().unwrap_or_default(),
        is_switched_off: text(CONTROL).is_some_and(|control| is_switched_off(&control)),
        ends_at: text(EXPIRES).and_then(|expires| ends_at(&expires)),
    })
}

/// The values of an attribute; servers write its name as they like.
fn texts<'f>(found: &'f SearchEntry, name: &str) -> Option<&'f Vec<String>> {
    found.attrs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, values)| values)
}

/// The bytes of an attribute: the client hands out as text what happens to be text.
fn bytes(found: &SearchEntry, name: &str) -> Option<Vec<u8>> {
    let binary = found.bin_attrs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let binary = binary.and_then(|(_, values)| values.first().cloned());
    binary.or_else(|| texts(found, name)?.first().map(|text| text.clone().into_bytes()))
}
