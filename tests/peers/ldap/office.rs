//! The HTTP edge with a directory behind it, and people who sign in.

use super::slapd::{SECRET, Slapd};
use access::directory::settings::ServicePassword;
use access::directory::{DirectorySettings, GroupRole};
use access::policy::AccessPolicy;
use actix_web::web::Data;
use base::{Clock, FixedClock};
use chrono::DateTime;
use platform::testing::TestDb;
use reqwest::Client;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use trunkline::directory::{Directories, recheck};
use trunkline::http::AppState;
use trunkline::http::server::{NoSockets, serve};
use trunkline::http::settings::Http;

/// Settings that find people of the directory with the service account, and give its groups roles.
pub fn by_search(slapd: &Slapd) -> DirectorySettings {
    let role = |group: &str, role: &str| GroupRole {
        group: format!("CN={group}, ou=groups,dc=example,dc=com"),
        role: role.to_owned(),
        unit: None,
    };
    DirectorySettings {
        urls: vec![slapd.url()],
        ca_file: Some(slapd.folder().join("ca.pem")),
        service_dn: Some("cn=trunkline,dc=example,dc=com".to_owned()),
        service_password: Some(ServicePassword(SECRET.to_owned())),
        base: "dc=example,dc=com".to_owned(),
        domains: vec!["example.com".to_owned()],
        netbios_domain: Some("EXAMPLE".to_owned()),
        groups: vec![role("operators", "Operator"), role("supervisors", "supervisor")],
        connect_timeout_seconds: 20,
        timeout_seconds: 20,
        ..DirectorySettings::default()
    }
}

/// A running server. It ends with the value.
pub struct Office {
    pub db: TestDb,
    pub first: access::FirstAdministrator,
    pub directories: Arc<Directories>,
    pub state: Data<AppState>,
    clock: Arc<FixedClock>,
    address: SocketAddr,
    handle: actix_server::ServerHandle,
}

impl Drop for Office {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Office {
    pub async fn open(directory: DirectorySettings) -> Self {
        platform::tls::choose();
        let db = TestDb::new().await;
        let clock = Arc::new(FixedClock::at(DateTime::from_timestamp(1_772_442_000, 0).unwrap()));
        let http = Http {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            requests_per_second: 100_000,
            requests_burst: 100_000,
            sign_ins_per_minute: 100_000,
            ..Http::default()
        };
        let mut policy = AccessPolicy::default();
        policy.directory.insert("main".to_owned(), directory);
        let directories = Arc::new(Directories::new(&policy.directory).unwrap());
        let state = AppState::new(db.pool().clone(), clock.clone(), [7; 32], http, policy)
            .with(Arc::clone(&directories))
            .shared();
        let mut tx = db.pool().begin().await.unwrap();
        let first = access::bootstrap(&mut tx, clock.now(), &mut state.dice()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let serving = serve(&state, &NoSockets, Some(1)).unwrap();
        tokio::spawn(serving.server);
        Self { db, first, directories, state, clock, address: serving.address, handle: serving.handle }
    }

    pub fn advance_minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    pub async fn recheck(&self) -> usize {
        recheck::check(&self.state, &self.directories).await.unwrap()
    }

    pub fn browser(&self) -> Browser {
        let client = Client::builder().cookie_store(true).build().unwrap();
        Browser { base: format!("http://{}", self.address), client }
    }

    /// What signing in answers: the status, and the code of a refusal.
    pub async fn tries(&self, login: &str, password: &str) -> (u16, String) {
        let (status, body) = self.browser().sign_in(login, password).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The session of somebody who is let in.
    pub async fn welcomes(&self, login: &str, password: &str) -> (Browser, Value) {
        let browser = self.browser();
        let (status, me) = browser.sign_in(login, password).await;
        assert_eq!(status, 200, "{login}: {me}");
        (browser, me)
    }

    /// Kinds and payloads of everything that was recorded, oldest first.
    pub async fn events(&self) -> Vec<(String, Value)> {
        sqlx::query_as("select kind, payload from platform.event order by position")
            .fetch_all(self.db.pool())
            .await
            .unwrap()
    }

    /// Why sign-ins were refused, oldest first.
    pub async fn reasons(&self) -> Vec<String> {
        let events = self.events().await;
        let refused = events.into_iter().filter(|(kind, _)| kind == "access.sign_in_refused.v1");
        refused.map(|(_, payload)| payload["reason"].as_str().unwrap().to_owned()).collect()
    }
}

/// What a person uses.
pub struct Browser {
    base: String,
    client: Client,
}

impl Browser {
    pub async fn sign_in(&self, login: &str, password: &str) -> (u16, Value) {
        self.post("/api/v1/session", &json!({ "login": login, "password": password })).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.client.post(format!("{}{path}", self.base)).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}
