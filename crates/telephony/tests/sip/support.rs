//! An edge on a free port, a call side that does as it is told, and a phone made of a socket.

use base::Clock;
use base::id::{LegId, TrunkId};
use chrono::{DateTime, Utc};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};
use telephony::sip::{
    Credential, LiveTrunkBook, SipCommand, SipDirectory, SipEdge, SipEvent, SipHandle, SipSettings,
    TrunkAccess, TrunkBook,
};
use tokio::sync::mpsc;

pub const NUMBER: &str = "+998712000000";
pub const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the clock itself")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

pub fn trunk() -> TrunkId {
    TrunkId::from_uuid(uuid::Uuid::from_u128(1))
}

pub fn access(calls_max: usize) -> TrunkAccess {
    TrunkAccess { trunk: trunk(), calls_max }
}

/// A trunk for everything on this machine, and one number.
pub fn open_book(calls_max: usize) -> TrunkBook {
    let mut book = TrunkBook::default();
    book.add_by_address(access(calls_max), ["127.0.0.0/8"]).unwrap();
    book.add_number(NUMBER);
    book
}

pub fn digest_book() -> TrunkBook {
    let mut book = TrunkBook::default();
    book.add_by_digest("carrier", Credential::new(access(10), "carrier", "trunkline", "s3cret"));
    book.add_number(NUMBER);
    book
}

pub fn settings() -> SipSettings {
    let free: SocketAddr = "127.0.0.1:0".parse().unwrap();
    SipSettings { udp: vec![free], tcp: vec![free], ..SipSettings::default() }
}

pub struct Rig {
    pub handle: SipHandle,
    pub events: mpsc::Receiver<SipEvent>,
}

impl Rig {
    pub fn start(settings: SipSettings, directory: impl SipDirectory) -> Self {
        let (sender, events) = mpsc::channel(256);
        let handle = SipEdge::start(settings, Arc::new(directory), sender, Arc::new(WallClock)).unwrap();
        Self { handle, events }
    }

    pub fn open() -> Self {
        Self::start(settings(), LiveTrunkBook::new(open_book(100)))
    }

    pub fn udp(&self) -> SocketAddr {
        self.handle.udp_addresses()[0]
    }

    pub fn tcp(&self) -> SocketAddr {
        self.handle.tcp_addresses()[0]
    }

    pub fn event(&mut self) -> SipEvent {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match self.events.try_recv() {
                Ok(event) => return event,
                Err(_) if Instant::now() < give_up => std::thread::sleep(Duration::from_millis(2)),
                Err(error) => panic!("no event: {error}"),
            }
        }
    }

    pub fn no_event(&mut self) {
        assert!(self.events.try_recv().is_err(), "an event came");
    }

    /// The leg of the call that now comes in.
    pub fn incoming(&mut self) -> LegId {
        match self.event() {
            SipEvent::Incoming(call) => call.leg,
            other => panic!("{other:?} instead of a call"),
        }
    }

    pub fn send(&self, command: SipCommand) {
        self.handle.send(command).unwrap();
    }

    /// Waits until nothing of any call is left.
    pub fn until_no_legs(&self) {
        until("all legs are over", || self.handle.stats().legs == 0);
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(handle.stop(Duration::from_millis(1)));
    }
}

pub fn until(what: &str, condition: impl Fn() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < give_up, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A phone made of a UDP socket.
pub struct Phone {
    socket: UdpSocket,
    edge: SocketAddr,
    pub call_id: String,
    pub from_tag: String,
    pub to_tag: String,
    branch: u32,
}

impl Phone {
    pub fn new(edge: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let port = socket.local_addr().unwrap().port();
        Self {
            socket,
            edge,
            call_id: format!("call-{port}-{}", rand::random::<u32>()),
            from_tag: "caller".to_owned(),
            to_tag: String::new(),
            branch: rand::random(),
        }
    }

    pub fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// A request of this phone; `extra` are whole header lines.
    pub fn request(&mut self, method: &str, cseq: u32, extra: &str, body: &str) -> String {
        self.branch = self.branch.wrapping_add(1);
        self.request_on(self.branch, method, cseq, extra, body)
    }

    /// A request on a branch that was used before: CANCEL, ACK of a refusal, a retransmission.
    pub fn request_on(&self, branch: u32, method: &str, cseq: u32, extra: &str, body: &str) -> String {
        let port = self.port();
        let to_tag = if self.to_tag.is_empty() { String::new() } else { format!(";tag={}", self.to_tag) };
        let content = if body.is_empty() || extra.contains("Content-Type") {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "{method} sip:{NUMBER}@{edge} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\nFrom: \"Anna\" <sip:+998901234567@example.com>;tag={from}\r\n\
             To: <sip:{NUMBER}@example.com>{to_tag}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:anna@127.0.0.1:{port}>\r\n{extra}{content}Content-Length: {length}\r\n\r\n{body}",
            edge = self.edge,
            from = self.from_tag,
            call_id = self.call_id,
            length = body.len(),
        )
    }

    pub fn last_branch(&self) -> u32 {
        self.branch
    }

    pub fn send(&self, message: &str) {
        self.socket.send_to(message.as_bytes(), self.edge).unwrap();
    }

    pub fn send_bytes(&self, message: &[u8]) {
        self.socket.send_to(message, self.edge).unwrap();
    }

    pub fn receive(&self) -> String {
        let mut buffer = [0_u8; 8192];
        let (length, _) = self.socket.recv_from(&mut buffer).expect("an answer");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    /// The next message that begins so; others are passed over.
    pub fn expect(&mut self, begin: &str) -> String {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let message = self.receive();
            if message.starts_with(begin) {
                if let Some(tag) =
                    header(&message, "To").and_then(|to| to.split("tag=").nth(1).map(str::to_owned))
                    && message.starts_with("SIP/2.0")
                {
                    self.to_tag = tag;
                }
                return message;
            }
            assert!(Instant::now() < give_up, "never {begin}, last {message}");
        }
    }

    /// Whether silence lasts that long.
    pub fn hears_nothing(&self, for_: Duration) -> bool {
        self.socket.set_read_timeout(Some(for_)).unwrap();
        let mut buffer = [0_u8; 8192];
        let silent = self.socket.recv_from(&mut buffer).is_err();
        self.socket.set_read_timeout(Some(PATIENCE)).unwrap();
        silent
    }

    /// Answers a request of the edge.
    pub fn reply(&self, request: &str, status: &str, extra: &str) {
        let copied: String = request
            .split("\r\n")
            .filter(|line| {
                ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name))
            })
            .map(|line| format!("{line}\r\n"))
            .collect();
        let contact = format!("Contact: <sip:anna@127.0.0.1:{}>\r\n", self.port());
        self.send(&format!("SIP/2.0 {status}\r\n{copied}{contact}{extra}Content-Length: 0\r\n\r\n"));
    }

    /// INVITE, and everything until the call is up.
    pub fn call(&mut self, rig: &mut Rig, extra: &str) -> LegId {
        let invite = self.request("INVITE", 1, extra, SDP);
        self.send(&invite);
        let leg = rig.incoming();
        rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
        self.expect("SIP/2.0 200");
        let ack = self.request("ACK", 1, "", "");
        self.send(&ack);
        assert_eq!(rig.event(), SipEvent::Acked { leg, sdp: None });
        leg
    }
}

/// The value of a header.
pub fn header(message: &str, name: &str) -> Option<String> {
    message.split("\r\n").find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
