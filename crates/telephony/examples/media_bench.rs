//! What the media thread costs: CPU time per packet and streams per core, beside the limits measured without an engine.
//!
//! ```text
//! cargo run --release -p telephony --example media_bench -- [relay|record|music|web] [calls] [seconds]
//! ```
//!
//! `relay`: calls of two RTP legs; `record`: the same, recorded; `music`: callers who hear music; `web`: an RTP leg
//! and a browser. CPU time is that of the thread `media` alone (Linux, `/proc`), not of the telephones beside it.
#![expect(clippy::unwrap_used, clippy::as_conversions, reason = "a benchmark stops at the first surprise")]

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base::id::{LegId, RecordingId};
use telephony::media::client::{Voice, WebPhone, tone};
use telephony::media::rtp::{self, Header};
use telephony::media::{MediaEngine, MediaHandle, MediaSettings, PlayId};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Telephones that send a packet of 172 octets every 20 ms, each at its own moment, and count what comes back.
struct Telephones {
    sockets: Vec<(UdpSocket, u16)>,
    sent: Arc<AtomicU64>,
    heard: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Telephones {
    fn run(self, speak: bool) {
        let started = Instant::now();
        let (mut datagram, mut buffer) = (Vec::new(), [0; 2_048]);
        let mut slot: u64 = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let due = started + Duration::from_millis(slot);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            for (n, (socket, port)) in
                self.sockets.iter().enumerate().filter(|(n, _)| *n as u64 % 20 == slot % 20)
            {
                let beat = slot / 20;
                if speak || beat < 5 {
                    let header = Header {
                        marker: false,
                        payload_type: 8,
                        sequence: beat as u16,
                        timestamp: beat as u32 * 160,
                        ssrc: n as u32 + 1,
                    };
                    rtp::write(&header, &[0x2A; 160], &mut datagram);
                    if socket.send_to(&datagram, (LOCALHOST, *port)).is_ok() {
                        self.sent.fetch_add(1, Ordering::Relaxed);
                    }
                }
                loop {
                    match socket.recv(&mut buffer) {
                        Ok(_) => self.heard.fetch_add(1, Ordering::Relaxed),
                        Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                        Err(_) => continue,
                    };
                }
            }
            slot += 1;
        }
    }
}

/// CPU time of the thread `media`.
fn cpu() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let media = tasks
        .into_iter()
        .find(|task| fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "media"));
    let schedule = fs::read_to_string(media.unwrap().join("schedstat")).unwrap();
    Duration::from_nanos(schedule.split(' ').next().unwrap().parse().unwrap())
}

fn leg(number: usize) -> LegId {
    LegId::from_uuid(uuid::Uuid::from_u128(number as u128 + 1))
}

async fn open(media: &MediaHandle, number: usize) -> (UdpSocket, u16) {
    let socket = UdpSocket::bind((LOCALHOST, 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let port = socket.local_addr().unwrap().port();
    let offer = format!("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {port} RTP/AVP 8\r\n");
    let answer = media.open_rtp(leg(number), Some(offer)).await.unwrap();
    let port = answer.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    (socket, port)
}

async fn browser(media: &MediaHandle, number: usize) -> WebPhone {
    let (mut phone, offer) = WebPhone::offer(LOCALHOST).await.unwrap();
    phone.accept(&media.open_webrtc(leg(number), offer).await.unwrap()).unwrap();
    assert!(phone.connects(Duration::from_secs(20)).await);
    phone.say(Voice::Tone(440.0));
    phone
}

/// Ten seconds of a tone.
fn music(folder: &Path) -> PathBuf {
    let path = folder.join("music.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&path, spec).unwrap();
    tone::samples(440.0, 0, 80_000).into_iter().for_each(|sample| wav.write_sample(sample).unwrap());
    wav.finalize().unwrap();
    path
}

/// Sets up the calls; returns their telephones and browsers.
async fn call(
    media: &MediaHandle,
    mode: &str,
    calls: usize,
    folder: &Path,
) -> (Vec<(UdpSocket, u16)>, Vec<WebPhone>) {
    let (mut sockets, mut browsers) = (Vec::new(), Vec::new());
    let music = music(folder);
    for call in 0..calls {
        let (one, other) = (2 * call, 2 * call + 1);
        sockets.push(open(media, one).await);
        match mode {
            "music" => media.play(leg(one), PlayId(1), vec![music.clone()], true).unwrap(),
            "web" => browsers.push(browser(media, other).await),
            _ => sockets.push(open(media, other).await),
        }
        if mode != "music" {
            media.bridge(leg(one), leg(other)).unwrap();
        }
        if mode == "record" {
            let path = folder.join(format!("{call}.wav"));
            media
                .start_recording(RecordingId::from_uuid(leg(one).as_uuid()), path, leg(one), leg(other))
                .unwrap();
        }
    }
    (sockets, browsers)
}

/// Packets sent by RTP telephones, to them, and to browsers; CPU time; the moment.
type Figures = (u64, u64, u64, Duration, Instant);

fn report(mode: &str, calls: usize, before: Figures, after: Figures) {
    let (sent, heard, web) = (after.0 - before.0, after.1 - before.1, after.2 - before.2);
    let (cpu, clock) = (after.3 - before.3, after.4 - before.4);
    let each = cpu.as_secs_f64() * 1e6 / (heard + web) as f64;
    let load = 100.0 * cpu.as_secs_f64() / clock.as_secs_f64();
    println!("{mode}: {calls} calls for {:.1} s", clock.as_secs_f64());
    println!("  packets: {sent} from RTP telephones, {heard} to them, {web} to browsers");
    println!("  media thread: {load:.1} % of a core, {each:.2} us a packet sent");
    println!("  streams a core: {:.0}", 1e6 / (50.0 * each));
    let limit = match mode {
        "web" => "about 10 us a packet, 2,000 streams a core (socket 4-6 us, WebRTC 3-6.5 us), computed",
        "music" => "about half of a relayed packet: a send without a receive",
        _ => {
            "3.4-4.5 us a packet, 4,400-5,900 streams a core (a bare epoll echo with a socket a port), measured"
        }
    };
    println!("  limit: {limit}");
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let mode = args.next().unwrap_or_else(|| "relay".to_owned());
    let calls: usize = args.next().map_or(200, |text| text.parse().unwrap());
    let seconds: u64 = args.next().map_or(10, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let settings = MediaSettings {
        rtp_ports: 20_000..=31_999,
        webrtc_addresses: vec![LOCALHOST],
        ..MediaSettings::default()
    };
    let (events, mut happened) = tokio::sync::mpsc::channel(100_000);
    let media = MediaEngine::start(settings, events).unwrap();
    tokio::spawn(async move { while happened.recv().await.is_some() {} });

    let (sockets, browsers) = call(&media, &mode, calls, folder.path()).await;
    let (sent, heard, stop) =
        (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
    let telephones =
        Telephones { sockets, sent: Arc::clone(&sent), heard: Arc::clone(&heard), stop: Arc::clone(&stop) };
    let speak = mode != "music";
    let thread = std::thread::spawn(move || telephones.run(speak));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let figures = || {
        let web: u64 = browsers.iter().map(|phone| phone.heard().packets).sum();
        (sent.load(Ordering::Relaxed), heard.load(Ordering::Relaxed), web, cpu(), Instant::now())
    };
    let before = figures();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let after = figures();
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap();
    report(&mode, calls, before, after);
    media.stop().await;
}
