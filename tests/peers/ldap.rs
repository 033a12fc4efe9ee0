//! Signing in with the passwords of a directory: here against Debian's slapd, in `active_directory` against a domain
//! controller of Samba.

mod active_directory;
mod forward;
mod office;
mod samba;
mod slapd;

use access::directory::{Binding, DirectorySettings, Membership};
use forward::{UNNAMED, forwarded};
use office::{Office, by_search};
use serde_json::json;
use slapd::{Slapd, foreign_ca};

const WRONG: (u16, &str) = (401, "wrong-credentials");

fn is(found: &(u16, String), wanted: (u16, &str)) -> bool {
    (found.0, found.1.as_str()) == wanted
}

/// SEC-01, CIMP-ADM-01, INT-16: the first sign-in makes the person with the roles of its groups, over StartTLS with the
/// directory's CA; a wrong password is refused; nothing that was typed as a password is recorded anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_the_directory_signs_in_and_is_made_with_the_roles_of_its_groups() {
    let slapd = Slapd::start();
    let office = Office::open(by_search(&slapd)).await;

    let (browser, me) = office.welcomes("Anna", "Anna-secret-1").await;
    for form in ["anna@example.com", "EXAMPLE\\anna"] {
        let (_, again) = office.welcomes(form, "Anna-secret-1").await;
        assert_eq!(again["person"]["id"], me["person"]["id"], "{form} is the same person");
    }

    assert_eq!(me["person"]["name"], "Anna Karimova");
    assert_eq!((&me["person"]["login"], &me["person"]["locale"]), (&json!("anna"), &json!("uz")));
    assert_eq!(me["person"]["directory"], "main");
    assert_eq!((&me["is_operator"], &me["must_change_password"]), (&json!(true), &json!(false)));
    let change = json!({ "current": "Anna-secret-1", "new": "Correct-horse-1" });
    let (status, refused) = browser.post("/api/v1/session/password", &change).await;
    assert_eq!((status, &refused["code"]), (409, &json!("directory-account")));

    assert!(is(&office.tries("anna", "Boris-secret-1").await, WRONG));
    assert!(is(&office.tries("nobody", "Anna-secret-1").await, WRONG));
    assert!(is(&office.tries("boris", "Boris-secret-1").await, WRONG), "boris is in no group");
    assert_eq!(office.reasons().await, ["wrong password", "wrong password", "in no group that has a role"]);
    let events = office.events().await;
    assert!(
        events.iter().any(|(kind, payload)| kind == "access.signed_in.v1" && payload["directory"] == "main")
    );
    assert!(events.iter().any(|(kind, _)| kind == "access.person_created.v1"));
    assert!(!format!("{events:?}").contains("-secret-1"), "a password was recorded");
}

/// RFC 4513, 5.1.2: this slapd answers "success" to a name without a password.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_password_is_refused_before_any_bind() {
    let slapd = Slapd::start();
    let template = DirectorySettings {
        bind: Binding::Template,
        bind_template: Some("uid={user},ou=people,dc=example,dc=com".to_owned()),
        service_dn: None,
        service_password: None,
        ..by_search(&slapd)
    };
    for settings in [by_search(&slapd), template] {
        let office = Office::open(settings).await;
        assert!(is(&office.tries("anna", "").await, WRONG));
        assert_eq!(office.reasons().await, ["empty password"]);
        office.welcomes("anna", "Anna-secret-1").await;
    }
}

/// SEC-01: RFC 4515 in filters, RFC 4514 in names.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_a_filter_or_a_part_of_a_name_finds_nobody() {
    let slapd = Slapd::start();
    let template = DirectorySettings {
        bind: Binding::Template,
        bind_template: Some("uid={user},ou=people,dc=example,dc=com".to_owned()),
        ..by_search(&slapd)
    };
    let direct = DirectorySettings { service_dn: None, service_password: None, ..template.clone() };
    for settings in [by_search(&slapd), template, direct] {
        let office = Office::open(settings).await;
        for name in ["*)(uid=*", "*", "a*", "anna)(objectClass=*", "anna,ou=people", "anna+cn=x", "{user}"] {
            let found = office.tries(name, "Anna-secret-1").await;
            assert!(is(&found, WRONG), "{name:?}: {found:?}");
        }
        let people: i64 =
            sqlx::query_scalar("select count(*) from access.person where directory is not null")
                .fetch_one(office.db.pool())
                .await
                .unwrap();
        assert_eq!(people, 0);
    }
}

/// SEC-08: nothing is sent to a server that the CA has not certified; INT-16: ldaps and the next of several servers.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_must_show_a_certificate_of_the_ca_and_the_next_one_stands_in() {
    let slapd = Slapd::start();
    let foreign = DirectorySettings { ca_file: Some(foreign_ca(slapd.folder())), ..by_search(&slapd) };
    let office = Office::open(foreign).await;
    assert!(is(&office.tries("anna", "Anna-secret-1").await, (503, "directory-away")));

    let nobody = format!("ldap://{}", crate::mail::free_address());
    let two = DirectorySettings { urls: vec![nobody, slapd.secure_url()], ..by_search(&slapd) };
    let office = Office::open(two).await;
    office.welcomes("anna", "Anna-secret-1").await;
}

/// SEC-08, RFC 4513, 3.1.3: a certificate of the right CA that names another host is refused, with StartTLS and with ldaps,
/// before anybody's password is sent; the same server under its name is let in.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_host_is_refused() {
    let slapd = Slapd::start();
    for (scheme, port) in ["ldap", "ldaps"].into_iter().zip(slapd.ports()) {
        let port = forwarded([127, 0, 0, 1], port).await;
        let at = |host: &str| DirectorySettings {
            urls: vec![format!("{scheme}://{host}:{port}")],
            ..by_search(&slapd)
        };
        let office = Office::open(at(&UNNAMED.to_string())).await;
        let found = office.tries("anna", "Anna-secret-1").await;
        assert!(is(&found, (503, "directory-away")), "{scheme}: {found:?}");
        for host in ["127.0.0.1", "localhost"] {
            Office::open(at(host)).await.welcomes("anna", "Anna-secret-1").await;
        }
    }
}

/// CIMP-ADM-01: the directory away, people of this server sign in; nobody is locked out for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_away_says_so_to_its_people_only_and_counts_nothing() {
    let mut slapd = Slapd::start();
    let office = Office::open(by_search(&slapd)).await;
    let (browser, _) = office.welcomes("anna", "Anna-secret-1").await;
    slapd.go_away();

    for _ in 0..7 {
        assert!(is(&office.tries("anna", "Anna-secret-1").await, (503, "directory-away")));
    }
    office.welcomes(&office.first.login, &office.first.password).await;
    office.advance_minutes(20);
    assert_eq!(office.recheck().await, 0);
    assert_eq!(browser.get("/api/v1/session").await.0, 200, "who is signed in stays signed in");

    slapd.come_back();
    office.welcomes("anna", "Anna-secret-1").await;
}

/// SEC-01: five wrong passwords under whatever name lock here, before they lock there.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_under_all_names_of_an_account_are_counted_together() {
    let slapd = Slapd::start();
    let active_directory =
        DirectorySettings { bind: Binding::ActiveDirectory, name_attribute: None, ..by_search(&slapd) };
    let office = Office::open(active_directory).await;
    for name in ["akarimova", "anna@example.com", "EXAMPLE\\akarimova", "akarimova", "anna@example.com"] {
        assert!(is(&office.tries(name, "Wrong-secret-9").await, WRONG), "{name}");
    }

    for name in ["akarimova", "anna@example.com", "example\\AKARIMOVA"] {
        assert!(is(&office.tries(name, "Anna-secret-1").await, (423, "locked-out")), "{name}");
    }
    office.advance_minutes(16);
    office.welcomes("anna@example.com", "Anna-secret-1").await;
}

/// CIMP-ADM-01: Active Directory's attributes and ways (see `slapd.rs` for what is emulated); a person whom it switches
/// off is out at the next look.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_that_active_directory_switches_off_loses_the_session_and_the_roles() {
    let slapd = Slapd::start();
    let settings = DirectorySettings { bind: Binding::ActiveDirectory, ..by_search(&slapd) };
    let office = Office::open(settings).await;
    let (browser, me) = office.welcomes("EXAMPLE\\akarimova", "Anna-secret-1").await;
    assert_eq!((&me["person"]["login"], &me["is_operator"]), (&json!("akarimova"), &json!(true)));
    office.advance_minutes(10);
    assert_eq!(office.recheck().await, 0, "not due yet");
    office.advance_minutes(10);
    assert_eq!(office.recheck().await, 1);
    assert_eq!(browser.get("/api/v1/session").await.0, 200);

    let switch = |flags: u32| {
        let entry = "dn: uid=anna,ou=people,dc=example,dc=com\nchangetype: modify";
        slapd.change(&format!("{entry}\nreplace: userAccountControl\nuserAccountControl: {flags}\n"));
    };
    switch(514);
    office.advance_minutes(20);
    assert_eq!(office.recheck().await, 1);

    assert_eq!(browser.get("/api/v1/session").await.0, 401);
    assert!(is(&office.tries("akarimova", "Anna-secret-1").await, WRONG));
    let roles: i64 = sqlx::query_scalar("select count(*) from access.person_role where from_directory")
        .fetch_one(office.db.pool())
        .await
        .unwrap();
    assert_eq!(roles, 0);
    assert!(office.events().await.iter().any(|(kind, _)| kind == "access.directory_left.v1"));
    switch(512);
    let (_, again) = office.welcomes("akarimova", "Anna-secret-1").await;
    assert_eq!(again["person"]["id"], me["person"]["id"]);
}

/// CIMP-ADM-01, CIMP-ADM-02: what the directory changes is changed here at the next sign-in; groups are found both ways.
#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_person_stays_the_person_and_other_groups_give_other_roles() {
    let slapd = Slapd::start();
    let settings = DirectorySettings { membership: Membership::Search, ..by_search(&slapd) };
    let office = Office::open(settings).await;
    let (_, before) = office.welcomes("anna", "Anna-secret-1").await;
    assert_eq!(before["is_operator"], true);

    let group = |change: &str| format!("ou=groups,dc=example,dc=com\nchangetype: modify\n{change}");
    let member = "member: uid=aorlova,ou=people,dc=example,dc=com\n";
    slapd.change(
        "dn: uid=anna,ou=people,dc=example,dc=com\nchangetype: modrdn\nnewrdn: uid=aorlova\ndeleteoldrdn: 1\n",
    );
    slapd.change(
        "dn: uid=aorlova,ou=people,dc=example,dc=com\nchangetype: modify\nreplace: cn\ncn: Anna Orlova\n",
    );
    slapd.change(&format!("dn: cn=supervisors,{}", group(&format!("add: member\n{member}"))));
    slapd.change(&format!(
        "dn: cn=operators,{}",
        group("replace: member\nmember: cn=trunkline,dc=example,dc=com\n")
    ));

    let (_, after) = office.welcomes("aorlova", "Anna-secret-1").await;
    assert_eq!(after["person"]["id"], before["person"]["id"]);
    assert_eq!(
        (&after["person"]["login"], &after["person"]["name"]),
        (&json!("aorlova"), &json!("Anna Orlova"))
    );
    assert_eq!(after["is_operator"], false);
    assert!(after["operations"].as_array().unwrap().contains(&json!("floor.read")));
    assert!(is(&office.tries("anna", "Anna-secret-1").await, WRONG), "the old name is nobody's");
}

/// SEC-05: an account of this server goes before one of the directory with the same login.
#[tokio::test(flavor = "multi_thread")]
async fn two_people_of_one_login_are_told_apart_by_the_domain() {
    let slapd = Slapd::start();
    let office = Office::open(by_search(&slapd)).await;
    sqlx::query("update access.person set login = 'anna' where login = $1")
        .bind(&office.first.login)
        .execute(office.db.pool())
        .await
        .unwrap();

    assert!(is(&office.tries("anna", "Anna-secret-1").await, WRONG));
    let (_, local) = office.welcomes("anna", &office.first.password).await;
    let (_, of_directory) = office.welcomes("anna@example.com", "Anna-secret-1").await;

    assert_eq!(local["person"]["directory"], json!(null));
    assert_eq!(of_directory["person"]["login"], "anna@example.com");
    office.welcomes("EXAMPLE\\anna", "Anna-secret-1").await;
}
