//! From a change to the frame on thousands of wallboards, and the memory of each.

use crate::machine::resident_kb;
use crate::site::{PASSWORD, Site, Wants};
use crate::wire;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use telephony::media::client::WebPhone;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Time between two changes: four a second.
const CHANGES_EVERY: Duration = Duration::from_millis(250);
/// How many changes are measured.
const CHANGES: usize = 80;
/// Sockets that are opened at once.
const OPENING_AT_ONCE: usize = 50;

/// What all sockets share.
struct Shared {
    start: Instant,
    /// When the last change was commanded, in microseconds since the start.
    changed: AtomicU64,
    frames: AtomicU64,
    /// Microseconds from the frame's `at`, and from the command, to the receipt.
    heard: Mutex<(Vec<u32>, Vec<u32>)>,
}

/// Opens `sockets` wallboards and changes the board four times a second.
pub fn run(sockets: usize) {
    let site = Site::start(&Wants { operators: 2, calls_per_second: 100, calls_max: 100 });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(&site, sockets));
    println!("panics: {}", site.panics());
}

async fn measure(site: &Site, sockets: usize) {
    let watcher = wire::sign_in(&site.http, "supervisor", PASSWORD);
    let operator = wire::sign_in(&site.http, "bench0", PASSWORD);
    let mut desk = wire::open(&site.http, "/ws/operator", &operator, "desk").await;
    let (mut phone, offer) = WebPhone::offer("127.0.0.1".parse().unwrap()).await.unwrap();
    let answer = wire::command(&mut desk, 1_000_000, "phone.connect", json!({"sdp": offer})).await;
    phone.accept(answer["sdp"].as_str().unwrap()).unwrap();
    assert!(phone.connects(Duration::from_secs(10)).await, "the phone connects");
    let shared = Arc::new(Shared {
        start: Instant::now(),
        changed: AtomicU64::new(0),
        frames: AtomicU64::new(0),
        heard: Mutex::default(),
    });
    // Whatever grows with the first sockets and changes has grown before it is measured.
    open(site, &watcher, 50, &shared).await;
    let empty = resident_kb(site.pid());
    let began = Instant::now();
    open(site, &watcher, sockets, &shared).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = resident_kb(site.pid());
    let opened = began.elapsed().as_secs_f64() - 2.0;
    *shared.heard.lock().unwrap() = Default::default();
    shared.frames.store(0, Ordering::Relaxed);

    let before = site.usage();
    let mut every = tokio::time::interval(CHANGES_EVERY);
    let begin = Instant::now();
    for n in 0..CHANGES {
        every.tick().await;
        let now = u64::try_from(shared.start.elapsed().as_micros()).unwrap();
        shared.changed.store(now, Ordering::Relaxed);
        // On and off duty: a tile changes each time.
        let state = if n % 2 == 0 { "ready" } else { "not_ready" };
        wire::command(&mut desk, n, "presence.set", json!({"state": state})).await;
    }
    let took = begin.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let used = site.usage().since(before);
    print(sockets, &shared, [empty, idle, resident_kb(site.pid())], opened, used.server / (took + 1.0));
}

async fn open(site: &Site, watcher: &str, count: usize, shared: &Arc<Shared>) {
    let mut opened = 0;
    while opened < count {
        let some = (count - opened).min(OPENING_AT_ONCE);
        let sockets = (0..some).map(|_| wire::open(&site.http, "/ws/wallboard", watcher, "board"));
        for socket in futures_util::future::join_all(sockets).await {
            tokio::spawn(listen(socket, Arc::clone(shared)));
        }
        opened += some;
    }
}

/// Measures what it hears until the socket ends.
async fn listen(mut socket: WebSocketStream<TcpStream>, shared: Arc<Shared>) {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let text = text.as_str();
        if !text.contains("\"delta\"") {
            continue;
        }
        let now = now();
        let Some(at) = text.split("\"at\":\"").nth(1).and_then(|rest| rest.split('"').next()) else {
            continue;
        };
        let at: DateTime<Utc> = at.parse().unwrap();
        let since_frame = (now - at).num_microseconds().unwrap_or(0).max(0);
        let changed = shared.changed.load(Ordering::Relaxed);
        let since_change = u64::try_from(shared.start.elapsed().as_micros()).unwrap() - changed;
        shared.frames.fetch_add(1, Ordering::Relaxed);
        let mut heard = shared.heard.lock().unwrap();
        heard.0.push(u32::try_from(since_frame).unwrap());
        // The minute's own changes come without a command.
        if since_change < 250_000 {
            heard.1.push(u32::try_from(since_change).unwrap());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "frames carry the time of the wall")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn print(sockets: usize, shared: &Shared, [empty, idle, busy]: [f64; 3], opened: f64, cores: f64) {
    let count = f64::from(u32::try_from(sockets).unwrap());
    let mut heard = shared.heard.lock().unwrap();
    let (from_frame, from_change) = (&mut heard.0.clone(), &mut heard.1);
    println!("\n{sockets} wallboards, 4 changes a second; goal at 10,000: p99 100 ms and 5 kB a socket");
    println!("opened in {opened:.1} s; {} frames heard", shared.frames.load(Ordering::Relaxed));
    println!("from the frame's time to the receipt:     {}", percentiles(from_frame));
    println!("from the operator's command to the receipt: {}", percentiles(from_change));
    println!(
        "memory a socket: {:.1} kB idle, {:.1} kB after the changes ({empty:.0}, {idle:.0}, {busy:.0} kB); CPU {:.0} % of a core",
        (idle - empty) / count,
        (busy - empty) / count,
        cores * 100.0
    );
}

fn percentiles(micros: &mut [u32]) -> String {
    micros.sort_unstable();
    let at = |percent: usize| {
        let place = (micros.len() * percent / 100).min(micros.len().saturating_sub(1));
        f64::from(micros.get(place).copied().unwrap_or(0)) / 1e3
    };
    format!("p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(50), at(99), at(100))
}
