//! Names and filters that are sent to a directory. Whatever a person typed is escaped: by RFC 4514 in names, by
//! RFC 4515 in filters.

use access::directory::{DirectorySettings, UserName};
use ldap3::{dn_escape, ldap_escape};
use std::fmt::Write;

/// `LDAP_MATCHING_RULE_IN_CHAIN` of Active Directory (MS-ADTS 3.1.1.3.4.4.3).
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";

/// The name of a person's entry, made from the template.
pub(super) fn entry_name(template: &str, user: &UserName) -> String {
    template.replace("{user}", &dn_escape(user.user.as_str()))
}

/// The filter that finds the person. One pass over the template: what stands in a name is never read as a placeholder.
pub(super) fn user_filter(settings: &DirectorySettings, user: &UserName) -> String {
    let full = settings.full_name(user);
    fill(settings.filter(), &ldap_escape(user.user.as_str()), &ldap_escape(full.as_str()))
}

/// The filter that finds an entry by what never changes, if it still may sign in.
pub(super) fn id_filter(settings: &DirectorySettings, external_id: &str) -> String {
    let value = if settings.has_binary_id() {
        escape_bytes(external_id)
    } else {
        ldap_escape(external_id).into_owned()
    };
    format!("(&({}={value}){})", settings.id_attribute(), fill(settings.filter(), "*", "*"))
}

/// The filter that finds the groups of an entry.
pub(super) fn group_filter(settings: &DirectorySettings, dn: &str, is_nested: bool) -> String {
    let attribute = &settings.group_member_attribute;
    let rule = if is_nested { format!(":{IN_CHAIN}:") } else { String::new() };
    format!("({attribute}{rule}={})", ldap_escape(dn))
}

fn fill(template: &str, user: &str, login: &str) -> String {
    let mut filled = String::with_capacity(template.len() + user.len() + login.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        if let Some(after) = from.strip_prefix("{user}") {
            filled.push_str(user);
            rest = after;
        } else if let Some(after) = from.strip_prefix("{login}") {
            filled.push_str(login);
            rest = after;
        } else {
            filled.push('{');
            rest = from.strip_prefix('{').unwrap_or_default();
        }
    }
    filled.push_str(rest);
    filled
}

/// `0a1b` as `\0a\1b`.
fn escape_bytes(digits: &str) -> String {
    let mut escaped = String::with_capacity(digits.len() * 2);
    let mut digits = digits.chars().filter(char::is_ascii_hexdigit);
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        // Writing to a string does not fail.
        let _ = write!(escaped, "\\{high}{low}");
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::directory::Binding;

    fn named(typed: &str) -> UserName {
        UserName::read(typed).unwrap()
    }

    /// SEC-01: nobody widens the search or leaves the template by what they type.
    #[test]
    fn what_was_typed_is_escaped_in_filters_and_in_names() {
        let settings = DirectorySettings::default();
        let filter = user_filter(&settings, &named("*)(uid=*"));
        assert_eq!(filter, r"(&(objectClass=person)(uid=\2a\29\28uid=\2a))");
        assert!(ldap3::parse_filter(&filter).is_ok());
        assert_eq!(user_filter(&settings, &named("{login}")), "(&(objectClass=person)(uid={login}))");
        assert_eq!(
            entry_name("uid={user},ou=people,dc=x", &named("anna,ou=admins+x=\"#")),
            r"uid=anna\2cou\3dadmins\2bx\3d\22#,ou=people,dc=x"
        );
    }

    /// CIMP-ADM-01, the filters of Active Directory.
    #[test]
    fn active_directory_is_asked_by_its_attributes_and_its_rules() {
        let settings = DirectorySettings {
            bind: Binding::ActiveDirectory,
            domains: vec!["example.com".to_owned()],
            ..DirectorySettings::default()
        };
        let people = "(userAccountControl:1.2.840.113556.1.4.803:=512)";
        assert_eq!(
            user_filter(&settings, &named("EXAMPLE\\anna")),
            format!(
                "(&(objectClass=user)(|(sAMAccountName=anna)(userPrincipalName=anna@example.com)){people})"
            )
        );
        let by_id = id_filter(&settings, "00ff1a");
        assert!(
            by_id.starts_with(r"(&(objectGUID=\00\ff\1a)(&(objectClass=user)(|(sAMAccountName=*)"),
            "{by_id}"
        );
        let groups = group_filter(&settings, "cn=A (b),dc=x", true);
        assert_eq!(groups, r"(member:1.2.840.113556.1.4.1941:=cn=A \28b\29,dc=x)");
        for filter in [by_id, groups] {
            assert!(ldap3::parse_filter(&filter).is_ok(), "{filter}");
        }
    }
}
