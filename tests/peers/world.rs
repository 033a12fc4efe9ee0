//! A server's messages without the rest of the server, and programs beside it.

use actors::messages::{Ground, LinkBoard, Messages};
use base::Locale;
use base::id::{LinkId, MessageId};
use channels::link::{LinkFields, LinkKind, LinkSettings, Secrets};
use channels::message::{Address, Channel, ChannelChoice, Message, MessageClass, NewMessage, Priority};
use channels::query::{self, MessageFilter};
use channels::store::{self, by_system};
use channels::template::{Bodies, EmailBody, SmsBody, TemplateFields};
use platform::SystemClock;
use platform::testing::TestDb;
use platform::tls::Authorities;
use platform::vault::Vault;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};
use sqlx::postgres::PgPoolOptions;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long anything may take; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a test on the runtime that the links need.
pub fn run(test: impl Future<Output = ()>) {
    actix_rt::System::new().block_on(test);
}

/// Where `scripts/peers/install` put the peers.
pub fn peers() -> PathBuf {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/tmp".to_owned());
    let cache = std::env::var("TRUNKLINE_CACHE").unwrap_or_else(|_| format!("{home}/.cache/trunkline"));
    let peers = PathBuf::from(cache).join("peers");
    assert!(
        peers.join("jasmin/smsc_simulator.py").exists(),
        "run scripts/peers/install first: it brings the peers"
    );
    peers
}

/// A program that ends with the value.
pub struct Program(pub Child);

impl Program {
    /// Starts it; the first line it prints.
    pub fn start(command: &mut Command) -> (Self, String) {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the peer starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the peer ended before it said its port: {command:?}");
        (Self(child), line.trim().to_owned())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A database and what sends from it.
pub struct World {
    pub db: TestDb,
    pub board: LinkBoard,
    pub authorities: Authorities,
    stop: CancellationToken,
    messages: Option<Messages>,
}

fn vault() -> Vault {
    Vault::with_key([3; 32]).unwrap()
}

impl World {
    pub async fn new() -> Self {
        Self {
            db: TestDb::new().await,
            board: LinkBoard::default(),
            authorities: Authorities::default(),
            stop: CancellationToken::new(),
            messages: None,
        }
    }

    /// Starts the links; with an address, the bounce listener too.
    pub fn start(&mut self, bounces: Option<SocketAddr>) {
        self.stop = CancellationToken::new();
        // The links run on an arbiter of their own, and a connection dies with the runtime that opened it: what they
        // leave behind in a shared pool would fail the test's next question.
        let options = self.db.pool().connect_options();
        let ground = Ground {
            vault: vault(),
            authorities: self.authorities.clone(),
            pool: PgPoolOptions::new().connect_lazy_with((*options).clone()),
            clock: Arc::new(SystemClock),
            board: self.board.clone(),
            stop: self.stop.clone(),
        };
        let bounces = bounces.map(|address| (address, "b.cc.test".to_owned()));
        self.messages = Some(Messages::start(ground, bounces));
    }

    pub async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(messages) = self.messages.take() {
            messages.stop(PATIENCE).await;
        }
    }

    pub async fn template(&self) {
        let sms = SmsBody { text: "{{ vars.text }}".to_owned() };
        let email = EmailBody {
            subject: "{{ vars.text }}".to_owned(),
            text: "{{ vars.text }}".to_owned(),
            html: Some("<p>{{ vars.text }}</p>".to_owned()),
        };
        let template = TemplateFields {
            name: "any".to_owned(),
            title: String::new(),
            class: MessageClass::Functional,
            channels: Bodies {
                sms: BTreeMap::from([(Locale::En, sms)]),
                email: BTreeMap::from([(Locale::En, email)]),
            },
        };
        let (mut rng, mut tx) = (ChaCha8Rng::seed_from_u64(1), self.db.pool().begin().await.unwrap());
        store::insert_template(
            &mut tx,
            &mut by_system(base::Clock::now(&platform::SystemClock), &mut rng),
            &template,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn link(&self, kind: LinkKind, settings: &Value) -> LinkId {
        self.link_with(kind, settings, &Secrets::default()).await
    }

    pub async fn link_with(&self, kind: LinkKind, settings: &Value, secrets: &Secrets) -> LinkId {
        let settings = LinkSettings::read(kind, settings).unwrap();
        let fields = LinkFields { name: "peer".to_owned(), enabled: true, settings };
        let (mut rng, mut tx) = (ChaCha8Rng::seed_from_u64(2), self.db.pool().begin().await.unwrap());
        let edit = &mut by_system(base::Clock::now(&platform::SystemClock), &mut rng);
        let link = store::insert_link(&mut tx, edit, &vault(), &fields, secrets).await.unwrap();
        tx.commit().await.unwrap();
        self.board.announce();
        link.id
    }

    pub async fn send(&self, channel: Channel, to: &[(String, &str)]) -> Vec<MessageId> {
        let messages: Vec<NewMessage> = to
            .iter()
            .enumerate()
            .map(|(n, (to, text))| NewMessage {
                key: format!("{n} {to} {}", base::Clock::now(&platform::SystemClock)),
                customer: None,
                to: Some(Address::parse(channel, to).unwrap()),
                channel: ChannelChoice::Preferred,
                template: "any".to_owned(),
                class: None,
                language: None,
                fields: Map::from_iter([("vars".to_owned(), json!({ "text": text }))]),
                priority: Priority::Normal,
            })
            .collect();
        let (mut rng, mut tx) =
            (ChaCha8Rng::from_rng(&mut rand::rng()), self.db.pool().begin().await.unwrap());
        let edit = &mut by_system(base::Clock::now(&platform::SystemClock), &mut rng);
        let enqueued = store::enqueue_all(&mut tx, edit, &messages).await.unwrap();
        tx.commit().await.unwrap();
        enqueued.into_iter().map(|enqueued| enqueued.id).collect()
    }

    pub async fn message(&self, id: MessageId) -> Message {
        let mut db = self.db.pool().acquire().await.unwrap();
        query::find_message(&mut db, id).await.unwrap().unwrap()
    }

    /// How many messages stand in each state.
    pub async fn states(&self) -> BTreeMap<&'static str, usize> {
        let mut db = self.db.pool().acquire().await.unwrap();
        let mut states = BTreeMap::new();
        for message in query::messages(&mut db, &MessageFilter::default(), 100_000).await.unwrap() {
            *states.entry(message.state.as_str()).or_default() += 1;
        }
        states
    }

    /// Waits until the messages stand in these states and no others.
    pub async fn until_states(&self, wanted: &[(&'static str, usize)]) {
        let wanted: BTreeMap<&'static str, usize> = wanted.iter().copied().collect();
        let by = Instant::now() + PATIENCE;
        loop {
            let states = self.states().await;
            if states == wanted {
                return;
            }
            assert!(Instant::now() < by, "waited for {wanted:?}, found {states:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
