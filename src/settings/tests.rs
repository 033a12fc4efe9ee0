use super::load::from_figment;
use super::*;
use figment::Figment;
use figment::providers::{Format, Toml};

const DEFAULTS: &str = include_str!("../../config/default.toml");

fn with(extra: &str) -> Result<Loaded, SettingsError> {
    from_figment(Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(extra)))
}

fn problem(extra: &str) -> String {
    with(extra).unwrap_err().to_string()
}

#[test]
fn the_defaults_are_complete_and_agree_with_those_in_the_code() {
    let defaults = with("").unwrap().settings;

    assert_eq!(defaults.access, AccessPolicy::default());
    assert_eq!(format!("{:?}", defaults.http), format!("{:?}", Http::default()));
}

#[test]
fn every_key_of_the_defaults_has_a_comment_above_it() {
    let mut commented = false;
    for line in DEFAULTS.lines() {
        if line.starts_with('#') {
            commented = true;
        } else if line.contains(" = ") {
            assert!(commented, "no comment above: {line}");
            commented = false;
        }
    }
}

#[test]
fn every_key_is_listed_even_when_it_has_no_default() {
    let keys = ["public_url", "tls", "url", "external_address", "drop_dir", "brokers", "bounce_listen"];

    for key in keys {
        let listed = DEFAULTS.contains(&format!("\n# {key} = ")) || DEFAULTS.contains(&format!(".{key}]"));
        assert!(listed, "{key} is not in config/default.toml");
    }
}

#[test]
fn a_typo_names_the_key_and_what_is_known() {
    let wrong = problem("[sip]\ncals_max = 3");

    assert!(wrong.contains("sip.cals_max: there is no such key; known here: listen_udp,"), "{wrong}");
    assert!(problem("[spi]\na = 1").contains("spi: there is no such key"), "{}", problem("[spi]\na = 1"));
}

#[test]
fn a_wrong_value_names_its_key() {
    assert!(problem("[sip]\ncalls_max = 0").contains("sip.calls_max"));
    assert!(problem("[sip]\nlisten_udp = \"5060\"").contains("sip.listen_udp: \"5060\" is no address"));
    assert!(problem("[server]\ntime_zone = \"Tashkent\"").contains("server.time_zone"));
    assert!(problem("[log]\ndirectives = \"loud\"").contains("log.directives"));
    assert!(
        problem("[http.tls]\ncertificate = \"none.pem\"\nkey = \"none.pem\"").contains("no file none.pem")
    );
}

#[test]
fn all_problems_are_shown_at_once() {
    let wrong = problem("[media]\nrtp_port_min = 100\nrtp_port_max = 50\n[http]\nrequests_per_second = 0");

    for key in ["media.rtp_port_min", "media.rtp_port_max", "http.requests_per_second"] {
        assert!(wrong.contains(key), "{wrong}");
    }
}

#[test]
#[expect(clippy::result_large_err, reason = "the shape that figment's jail asks for")]
fn the_environment_wins_over_the_file_and_each_value_tells_where_it_came_from() {
    figment::Jail::expect_with(|jail| {
        jail.create_file(
            "site.toml",
            "[sip]\ncalls_max = 20\ncalls_burst = 60\n[database]\nurl = \"postgres://a:hidden@db/x\"",
        )?;
        jail.set_env("TRUNKLINE__SIP__CALLS_MAX", "30");
        jail.set_env("TRUNKLINE__SERVER__COUNTRY_CODE", "7");

        let loaded = load(Some(std::path::Path::new("site.toml"))).unwrap();
        let shown = show::effective(&loaded);

        assert_eq!(loaded.settings.sip.calls_max.get(), 30);
        assert_eq!(loaded.settings.server.country_code, "7");
        let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
        assert!(line("sip.calls_max = 30").ends_with("# environment TRUNKLINE__SIP__CALLS_MAX"));
        assert!(line("sip.calls_burst = 60").ends_with("site.toml"));
        assert!(line("media.rtp_port_min = 20000").ends_with("# default"));
        assert!(line("database.url").contains("postgres://a:[REDACTED]@db/x"));
        assert!(!shown.contains("hidden"));

        jail.set_env("TRUNKLINE__SIP__CALS_MAX", "30");
        let wrong = load(Some(std::path::Path::new("site.toml"))).unwrap_err().to_string();
        assert!(wrong.contains("environment TRUNKLINE__SIP__CALS_MAX"), "{wrong}");
        Ok(())
    });
}

#[test]
fn a_file_that_is_not_there_is_an_error_that_names_it() {
    let wrong = load(Some(std::path::Path::new("nowhere.toml"))).unwrap_err().to_string();

    assert!(wrong.contains("nowhere.toml"));
}

/// CIMP-ADM-01
#[test]
fn a_directory_is_checked_before_the_server_starts() {
    let directory = |lines: &str| format!("[access.directory.main]\n{lines}");
    let whole = "urls = [\"ldaps://dc1.example.com\"]\nbase = \"dc=x\"\nservice_dn = \"cn=t\"\nservice_password = \"s\"\n";
    let settings = with(&directory(whole)).unwrap().settings.access.directory;
    assert_eq!(settings["main"].filter(), "(&(objectClass=person)(uid={user}))");
    assert!(!format!("{settings:?}").contains("\"s\""), "the password is printed");
    assert!(!show::effective(&with(&directory(whole)).unwrap()).contains("\"s\""), "the password is shown");

    for (lines, wrong) in [
        ("", "access.directory.main.urls: name 1 to 8 servers"),
        ("urls = [\"http://x\"]", "access.directory.main.urls: \"http://x\" must be ldaps://"),
        ("urls = [\"ldap://x\"]", "access.directory.main.service_dn: bind = \"search\" needs"),
        ("bind = \"template\"\nbind_template = \"uid=x\"", "access.directory.main.bind_template"),
        ("bind = \"active_directory\"", "access.directory.main.domains"),
        ("user_filter = \"(uid={user}\"", "access.directory.main.user_filter: is no filter"),
        ("service_dn = \"cn=t\"\nservice_password = \"\"", "access.directory.main.service_password"),
        ("ca_file = \"none.pem\"", "there is no file none.pem"),
        ("bsae = \"dc=x\"", "access.directory.main.bsae: there is no such key"),
    ] {
        assert!(problem(&directory(lines)).contains(wrong), "{lines}: {}", problem(&directory(lines)));
    }
}
