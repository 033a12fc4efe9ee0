use super::*;
use crate::event::{Handler, advance, append};
use crate::testing::TestDb;
use base::event::Journal;
use base::{Author, ChangeError, Clock, Edit, FixedClock, NewEvent};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Signatures name the time, and who checks them looks at the clock.
fn now() -> DateTime<Utc> {
    base::Clock::now(&crate::SystemClock)
}

/// A request that a receiver got.
#[derive(Clone)]
struct Got {
    headers: reqwest::header::HeaderMap,
    body: String,
}

/// A receiver that answers with the given statuses, the last one for ever.
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    async fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let got = Arc::new(Mutex::new(Vec::new()));
        let (seen, statuses) = (Arc::clone(&got), statuses.to_vec());
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read_request(&mut socket).await;
                let count = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request);
                    seen.len()
                };
                let status = statuses.get(count - 1).or(statuses.last()).copied().unwrap();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nlocation: /else\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, got }
    }

    async fn wait_for(&self, count: usize) -> Vec<Got> {
        for _ in 0..1_000 {
            let got = self.got.lock().unwrap().clone();
            if got.len() >= count {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("only {} requests came", self.got.lock().unwrap().len());
    }
}

async fn read_request(socket: &mut tokio::net::TcpStream) -> Got {
    let mut text = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let read = socket.read(&mut piece).await.unwrap();
        text.extend_from_slice(&piece[..read]);
        let all = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = all.split_once("\r\n\r\n") else { continue };
        let mut headers = reqwest::header::HeaderMap::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            headers.insert(name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap());
        }
        let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
        if body.len() >= length {
            return Got { headers, body: body.to_owned() };
        }
    }
}

struct Site {
    db: TestDb,
    clock: Arc<FixedClock>,
    rng: ChaCha8Rng,
    stop: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn vault() -> crate::vault::Vault {
    crate::vault::Vault::with_key([4; 32]).unwrap()
}

impl Site {
    async fn start() -> Self {
        let db = TestDb::new().await;
        let (clock, stop) = (Arc::new(FixedClock::at(now())), CancellationToken::new());
        let settings = SenderSettings { private_addresses: true };
        let sender = Sender::new(db.pool().clone(), clock.clone(), settings, vault(), stop.clone()).unwrap();
        tokio::spawn(sender.run([3; 32]));
        Self { db, clock, rng: ChaCha8Rng::seed_from_u64(1), stop }
    }

    async fn webhook(&mut self, url: &str) -> (Webhook, String) {
        let fields = WebhookFields {
            name: "shop".to_owned(),
            url: url.to_owned(),
            kinds: vec!["platform.tested.".to_owned()],
            enabled: true,
        };
        let mut db = self.db.pool().acquire().await.unwrap();
        let mut edit = Edit { now: self.clock.now(), author: Author::System, rng: &mut self.rng };
        store::insert(&mut db, &mut edit, &fields, true, &vault()).await.unwrap()
    }

    /// Appends an event and has its delivery written.
    async fn happens(&mut self, name: &str) {
        let event = NewEvent {
            kind: "platform.tested.v1".into(),
            journal: Journal::Activity,
            subject: Uuid::nil(),
            correlation: None,
            author: Author::System,
            payload: json!({ "name": name }),
        };
        let mut db = self.db.pool().acquire().await.unwrap();
        append(&mut db, self.clock.now(), &mut self.rng, &event).await.unwrap();
        drop(db);
        // Deliveries are due by the time of the database.
        while advance(self.db.pool(), WEBHOOKS, &Webhooks).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.clock.advance(Duration::from_secs(2));
    }

    async fn deliveries(&self, webhook: &Webhook) -> Vec<Delivery> {
        let mut db = self.db.pool().acquire().await.unwrap();
        store::list_deliveries(&mut db, webhook.id, None, 10).await.unwrap()
    }

    async fn delivery(&self, webhook: &Webhook, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        for _ in 0..1_000 {
            if let Some(found) = self.deliveries(webhook).await.into_iter().find(&wanted) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("not so: {:?}", self.deliveries(webhook).await);
    }
}

fn verify(key: &str, got: &Got) -> bool {
    standardwebhooks::Webhook::new(key).unwrap().verify(got.body.as_bytes(), &got.headers).is_ok()
}

#[tokio::test]
async fn an_event_is_delivered_once_signed_and_again_after_a_refusal() {
    let mut site = Site::start().await;
    let receiver = Receiver::start(&[500, 200]).await;
    let (webhook, key) = site.webhook(&receiver.url).await;
    site.happens("first").await;

    let refused = site.delivery(&webhook, |delivery| delivery.last_status == Some(500)).await;
    site.clock.advance(Duration::from_secs(7));
    let taken = site.delivery(&webhook, |delivery| delivery.state == DeliveryState::Delivered).await;

    let got = receiver.wait_for(2).await;
    assert!(verify(&key, &got[0]) && verify(&key, &got[1]));
    assert!(!verify("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", &got[0]));
    assert_eq!(got[0].headers["webhook-id"], got[1].headers["webhook-id"]);
    let body: Value = serde_json::from_str(&got[1].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["name"]), (&json!("platform.tested.v1"), &json!("first")));
    assert_eq!((refused.state, refused.attempts), (DeliveryState::Pending, 1));
    assert_eq!((taken.attempts, taken.last_error), (2, None));
}

#[tokio::test]
async fn a_changed_secret_counts_beside_the_old_one_for_a_day() {
    let mut site = Site::start().await;
    let receiver = Receiver::start(&[204]).await;
    let (webhook, old) = site.webhook(&receiver.url).await;
    let mut db = site.db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: site.clock.now(), author: Author::System, rng: &mut site.rng };
    let (_, new) = store::rotate(&mut db, &mut edit, webhook.id, &vault()).await.unwrap();
    drop(db);
    site.happens("while both count").await;

    let both = receiver.wait_for(1).await[0].clone();
    assert!(verify(&old, &both) && verify(&new, &both));
    assert_ne!(old, new);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_no_longer_called_and_redirections_are_not_followed() {
    let mut site = Site::start().await;
    let receiver = Receiver::start(&[307, 410]).await;
    let (webhook, _) = site.webhook(&receiver.url).await;
    site.happens("moved").await;
    let moved = site.delivery(&webhook, |delivery| delivery.last_status == Some(307)).await;
    site.happens("gone").await;
    site.delivery(&webhook, |delivery| delivery.last_status == Some(410)).await;

    let mut db = site.db.pool().acquire().await.unwrap();
    let webhook = store::find(&mut db, webhook.id).await.unwrap().unwrap();
    assert!(moved.last_error.unwrap().contains("redirections are not followed"));
    assert!(!webhook.fields.enabled && webhook.disabled_reason.unwrap().contains("410"));
}

#[tokio::test]
async fn a_delivery_that_failed_is_sent_again_when_somebody_asks() {
    let mut site = Site::start().await;
    let receiver = Receiver::start(&[200]).await;
    let (webhook, _) = site.webhook(&receiver.url).await;
    site.happens("twice").await;
    let taken = site.delivery(&webhook, |delivery| delivery.state == DeliveryState::Delivered).await;

    let mut db = site.db.pool().acquire().await.unwrap();
    store::retry(&mut db, site.clock.now(), webhook.id, taken.id).await.unwrap();
    let got = receiver.wait_for(2).await;

    assert_eq!(got[0].headers["webhook-id"], got[1].headers["webhook-id"]);
}

#[test]
fn pauses_grow_never_shorten_and_end() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let start = now();
    let mut before = TimeDelta::zero();
    for attempts in 1..=8 {
        let pause = next_try(attempts, start, &mut rng).unwrap() - start;
        assert!(pause > before, "{attempts}: {pause}");
        before = pause;
    }
    assert_eq!(next_try(9, start, &mut rng), None);
}

#[tokio::test]
async fn addresses_of_the_own_network_are_refused_also_behind_a_name() {
    for url in [
        "https://127.0.0.1/a",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://100.64.0.1/",
    ] {
        assert!(address::check(url, false).unwrap_err().contains("own network"), "{url}");
        assert!(address::check(url, true).is_ok(), "{url}");
    }
    assert!(address::check("http://example.com/", false).is_err());
    assert!(address::check("https://anna:secret@example.com/", false).is_err());
    assert!(address::check("no address", false).is_err());
    assert!(address::check("https://example.com/hook?x=1", false).is_ok());

    use reqwest::dns::Resolve;
    let name = || "localhost".parse().unwrap();
    assert!(address::Outside { private: false }.resolve(name()).await.is_err());
    assert!(address::Outside { private: true }.resolve(name()).await.is_ok());
}

#[tokio::test]
async fn wrong_fields_are_refused_with_their_places() {
    let mut site = Site::start().await;
    let fields = WebhookFields {
        name: " ".to_owned(),
        url: "ftp://example.com".to_owned(),
        kinds: vec!["Purchase".to_owned()],
        enabled: true,
    };
    let mut db = site.db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut site.rng };
    let Err(ChangeError::Invalid(faults)) = store::insert(&mut db, &mut edit, &fields, false, &vault()).await
    else {
        panic!("accepted")
    };
    let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(places, ["/name", "/url", "/kinds/0"]);
    assert!(Webhooks.isolates());
}
