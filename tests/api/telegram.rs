//! The bot in Telegram, whole: the real program as a process of its own, a real Postgres, and a double of the Bot API
//! (`double.rs`), because the real one can not run here.

mod double;

use base::{Author, Clock, Edit};
use crm::customer::CustomerFields;
use crm::viewer::Viewer;
use double::{Double, Failure, PERSON, TOKEN};
use platform::SystemClock;
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rules::store;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server with a bot, over a database that outlives it.
struct Site {
    db: TestDb,
    double: Double,
    folder: tempfile::TempDir,
    live: bool,
    server: Option<Child>,
    /// How many of the bot's messages were looked at.
    seen: usize,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Site {
    async fn new(live: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut site =
            Self { db: TestDb::new().await, double: Double::start(), folder, live, server: None, seen: 0 };
        site.start().await;
        site
    }

    /// Starts the program, and waits until it asks for updates.
    async fn start(&mut self) {
        let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let url = self.db.pool().connect_options().to_url_lossy();
        let log =
            std::fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
        command.current_dir(self.folder.path()).stdout(Stdio::null()).stderr(log);
        for (key, value) in [
            ("DATABASE__URL", url.as_str()),
            ("DATABASE__CONNECTIONS_MAX", "16"),
            ("SERVER__DATA_DIR", "data"),
            ("SERVER__FLOWS_DIR", home.join("flows").to_str().unwrap()),
            ("SERVER__SOUNDS_DIR", home.join("sounds").to_str().unwrap()),
            ("HTTP__ADDRESS", "127.0.0.1:0"),
            ("SIP__LISTEN_UDP", "127.0.0.1:0"),
            ("SIP__LISTEN_TCP", "off"),
            ("MEDIA__WEBRTC_LISTEN", "127.0.0.1:0"),
            ("LOG__FILES", "false"),
            ("DEMO__LOAD", "false"),
            ("TELEGRAM__ENABLED", "true"),
            ("TELEGRAM__TOKEN", TOKEN),
            ("TELEGRAM__API_URL", &self.double.url),
            ("TELEGRAM__POLL_SECONDS", "2"),
            ("TELEGRAM__LIVE", if self.live { "true" } else { "false" }),
        ] {
            command.env(format!("TRUNKLINE__{key}"), value);
        }
        let before = self.double.polls();
        self.server = Some(command.spawn().unwrap());
        self.double.until(&self.log(), |double| double.polls() > before).await;
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// `kill -9`.
    fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Launches a rule that came with the server.
    async fn launch(&self, file: &str) {
        let path = format!("{}/flows/rules/{file}.rule.json", env!("CARGO_MANIFEST_DIR"));
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut tx = self.db.pool().begin().await.unwrap();
        let id = sqlx::query_scalar("select rule_id from rules.rule where name = $1")
            .bind(file["name"].as_str())
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let mut rng = ChaCha8Rng::from_rng(&mut rand::rng());
        let mut edit = Edit { now: SystemClock.now(), author: Author::System, rng: &mut rng };
        store::ask_approval(&mut tx, &mut edit, id).await.unwrap();
        store::approve(&mut tx, &mut edit, id).await.unwrap();
        store::launch(&mut tx, &mut edit, id, None, &[]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.db.pool()).await.unwrap()
    }

    /// Waits for a message that says this.
    async fn told(&mut self, part: &str) -> String {
        self.double.told(&mut self.seen, part).await
    }

    /// A guest who reads English, at the list of events.
    async fn guest(&mut self) {
        self.double.write("/start");
        self.told("Choose a language.").await;
        self.double.press("English");
        self.told("Share your phone number").await;
        self.double.write("Go on as a guest");
        self.told("What happens?").await;
    }

    /// How many questions the person was asked: every update that is handled asks one.
    async fn questions(&self) -> i64 {
        self.count("select (conversation->>'question')::bigint from channels.telegram_chat").await
    }
}

/// BRE-DEMO-01, OMNI-07: a guest chooses a language and an event, fills it in, is told what is wrong with a value, and reads
/// which rule looked at it and why it reacted, with the text that the customer would get; with other values, why not.
/// Nothing is stored or sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_tries_a_rule_that_reacts_and_then_does_not() {
    let mut site = Site::new(false).await;
    site.launch("low-balance").await;
    site.launch("number-porting").await;
    site.guest().await;

    site.double.press("Balance changed");
    site.told("Balance, UZS?").await;
    site.double.write("plenty");
    site.told("“plenty” is not a number. Write digits").await;
    site.double.write("4 000");
    site.told("Balance before").await;
    site.double.write("9000");
    site.told("Threshold").await;
    site.double.write("5000");
    let told = site.told("A trial of “Balance changed”").await;
    for part in [
        "✅ “Баланс заканчивается” reacted",
        "• Balance: 4 000 UZS",
        "sends the message “low_balance”",
        "   “",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }

    site.double.press("The same event, other values");
    site.told("Balance, UZS?").await;
    site.double.press("50 000");
    site.told("Balance before").await;
    site.double.write("9000");
    site.told("Threshold").await;
    site.double.press("Leave out");
    let told = site.told("A trial of").await;
    assert!(
        told.contains("❌ “Баланс заканчивается” did not react: the conditions are not fulfilled"),
        "{told}"
    );

    let stored = "select (select count(*) from platform.event where kind = 'balance.changed')
        + (select count(*) from channels.message) + (select count(*) from rules.decision)";
    assert_eq!(site.count(stored).await, 0, "a trial stores and sends nothing");
    let pressed = site.double.calls("answercallbackquery");
    assert_eq!(pressed.len(), 5, "every press is answered: {pressed:?}");
    assert_eq!(site.double.wrong(), Vec::<String>::new());
}

/// BRE-DEMO-01, OMNI-07: a customer who proved the number lets an event happen; the server is killed in the middle, and what
/// is written meanwhile waits. The conversation goes on where it stood, no update is lost and none counts twice, and the
/// decision and what was done are told when they are there.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_lets_an_event_happen_across_kill_minus_nine() {
    let mut site = Site::new(true).await;
    site.launch("low-balance").await;
    customer(&site.db, "Anna Karimova", "+998901234567").await;
    site.double.write("/start");
    site.told("Choose a language.").await;
    site.double.press("English");
    site.told("Share your phone number").await;
    site.double.share("+998901234567", 4_242);
    site.told("somebody else's contact").await;
    site.double.share("998 90 123-45-67", PERSON);
    site.told("Hello, Anna Karimova").await;
    site.told("What happens?").await;
    site.double.press("Balance changed");
    site.told("Balance, UZS?").await;

    site.kill();
    site.double.write("4000");
    site.double.write("9000");
    site.start().await;
    site.told("Threshold").await;
    site.double.write("5000");
    site.told("Try it, or let it happen?").await;
    site.double.press("Let it happen");
    site.double.press("Let it happen");
    site.told("The event is accepted").await;
    let told = site.told("“Balance changed” happened").await;
    for part in ["✅ “Баланс заканчивается” reacted", "• Balance: 4 000 UZS", "What it does:", "— done"]
    {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert_eq!(site.count("select count(*) from platform.event where kind = 'balance.changed'").await, 1);
    assert_eq!(site.count("select count(*) from channels.message where template = 'low_balance'").await, 1);

    // Killed again and again, at any moment of the work.
    let before = site.questions().await;
    for round in 0..4_u64 {
        for n in 0..5 {
            site.double.write(&format!("nothing {round} {n}"));
        }
        site.double.until("an update", |double| double.open() < 5).await;
        tokio::time::sleep(Duration::from_millis(round * 7)).await; // a moment of the work, not a wait for it
        site.kill();
        site.start().await;
    }
    site.double.until("all updates", |double| double.open() == 0).await;
    assert_eq!(site.questions().await - before, 20, "every update counts, and counts once");
    assert_eq!(site.double.wrong(), Vec::<String>::new());
}

async fn customer(db: &TestDb, name: &str, phone: &str) {
    let mut tx = db.pool().begin().await.unwrap();
    let mut rng = ChaCha8Rng::from_rng(&mut rand::rng());
    let mut edit = Edit { now: SystemClock.now(), author: Author::System, rng: &mut rng };
    let fields = json!({
        "kind": "individual", "name": name, "identifiers": [{ "kind": "phone", "value": phone }],
    });
    let fields: CustomerFields = serde_json::from_value(fields).unwrap();
    crm::store::insert(&mut tx, &mut edit, &Viewer::Server, &fields).await.unwrap();
    tx.commit().await.unwrap();
}

/// BRE-DEMO-01: what Telegram asks for is done. "Too many requests" is waited out, another reader and a broken proxy are
/// survived, an update of an unknown form does not stop those behind it, and who blocked the bot is written nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_asks_for_is_done() {
    let mut site = Site::new(false).await;
    site.launch("low-balance").await;
    site.double.fail("getUpdates", Failure::Conflict);
    site.double.raw(json!({ "message": { "form": "that nobody knows" } }));
    site.double.fail("sendMessage", Failure::TooMany(2));
    site.guest().await;

    let (refused, sent) = (site.double.failed("sendmessage"), site.double.calls("sendmessage"));
    assert!(sent[0].at - refused[0] >= Duration::from_secs(2), "retry_after is obeyed");
    assert_eq!(site.double.failed("getupdates").len(), 1);

    // The client of Telegram waits ten seconds by itself when a server is broken.
    site.double.fail("sendMessage", Failure::Broken);
    site.double.write("/help");
    site.told("/start begins anew").await;

    site.double.fail("sendMessage", Failure::Blocked);
    site.double.write("/menu");
    site.double.until("the refusal", |double| double.failed("sendmessage").len() == 3).await;
    let (db, end) = (&site.db, tokio::time::Instant::now() + Duration::from_secs(20));
    let left = || async {
        let counts = "select (select count(*) from channels.telegram_chat) + (select count(*) from channels.telegram_outgoing)";
        sqlx::query_scalar::<_, i64>(counts).fetch_one(db.pool()).await.unwrap()
    };
    while left().await > 0 {
        assert!(tokio::time::Instant::now() < end, "who blocked the bot is forgotten");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(site.double.wrong(), Vec::<String>::new());
}
