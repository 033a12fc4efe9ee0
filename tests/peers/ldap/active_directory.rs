//! Active Directory's own ways, against a domain controller of Samba. Who is in it: `domain.ldif`.

use super::forward::{UNNAMED, forwarded};
use super::office::{Browser, Office};
use super::samba::{Domain, OTHER_SECRET, SECRET};
use super::slapd::foreign_ca;
use super::{WRONG, is};
use access::directory::settings::ServicePassword;
use access::directory::{Binding, DirectorySettings, GroupRole, Membership};
use serde_json::{Value, json};

const PEOPLE: &str = "OU=People,DC=example,DC=test";
const EXPIRED: (u16, &str) = (403, "directory-password-expired");

/// The password is tried with the name that was typed, and the entry read with the person's own rights.
fn direct(domain: &Domain) -> DirectorySettings {
    let role = |group: &str, role: &str| GroupRole {
        group: format!("cn={group},ou=groups,dc=example,dc=test"),
        role: role.to_owned(),
        unit: None,
    };
    DirectorySettings {
        urls: vec![domain.url()],
        ca_file: Some(domain.folder().join("ca.pem")),
        bind: Binding::ActiveDirectory,
        base: "DC=example,DC=test".to_owned(),
        domains: vec!["example.test".to_owned()],
        netbios_domain: Some("EXAMPLE".to_owned()),
        groups: vec![role("operators", "Operator"), role("supervisors", "Supervisor")],
        membership: Membership::Nested,
        connect_timeout_seconds: 20,
        timeout_seconds: 20,
        ..DirectorySettings::default()
    }
}

/// A service account, by its own user principal name, finds the entry first.
fn by_service(domain: &Domain) -> DirectorySettings {
    DirectorySettings {
        service_dn: Some("trunkline@example.test".to_owned()),
        service_password: Some(ServicePassword(SECRET.to_owned())),
        ..direct(domain)
    }
}

fn both(domain: &Domain) -> [DirectorySettings; 2] {
    [direct(domain), by_service(domain)]
}

fn change_person(domain: &Domain, cn: &str, change: &str) {
    domain.change(&format!("dn: CN={cn},{PEOPLE}\nchangetype: modify\n{change}\n"));
}

async fn people(office: &Office) -> i64 {
    sqlx::query_scalar("select count(*) from access.person where directory is not null")
        .fetch_one(office.db.pool())
        .await
        .unwrap()
}

/// SEC-01, CIMP-ADM-01, INT-16: `user@domain` by either name of the account, `DOMAIN\user` and the bare name are one
/// person, over StartTLS and over ldaps, with the role of a group three groups away.
#[tokio::test(flavor = "multi_thread")]
async fn every_name_of_an_account_signs_in_and_groups_in_groups_give_the_role() {
    let domain = Domain::shared();
    let secure = DirectorySettings { urls: vec![domain.secure_url()], ..by_service(&domain) };
    for settings in [direct(&domain), secure] {
        let office = Office::open(settings).await;
        let (_, me) = office.welcomes("anna@example.test", SECRET).await;
        let person = &me["person"];
        assert_eq!((&person["login"], &person["locale"]), (&json!("akarimova"), &json!("uz")));
        assert_eq!(person["name"], "Anna Karimova");
        assert_eq!(me["is_operator"], true);
        for name in ["akarimova", "AKarimova@Example.Test", "EXAMPLE\\akarimova", "example\\AKARIMOVA"] {
            let (_, again) = office.welcomes(name, SECRET).await;
            assert_eq!(again["person"]["id"], person["id"], "{name}");
        }
        for name in ["EXAMPLE\\akarimova", "nobody"] {
            assert!(is(&office.tries(name, "Wrong-secret-1").await, WRONG), "{name}");
        }
        assert_eq!(people(&office).await, 1);
        office.welcomes("akarimova", SECRET).await;
    }
}

/// CIMP-ADM-02: `memberOf` holds the groups that name the person, and no group of those. Who is in no group that has a
/// role is not let in, and nothing of the person is kept.
#[tokio::test(flavor = "multi_thread")]
async fn only_groups_that_the_settings_name_give_a_role() {
    let domain = Domain::shared();
    let ways = [
        (Membership::Nested, direct(&domain)),
        (Membership::MemberOf, by_service(&domain)),
        (Membership::Search, direct(&domain)),
    ];
    for (membership, settings) in ways {
        let office = Office::open(DirectorySettings { membership, ..settings }).await;
        let (_, me) = office.welcomes("EXAMPLE\\boris", SECRET).await;
        assert_eq!(me["is_operator"], true, "{membership:?}");
        assert!(is(&office.tries("EXAMPLE\\vera", SECRET).await, WRONG), "{membership:?}");
        assert_eq!(office.reasons().await, ["in no group that has a role"]);
        let nested = office.tries("EXAMPLE\\akarimova", SECRET).await;
        assert_eq!(nested.0 == 200, membership == Membership::Nested, "{membership:?}: {nested:?}");
        assert_eq!(people(&office).await, if nested.0 == 200 { 2 } else { 1 });
    }
}

/// SEC-01: what stands behind `data` in the answer of a domain controller: who knows the password is told that it has
/// expired or has to be changed; who is switched off, has ended or is locked learns nothing, and the audit why.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sign_in_is_refused_and_the_audit_knows_why() {
    let domain = Domain::shared();
    // Locked, but not through this server.
    for _ in 0..5 {
        domain.refusal("lola@example.test", "Wrong-secret-1");
    }
    let codes = [("dina", "533"), ("ela", "701"), ("lola", "775"), ("musa", "773"), ("olga", "532")];
    for (name, code) in codes {
        let refusal = domain.refusal(&format!("{name}@example.test"), SECRET);
        assert!(refusal.contains(&format!("data {code},")), "{name}: {refusal}");
    }
    let off = "switched off in the directory";
    let expired = "password expired in the directory";
    let refusals = [
        ("dina", WRONG, off),
        ("ela", WRONG, off),
        ("lola", WRONG, "locked in the directory"),
        ("musa", EXPIRED, expired),
        ("olga", EXPIRED, expired),
    ];

    for settings in both(&domain) {
        let office = Office::open(settings).await;
        for (name, answer, _) in refusals {
            let found = office.tries(&format!("EXAMPLE\\{name}"), SECRET).await;
            assert!(is(&found, answer), "{name}: {found:?}");
        }
        assert_eq!(office.reasons().await, refusals.map(|(_, _, reason)| reason));
        for name in ["dina", "ela", "musa", "olga"] {
            assert!(
                is(&office.tries(name, "Wrong-secret-1").await, WRONG),
                "{name}: nothing without the password"
            );
        }
        // Nothing was guessed, so nothing locks who tries until it works.
        for _ in 0..6 {
            assert!(is(&office.tries("olga", SECRET).await, EXPIRED));
        }
        assert_eq!(people(&office).await, 0);
    }
}

/// RFC 4513, 5.1.2; SEC-08: no password, no question; and none to a server that the CA has not certified.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_password_and_a_foreign_server_are_refused_before_any_bind() {
    let domain = Domain::shared();
    let away = (503, "directory-away");
    let nobody = format!("ldap://{}", crate::mail::free_address());
    let office = Office::open(DirectorySettings { urls: vec![nobody], ..direct(&domain) }).await;
    assert!(is(&office.tries("EXAMPLE\\akarimova", "").await, WRONG), "nobody was asked: nobody is there");
    assert!(is(&office.tries("EXAMPLE\\akarimova", SECRET).await, away));
    for settings in both(&domain) {
        let office = Office::open(settings).await;
        for name in ["akarimova", "anna@example.test", "EXAMPLE\\akarimova"] {
            assert!(is(&office.tries(name, "").await, WRONG), "{name}");
        }
    }

    let ca_file = Some(foreign_ca(domain.folder()));
    for url in [domain.url(), domain.secure_url()] {
        let foreign = DirectorySettings { urls: vec![url], ca_file: ca_file.clone(), ..direct(&domain) };
        let office = Office::open(foreign).await;
        assert!(is(&office.tries("EXAMPLE\\akarimova", SECRET).await, away));
    }
}

/// SEC-08, RFC 4513, 3.1.3: a domain controller is asked only under a name of its certificate, whichever way the password is
/// tried and whichever way TLS begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_controller_under_a_name_that_it_does_not_have_is_refused() {
    let domain = Domain::shared();
    let (address, ports) = domain.place();
    for (scheme, port) in ["ldap", "ldaps"].into_iter().zip(ports) {
        let port = forwarded(address, port).await;
        let url = |host: &str| vec![format!("{scheme}://{host}:{port}")];
        for settings in both(&domain) {
            let unnamed = DirectorySettings { urls: url(&UNNAMED.to_string()), ..settings.clone() };
            let found = Office::open(unnamed).await.tries("EXAMPLE\\akarimova", SECRET).await;
            assert!(is(&found, (503, "directory-away")), "{scheme}: {found:?}");
            let named = DirectorySettings { urls: url("localhost"), ..settings };
            Office::open(named).await.welcomes("EXAMPLE\\akarimova", SECRET).await;
        }
    }
}

/// SEC-01: `EXAMPLE\rustam` is an account outside of the base, and `rustam@example.com` another one inside: the
/// password of the one opens nothing of the other. A computer has an account too, and is no person.
#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_one_account_opens_no_other() {
    let domain = Domain::shared();
    for settings in both(&domain) {
        let settings = DirectorySettings {
            base: PEOPLE.to_owned(),
            domains: vec!["example.com".to_owned(), "example.test".to_owned()],
            group_base: Some("OU=Groups,DC=example,DC=test".to_owned()),
            ..settings
        };
        let office = Office::open(settings).await;
        let found = office.tries("EXAMPLE\\rustam", SECRET).await;
        assert!(is(&found, WRONG), "Rustam became Rita: {found:?}");
        assert_eq!(people(&office).await, 0);
        let (_, me) = office.welcomes("rustam@example.com", OTHER_SECRET).await;
        assert_eq!(me["person"]["login"], "rita");
    }
    for settings in both(&domain) {
        let office = Office::open(settings).await;
        let found = office.tries("EXAMPLE\\DESK7$", SECRET).await;
        assert!(is(&found, WRONG), "a computer: {found:?}");
    }
}

/// CIMP-ADM-01: people are known by their objectGUID, whatever they are called; who is switched off, ends or leaves the
/// groups is out at the next look.
#[tokio::test(flavor = "multi_thread")]
async fn people_who_leave_while_they_are_signed_in_are_signed_out() {
    let domain = Domain::shared();
    let office = Office::open(by_service(&domain)).await;
    let mut signed_in: Vec<(Browser, Value)> = Vec::new();
    for name in ["galina", "hasan", "ilya"] {
        signed_in.push(office.welcomes(name, SECRET).await);
    }
    domain.change(&format!(
        "dn: CN=Galina,{PEOPLE}\nchangetype: modrdn\nnewrdn: CN=Galina Orlova\ndeleteoldrdn: 1\n\
         newsuperior: OU=Elsewhere,DC=example,DC=test\n"
    ));
    change_person(&domain, "Hasan", "replace: sAMAccountName\nsAMAccountName: hasan2");
    office.advance_minutes(20);
    assert_eq!(office.recheck().await, 3);
    for (browser, _) in &signed_in {
        assert_eq!(browser.get("/api/v1/session").await.0, 200, "moved and renamed people stay");
    }
    let (_, renamed) = office.welcomes("hasan2", SECRET).await;
    assert_eq!(renamed["person"]["id"], signed_in[1].1["person"]["id"]);

    let moved = "CN=Galina Orlova,OU=Elsewhere,DC=example,DC=test";
    domain.change(&format!(
        "dn: {moved}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n"
    ));
    change_person(&domain, "Hasan", "replace: accountExpires\naccountExpires: 131277024000000000");
    domain.change(&format!(
        "dn: CN=Operators,OU=Groups,DC=example,DC=test\nchangetype: modify\ndelete: member\n\
         member: CN=Ilya,{PEOPLE}\n"
    ));
    office.advance_minutes(20);
    assert_eq!(office.recheck().await, 3);

    for (browser, me) in &signed_in {
        assert_eq!(browser.get("/api/v1/session").await.0, 401, "{}", me["person"]["login"]);
    }
    let left = office.events().await.into_iter().filter(|(kind, _)| kind == "access.directory_left.v1");
    let mut reasons: Vec<_> = left.map(|(_, payload)| payload["reason"].clone()).collect();
    reasons.sort_by_key(Value::to_string);
    let off = "switched off in the directory";
    assert_eq!(reasons, ["in no group that has a role", off, off]);
}
