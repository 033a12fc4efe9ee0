//! `[access.directory.<name>]`: what types alone cannot say.

use super::problem::Problems;
use access::directory::settings::{DIRECTORIES_MAX, SERVERS_MAX};
use access::directory::{Binding, Directories, DirectorySettings, Membership};

/// Longest name of a directory: it stands in events, and in logins when two people share a name.
const NAME_MAX: usize = 40;

pub(super) fn check(directories: &Directories, problems: &mut Problems) {
    problems.unless(
        directories.len() <= DIRECTORIES_MAX,
        "access.directory",
        format!("at most {DIRECTORIES_MAX} directories"),
    );
    for (name, settings) in directories {
        let fits = name.len() <= NAME_MAX
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let key = format!("access.directory.{name}");
        problems.unless(fits, &key, "name it with lower-case letters, digits and _");
        check_servers(&key, settings, problems);
        check_people(&key, settings, problems);
        check_groups(&key, settings, problems);
    }
}

fn check_servers(key: &str, settings: &DirectorySettings, problems: &mut Problems) {
    let at = |field: &str| format!("{key}.{field}");
    let count = settings.urls.len();
    problems.unless(
        (1..=SERVERS_MAX).contains(&count),
        &at("urls"),
        format!("name 1 to {SERVERS_MAX} servers"),
    );
    for url in &settings.urls {
        let parsed = reqwest::Url::parse(url).ok();
        let fits = parsed.is_some_and(|url| {
            matches!(url.scheme(), "ldap" | "ldaps") && url.host_str().is_some_and(|host| !host.is_empty())
        });
        problems.unless(fits, &at("urls"), format!("\"{url}\" must be ldaps://host or ldap://host"));
    }
    if let Some(file) = &settings.ca_file {
        problems.unless(file.is_file(), &at("ca_file"), format!("there is no file {}", file.display()));
    }
    let (connect, answer) = (settings.connect_timeout_seconds, settings.timeout_seconds);
    problems.unless((1..=60).contains(&connect), &at("connect_timeout_seconds"), "must be 1 to 60");
    problems.unless((1..=60).contains(&answer), &at("timeout_seconds"), "must be 1 to 60");
}

fn check_people(key: &str, settings: &DirectorySettings, problems: &mut Problems) {
    let at = |field: &str| format!("{key}.{field}");
    problems.unless(!settings.base.trim().is_empty(), &at("base"), "say where people stand");
    let filter = settings.filter();
    let names_user = filter.contains("{user}") || filter.contains("{login}");
    problems.unless(names_user, &at("user_filter"), "must hold {user} or {login}");
    let tried = filter.replace("{user}", "a").replace("{login}", "a");
    problems.unless(
        ldap3::parse_filter(&tried).is_ok(),
        &at("user_filter"),
        "is no filter of LDAP (RFC 4515)",
    );
    let given = (settings.service_dn.is_some(), settings.service_password.is_some());
    problems.unless(given.0 == given.1, &at("service_dn"), "give service_dn and service_password together");
    let is_empty = settings.service().is_some_and(|(dn, password)| dn.is_empty() || password.is_empty());
    problems.unless(!is_empty, &at("service_password"), "an empty password asks nothing of the directory");
    match settings.bind {
        Binding::Search => {
            problems.unless(
                given.0,
                &at("service_dn"),
                "bind = \"search\" needs the account that looks for people",
            );
        }
        Binding::Template => {
            let fits = settings.bind_template.as_ref().is_some_and(|template| template.contains("{user}"));
            problems.unless(fits, &at("bind_template"), "must be a distinguished name with {user} in it");
        }
        Binding::ActiveDirectory => {
            problems.unless(
                !settings.domains.is_empty(),
                &at("domains"),
                "name the domain, such as example.com",
            );
        }
    }
}

fn check_groups(key: &str, settings: &DirectorySettings, problems: &mut Problems) {
    for mapped in &settings.groups {
        let fits = mapped.group.contains('=') && !mapped.role.trim().is_empty();
        let detail =
            format!("\"{}\": group is a distinguished name, role a role of this server", mapped.group);
        problems.unless(fits, &format!("{key}.groups"), detail);
    }
    let searches = settings.membership != Membership::MemberOf;
    let named = !settings.group_member_attribute.is_empty();
    problems.unless(!searches || named, &format!("{key}.group_member_attribute"), "must not be empty");
}
