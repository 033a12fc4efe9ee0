use super::entry::{ends_at, is_switched_off};
use super::name::Place;
use super::settings::{asked_for, login_with_domain};
use super::*;
use base::Locale;

fn named(typed: &str) -> UserName {
    UserName::read(typed).unwrap()
}

/// RFC 4513, 5.1.2
#[test]
fn an_empty_password_cannot_be_sent_and_none_is_printed() {
    assert!(Password::new("").is_none());
    assert!(Password::new("a\0").is_none());
    assert_eq!(format!("{:?}", Password::new("secret").unwrap()), "Password([REDACTED])");
}

/// CIMP-ADM-01: the ways of Active Directory.
#[test]
fn a_typed_name_says_where_it_belongs() {
    assert_eq!(named(" anna ").place, Place::Anywhere);
    assert_eq!(
        named("anna@Example.com"),
        UserName { user: "anna".into(), place: Place::Domain("Example.com".into()) }
    );
    assert_eq!(
        named("EXAMPLE\\anna"),
        UserName { user: "anna".into(), place: Place::NetBios("EXAMPLE".into()) }
    );
    for nothing in ["", "  ", "an\0na", "@example.com", "EXAMPLE\\", &"a".repeat(400)] {
        assert_eq!(UserName::read(nothing), None, "{nothing}");
    }
    assert_eq!(named("O'Brien Müller").login(), "o_brien_müller");
}

#[test]
fn a_domain_chooses_the_directory_and_a_bare_name_asks_all() {
    let directory = |domain: &str, netbios: &str| DirectorySettings {
        domains: vec![domain.to_owned()],
        netbios_domain: Some(netbios.to_owned()),
        ..DirectorySettings::default()
    };
    let all = Directories::from([
        ("east".to_owned(), directory("east.example", "EAST")),
        ("west".to_owned(), directory("west.example", "WEST")),
    ]);

    assert_eq!(asked_for(&all, &named("anna")), ["east", "west"]);
    assert_eq!(asked_for(&all, &named("anna@WEST.example")), ["west"]);
    assert_eq!(asked_for(&all, &named("east\\anna")), ["east"]);
    assert!(asked_for(&all, &named("anna@north.example")).is_empty());
    assert_eq!(all["east"].active_directory_name(&named("anna")), "anna@east.example");
    assert_eq!(all["east"].active_directory_name(&named("EAST\\anna")), "EAST\\anna");
    assert_eq!(login_with_domain("anna", "east", all.get("east")), "anna@east.example");
    assert_eq!(login_with_domain("anna", "east", None), "anna@east");
}

#[test]
fn names_of_groups_are_compared_as_names_and_not_as_text() {
    let same = [
        ("cn=Ops,dc=x", "CN=ops, DC=X"),
        (r"cn=a\,b,dc=x", r"cn=a\2Cb,dc=x"),
        ("cn=a+ou=b,dc=x", "ou=b+cn=a,dc=x"),
        (r"cn=\D0\9E,dc=x", "cn=О,dc=x"),
        (r#"cn="a,b",dc=x"#, r"cn=a\,b,dc=x"),
    ];
    for (one, other) in same {
        assert_eq!(dn::key(one), dn::key(other), "{one} {other}");
    }
    for (one, other) in
        [("cn=ops,dc=x", "cn=ops,dc=y"), (r"cn=a\,dc=x", "cn=a,dc=x"), ("cn=ops", "cn=ops,dc=x")]
    {
        assert_ne!(dn::key(one), dn::key(other), "{one} {other}");
    }
}

#[test]
fn groups_give_roles_and_who_is_in_none_of_them_is_refused() {
    let role = |group: &str, role: &str| GroupRole { group: group.into(), role: role.into(), unit: None };
    let mut settings = DirectorySettings {
        groups: vec![role("cn=ops,dc=x", "Operator"), role("cn=boss,dc=x", "Supervisor")],
        ..DirectorySettings::default()
    };
    let entry = |groups: &[&str]| Entry {
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        ..Entry::default()
    };

    let roles = entry(&["CN=Boss, DC=x", "cn=others,dc=x"]);
    assert_eq!(roles.roles(&settings).unwrap(), [&role("cn=boss,dc=x", "Supervisor")]);
    assert_eq!(entry(&["cn=others,dc=x"]).roles(&settings), Err(Refusal::NoGroup));
    settings.groups.clear();
    assert!(entry(&[]).roles(&settings).unwrap().is_empty());
}

/// CIMP-ADM-01: what Active Directory keeps of an account, in its own numbers.
#[test]
fn an_account_that_is_switched_off_or_has_ended_gives_no_role() {
    for (control, is_off) in [("512", false), ("514", true), ("66048", false), ("66050", true), ("", false)] {
        assert_eq!(is_switched_off(control), is_off, "{control}");
    }
    for never in ["0", "9223372036854775807", "", "soon"] {
        assert_eq!(ends_at(never), None, "{never}");
    }
    let end = ends_at("131277024000000000").unwrap();
    assert_eq!(end.to_rfc3339(), "2017-01-01T00:00:00+00:00");

    let settings = DirectorySettings::default();
    let ended = Entry { ends_at: Some(end), ..Entry::default() };
    assert!(ended.roles_at(&settings, end - chrono::TimeDelta::seconds(1)).is_ok());
    assert_eq!(ended.roles_at(&settings, end), Err(Refusal::SwitchedOff));
    let off = Entry { is_switched_off: true, ..Entry::default() };
    assert_eq!(off.roles_at(&settings, end), Err(Refusal::SwitchedOff));
}

#[test]
fn a_person_is_made_of_what_the_entry_has() {
    let settings = DirectorySettings { locale: Locale::Uz, ..DirectorySettings::default() };
    let bare = Entry::default().profile(&settings, "Anna");
    assert_eq!((bare.login.as_str(), bare.name.as_str(), bare.locale), ("anna", "anna", Locale::Uz));
    let entry = Entry {
        login: Some("AKarimova".into()),
        name: Some(" Анна Каримова ".into()),
        email: Some("anna@example.com".into()),
        language: Some("de, en-GB;q=0.8, ru".into()),
        ..Entry::default()
    };
    let full = entry.profile(&settings, "anna");
    assert_eq!(
        (full.login.as_str(), full.name.as_str(), full.locale),
        ("akarimova", "Анна Каримова", Locale::En)
    );
}

/// The texts are those of Active Directory; it answers 49 to everything and says the cause in `data`.
#[test]
fn a_refused_bind_says_why() {
    let text = |data| {
        format!("80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data {data}, v4563")
    };
    assert_eq!(Refusal::of_bind(49, ""), Some(Refusal::Wrong));
    assert_eq!(Refusal::of_bind(49, &text("52e")), Some(Refusal::Wrong));
    assert_eq!(Refusal::of_bind(49, &text("533")), Some(Refusal::SwitchedOff));
    assert_eq!(Refusal::of_bind(49, &text("775")), Some(Refusal::LockedThere));
    assert_eq!(Refusal::of_bind(49, &text("773")), Some(Refusal::Expired));
    assert_eq!(Refusal::of_bind(52, "unavailable"), None);
}
