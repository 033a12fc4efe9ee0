//! The server under test, and a browser that keeps its cookie.

use crate::resources_support::Stub;
use access::person::{PersonInput, RoleGrant};
use access::policy::AccessPolicy;
use access::{token, unit};
use actix_web::web::Data;
use actors::loyalty::Earning;
use actors::processes::Processes;
use base::id::{OrgUnitId, PersonId, RoleId, SessionId};
use base::{Author, Clock, Edit, FixedClock, Locale};
use chrono::{DateTime, Utc};
use loyalty::coupon::code::CodeKey;
use platform::ingest::Ingest;
use platform::testing::TestDb;
use platform::tls::Authorities;
use platform::vault::Vault;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use trunkline::http::AppState;
use trunkline::http::resources::loyalty::Coupons;
use trunkline::http::server::{NoSockets, serve};
use trunkline::http::settings::Http;
use trunkline::ingest::KnownCustomers;
use trunkline::loyalty::Working;
use trunkline::loyalty::export::Exports;
use trunkline::loyalty::statistics::Statistics;

/// When every test begins: a Monday morning.
pub fn monday() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).unwrap()
}

/// A password that every rule accepts.
pub const PASSWORD: &str = "Correct-horse-1";

fn vault() -> Vault {
    Vault::with_key([6; 32]).unwrap()
}

fn processes(db: &TestDb, clock: Arc<FixedClock>) -> Processes {
    let client = flow::connector::http::Client::new(vault(), &Authorities::default()).unwrap();
    Processes::new(db.pool().clone(), clock, [9; 32], chrono_tz::Asia::Tashkent, client)
}

/// A running server. It ends with the value.
pub struct TestServer {
    pub db: TestDb,
    pub clock: Arc<FixedClock>,
    pub state: Data<AppState>,
    pub address: SocketAddr,
    pub first: access::FirstAdministrator,
    pub stub: Stub,
    pub processes: Arc<Processes>,
    pub earning: Earning,
    handle: actix_server::ServerHandle,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
}

/// Files of the loyalty programme in a folder of the test. Nobody watches it unless the test does.
fn working(db: &TestDb, clock: &Arc<FixedClock>, earning: &Earning, folder: &Path) -> Working {
    let (pool, files, made) = (db.pool().clone(), folder.join("in"), folder.join("out"));
    std::fs::create_dir_all(&files).unwrap();
    Working {
        earning: earning.clone(),
        files,
        upload_bytes_max: crate::loyalty_files::UPLOAD_BYTES_MAX,
        exports: Exports { pool: pool.clone(), clock: clock.clone(), dir: made.clone(), out: None },
        statistics: Statistics { pool, clock: clock.clone(), dir: made.join("statistics"), out: None },
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
        drop(self.handle.stop(false));
    }
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(|_| {}, |_| {}).await
    }

    /// A server with other settings. Limits are out of the way unless the test sets them.
    pub async fn with(http: impl FnOnce(&mut Http), policy: impl FnOnce(&mut AccessPolicy)) -> Self {
        let db = TestDb::new().await;
        let clock = Arc::new(FixedClock::at(monday()));
        let mut settings = Http {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            requests_per_second: 100_000,
            requests_burst: 100_000,
            sign_ins_per_minute: 100_000,
            ..Http::default()
        };
        http(&mut settings);
        let mut rules = AccessPolicy::default();
        policy(&mut rules);
        let stub = Stub::new();
        let stop = CancellationToken::new();
        let ingest = Ingest::start(db.pool().clone(), clock.clone(), KnownCustomers, [8; 32], stop.clone());
        let processes = Arc::new(processes(&db, clock.clone()));
        let ledger = ledger::Ledger::start(db.pool().clone(), clock.clone(), [6; 32], stop.clone());
        let zone = chrono_tz::Asia::Tashkent;
        let earning = Earning::start(db.pool().clone(), clock.clone(), ledger, ingest.clone(), zone, &stop);
        let folder = tempfile::tempdir().unwrap();
        let state = AppState::new(db.pool().clone(), clock.clone(), [7; 32], settings, rules)
            .with(vault())
            .with(stub.parts())
            .with(ingest)
            .with(earning.clone())
            .with(working(&db, &clock, &earning, folder.path()))
            .with(Arc::clone(&processes))
            .with(Coupons(CodeKey::new([6; 32])))
            .shared();
        let mut tx = db.pool().begin().await.unwrap();
        let first = access::bootstrap(&mut tx, clock.now(), &mut state.dice()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let serving = serve(&state, &NoSockets, Some(1)).unwrap();
        tokio::spawn(serving.server);
        Self {
            db,
            clock,
            state,
            stub,
            processes,
            earning,
            address: serving.address,
            first,
            handle: serving.handle,
            stop,
            _folder: folder,
        }
    }

    pub fn advance_minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    /// A browser that nobody has used.
    pub fn browser(&self) -> Browser {
        let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
        Browser { base: format!("http://{}", self.address), client, bearer: None }
    }

    /// A program with a key.
    pub fn program(&self, key: &str) -> Browser {
        Browser { bearer: Some(key.to_owned()), ..self.browser() }
    }

    /// The first administrator, signed in, with the forced password change behind.
    pub async fn administrator(&self) -> Browser {
        let browser = self.browser();
        browser.sign_in(&self.first.login, &self.first.password).await.expect(StatusCode::OK).await;
        let change = json!({ "current": self.first.password, "new": PASSWORD });
        browser.post("/api/v1/session/password", &change).await.expect(StatusCode::NO_CONTENT).await;
        browser
    }

    /// Adds a person with one role in a unit, whose password need not be changed.
    pub async fn person(&self, login: &str, role: RoleId, unit: OrgUnitId) -> PersonId {
        let mut tx = self.db.pool().begin().await.unwrap();
        let mut rng = self.state.dice();
        let hash = access::Hasher.hash(PASSWORD, &mut rng).unwrap();
        let mut edit = Edit { now: self.clock.now(), author: Author::System, rng: &mut rng };
        let input = PersonInput {
            login: login.to_owned(),
            name: format!("Person {login}"),
            personnel_number: None,
            sip_number: None,
            locale: Locale::En,
            unit_id: unit,
            roles: [RoleGrant { role_id: role, unit_id: unit }].into(),
        };
        let person =
            access::person::store::create(&mut tx, &mut edit, &input, &hash, None).await.unwrap().person_id;
        let session = SessionId::new(edit.now, edit.rng);
        let policy = &self.state.policy.password;
        let own = (person, session);
        access::person::password::store::set_own(&mut tx, &mut edit, own, &hash, &hash, policy)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// A browser with a session of that person, made without a password: for tests about something else.
    pub async fn session_of(&self, person: PersonId) -> Browser {
        let mut db = self.db.pool().acquire().await.unwrap();
        let mut rng = self.state.dice();
        let (now, token) = (self.clock.now(), token::new_token(&mut rng));
        let (id, hash) = (SessionId::new(now, &mut rng), token::hash(&token));
        access::session::store::insert(&mut db, id, person, &hash, "test", now, &self.state.policy.session)
            .await
            .unwrap();
        let browser = self.browser();
        let url = browser.base.parse().unwrap();
        let jar = reqwest::cookie::Jar::default();
        jar.add_cookie_str(&format!("trunkline_session={token}; Path=/"), &url);
        let client = reqwest::Client::builder().cookie_provider(Arc::new(jar)).build().unwrap();
        Browser { client, ..browser }
    }

    /// A browser of somebody with that role in the whole organisation.
    pub async fn with_role(&self, role: RoleId) -> Browser {
        let person = self.person(&format!("p{}", &role.to_string()[28..]), role, unit::ROOT).await;
        self.session_of(person).await
    }
}

/// What calls the server: a person's browser or a program.
#[derive(Clone)]
pub struct Browser {
    base: String,
    client: reqwest::Client,
    bearer: Option<String>,
}

impl Browser {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.bearer {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer(self.request(Method::GET, path).send().await.unwrap())
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer(self.request(Method::POST, path).json(body).send().await.unwrap())
    }

    pub async fn put(&self, path: &str, version: i64, body: &Value) -> Answer {
        let request = self.request(Method::PUT, path).header("if-match", format!("\"{version}\""));
        Answer(request.json(body).send().await.unwrap())
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer(self.request(Method::DELETE, path).send().await.unwrap())
    }

    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.post("/api/v1/session", &json!({ "login": login, "password": password })).await
    }
}

/// An answer that says what it was when it is not what was expected.
pub struct Answer(pub Response);

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name).and_then(|value| value.to_str().ok())
    }

    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The body, once the status is the expected one; null when there is none.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let (got, url) = (self.0.status(), self.0.url().clone());
            let text = self.0.text().await.unwrap();
            assert_eq!(got, status, "{url} answered {text} (asked at {caller})");
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
    }

    /// The problem, once its status and code are the expected ones.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &'static str) -> impl Future<Output = Value> {
        let kind = self.header("content-type").map(str::to_owned);
        let body = self.expect(StatusCode::from_u16(status).unwrap());
        async move {
            let body = body.await;
            assert_eq!(kind.as_deref(), Some("application/problem+json"), "{body}");
            assert_eq!(body["code"], code, "{body}");
            assert_eq!(body["type"], format!("/problems/{code}"));
            assert_eq!(body["status"], status);
            assert_eq!(body["trace_id"].as_str().unwrap().len(), 32);
            body
        }
    }
}
