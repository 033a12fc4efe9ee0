//! What the SIP edge does beyond what it can hold: `cargo run --release -p telephony --example sip_storm`.
//!
//! Finds the rate at which every call still succeeds without a retransmission, offers twice that for five
//! seconds (or the rate given as the argument), and then asks whether it serves as before and whether anything was left behind.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement")]

use base::id::TrunkId;
use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};
use telephony::sip::{
    LiveTrunkBook, SipCommand, SipEdge, SipEvent, SipHandle, SipSettings, TrunkAccess, TrunkBook,
};
use tokio::sync::mpsc;

const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
/// How long a call stands.
const HOLD: Duration = Duration::from_millis(200);
const T1: Duration = Duration::from_millis(500);

struct Wall;
impl base::Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "the clock itself")]
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::Utc::now()
    }
}

fn edge() -> SipHandle {
    let mut book = TrunkBook::default();
    let trunk = TrunkId::from_uuid(uuid::Uuid::from_u128(1));
    book.add_by_address(TrunkAccess { trunk, calls_max: 100_000 }, ["127.0.0.0/8"]).unwrap();
    book.add_number("1000");
    let settings = SipSettings {
        udp: vec!["127.0.0.1:0".parse().unwrap()],
        tcp: vec![],
        calls_max: 3000,
        // Only the queue delay and calls_max protect it here.
        calls_per_second_max: 1e9,
        source_messages_per_second: 1e9,
        source_burst: 1e9,
        ..SipSettings::default()
    };
    let (sender, mut events) = mpsc::channel(4096);
    let handle =
        SipEdge::start(settings, Arc::new(LiveTrunkBook::new(book)), sender, Arc::new(Wall)).unwrap();
    let answerer = handle.clone();
    std::thread::spawn(move || {
        while let Some(event) = events.blocking_recv() {
            if let SipEvent::Incoming(call) = event {
                let _ = answerer.send(SipCommand::Answer { leg: call.leg, sdp: SDP.to_owned() });
            }
        }
    });
    handle
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Inviting,
    Talking,
    Ending,
    Done,
}

struct Call {
    state: State,
    to_tag: String,
    interval: Duration,
}

#[derive(Default, Debug)]
struct Tally {
    offered: usize,
    succeeded: usize,
    refused: usize,
    refused_without_retry_after: usize,
    lost: usize,
    retransmitted: usize,
    slowest_answer: Duration,
}

struct Caller {
    socket: UdpSocket,
    edge: SocketAddr,
    port: u16,
    run: u32,
    calls: Vec<Call>,
    begun: Vec<Instant>,
    timers: BTreeSet<(Instant, usize)>,
    tally: Tally,
}

impl Caller {
    fn new(edge: SocketAddr) -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        let _ = socket.set_recv_buffer_size(8 << 20);
        socket.set_nonblocking(true).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let socket: UdpSocket = socket.into();
        let port = socket.local_addr().unwrap().port();
        Self {
            socket,
            edge,
            port,
            run: rand::random(),
            calls: Vec::new(),
            begun: Vec::new(),
            timers: BTreeSet::new(),
            tally: Tally::default(),
        }
    }

    fn send(&self, n: usize, method: &str, cseq: u32, body: &str) {
        let (port, run, tag) = (self.port, self.run, &self.calls[n].to_tag);
        let to = if tag.is_empty() || (method == "INVITE") { String::new() } else { format!(";tag={tag}") };
        let branch = if method == "INVITE" || cseq == 0 { "i" } else { method };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let cseq = cseq.max(1);
        let text = format!(
            "{method} sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{run}-{n}-{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:storm@127.0.0.1>;tag=f{n}\r\nTo: <sip:1000@127.0.0.1>{to}\r\n\
             Call-ID: {run}-{n}\r\nCSeq: {cseq} {method}\r\nContact: <sip:storm@127.0.0.1:{port}>\r\n{kind}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let _ = self.socket.send_to(text.as_bytes(), self.edge);
    }

    fn begin(&mut self) {
        let n = self.calls.len();
        self.calls.push(Call { state: State::Inviting, to_tag: String::new(), interval: T1 });
        let now = Instant::now();
        self.begun.push(now);
        self.tally.offered += 1;
        self.send(n, "INVITE", 1, SDP);
        self.timers.insert((now + T1, n));
    }

    fn listen(&mut self) -> bool {
        let mut buffer = [0_u8; 4096];
        let Ok((length, _)) = self.socket.recv_from(&mut buffer) else { return false };
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let field = |name: &str| {
            text.split("\r\n").find_map(|line| line.strip_prefix(name)).unwrap_or("").trim().to_owned()
        };
        let call_id = field("Call-ID:");
        let Some(n) = call_id.strip_prefix(&format!("{}-", self.run)).and_then(|n| n.parse::<usize>().ok())
        else {
            return true;
        };
        let status: u32 = text.get(8..11).and_then(|status| status.parse().ok()).unwrap_or(0);
        let invite = field("CSeq:").ends_with("INVITE");
        let tag = field("To:").split("tag=").nth(1).unwrap_or("").to_owned();
        self.heard(n, status, invite, tag, text.contains("Retry-After:"));
        true
    }

    fn heard(&mut self, n: usize, status: u32, invite: bool, tag: String, retry_after: bool) {
        let now = Instant::now();
        match (self.calls[n].state, status) {
            // A provisional answer ends the retransmissions; a final one must come within 32 seconds.
            (State::Inviting, 100..200) => self.calls[n].interval = Duration::from_secs(32),
            (State::Inviting, 200) if invite => {
                self.calls[n].to_tag = tag;
                self.calls[n].state = State::Talking;
                self.tally.slowest_answer = self.tally.slowest_answer.max(now - self.begun[n]);
                self.send(n, "ACK", 1, "");
                self.timers.insert((now + HOLD, n));
            }
            (State::Inviting, 300..) => {
                self.calls[n].to_tag = tag;
                self.calls[n].state = State::Done;
                self.tally.refused += 1;
                self.tally.refused_without_retry_after += usize::from(!retry_after);
                self.send(n, "ACK", 0, "");
            }
            (State::Talking | State::Ending, 200) if invite => self.send(n, "ACK", 1, ""),
            (State::Ending, 200) => {
                self.calls[n].state = State::Done;
                self.tally.succeeded += 1;
            }
            _ => {}
        }
    }

    fn alarms(&mut self) {
        let now = Instant::now();
        while let Some((at, n)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.remove(&(at, n));
            match self.calls[n].state {
                State::Done => {}
                State::Talking => {
                    self.calls[n].state = State::Ending;
                    self.calls[n].interval = T1;
                    self.send(n, "BYE", 2, "");
                    self.timers.insert((now + T1, n));
                }
                state if now - self.begun[n] > Duration::from_secs(33) => {
                    self.calls[n].state = State::Done;
                    self.tally.lost += 1;
                    let _ = state;
                }
                state => {
                    let interval = self.calls[n].interval;
                    if interval < Duration::from_secs(32) {
                        self.tally.retransmitted += 1;
                        let (method, cseq, body) =
                            if state == State::Inviting { ("INVITE", 1, SDP) } else { ("BYE", 2, "") };
                        self.send(n, method, cseq, body);
                        self.calls[n].interval = (interval * 2).min(Duration::from_secs(4));
                    }
                    self.timers.insert((now + interval.min(Duration::from_secs(4)), n));
                }
            }
        }
    }

    /// Offers `rate` calls a second for `length`, and waits until each has come to its end.
    fn run(mut self, rate: u32, length: Duration) -> Tally {
        let start = Instant::now();
        loop {
            let passed = start.elapsed().min(length).as_micros();
            let due = usize::try_from(passed * u128::from(rate) / 1_000_000).unwrap_or(0);
            for _ in 0..64 {
                if self.calls.len() >= due {
                    break;
                }
                self.begin();
            }
            let mut heard = false;
            for _ in 0..256 {
                if !self.listen() {
                    break;
                }
                heard = true;
            }
            self.alarms();
            let over = start.elapsed() > length && self.calls.iter().all(|call| call.state == State::Done);
            if over || start.elapsed() > length + Duration::from_secs(40) {
                return self.tally;
            }
            if !heard && self.calls.len() >= due {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }
}

/// CPU seconds that the SIP thread has used.
fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok())
        .filter(|stat| stat.contains("(sip)"))
        .filter_map(|stat| {
            let fields: Vec<f64> = stat
                .rsplit(')')
                .next()?
                .split_whitespace()
                .map(|field| field.parse().unwrap_or(0.0))
                .collect();
            Some((fields.get(11)? + fields.get(12)?) / 100.0)
        })
        .sum()
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

fn main() {
    let handle = edge();
    let address = handle.udp_addresses()[0];
    let mut knee = 0;
    for rate in [250, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000] {
        let before = cpu();
        let tally = Caller::new(address).run(rate, Duration::from_secs(3));
        let per_call = (cpu() - before) * 1e6 / f64::from(u32::try_from(tally.offered).unwrap_or(1));
        println!("{rate:>6}/s: {per_call:>4.0} us CPU a call, {tally:?}");
        if tally.succeeded < tally.offered || tally.retransmitted > 0 {
            break;
        }
        knee = rate;
    }
    let rate = std::env::args().nth(1).and_then(|rate| rate.parse().ok()).unwrap_or(knee * 2);
    println!("holds {knee} calls a second; now {rate} for 5 s");
    let before = cpu();
    let length = Duration::from_secs(5);
    let storm = std::thread::spawn(move || Caller::new(address).run(rate, length));
    std::thread::sleep(length);
    let over = Instant::now();
    println!("{:?}, {} kB resident", handle.stats(), resident_kb());
    loop {
        let after = Caller::new(address).run(200, Duration::from_millis(500));
        if after.succeeded == after.offered && after.retransmitted == 0 {
            println!("serves as before {:.1} s after the storm", over.elapsed().as_secs_f64());
            break;
        }
        println!("not yet: {after:?}");
    }
    let tally = storm.join().unwrap_or_default();
    println!("storm: {:.1} s CPU, {tally:?}", cpu() - before);
    while handle.stats().finished_transactions + handle.stats().lingering > 0
        && over.elapsed() < Duration::from_secs(60)
    {
        std::thread::sleep(Duration::from_millis(500));
    }
    println!(
        "after {:.0} s: {:?}, {} kB resident",
        over.elapsed().as_secs_f64(),
        handle.stats(),
        resident_kb()
    );
}
