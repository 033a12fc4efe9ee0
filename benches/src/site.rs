//! A server of its own for each measurement: a fresh data folder, an organisation large enough, limits out of the way.

use crate::machine::{Usage, usage};
use crate::wire::get;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The number of a flow that queues at once, without a menu.
pub const QUEUE_NUMBER: &str = "+998712000001";
/// The number of the shipped main flow.
pub const MAIN_NUMBER: &str = "+998712000000";

/// Everybody's password in the demo organisation.
pub const PASSWORD: &str = "Demo-Trunkline-1";

/// The server's binary: `TRUNKLINE_BIN`, or the one that was built beside this program.
pub fn binary() -> PathBuf {
    let beside = || std::env::current_exe().unwrap().with_file_name("trunkline");
    let binary = std::env::var_os("TRUNKLINE_BIN").map_or_else(beside, PathBuf::from);
    assert!(binary.is_file(), "{} is missing: cargo build --release", binary.display());
    binary
}

/// What a measurement needs.
pub struct Wants {
    /// Operators of the queue.
    pub operators: usize,
    /// `[sip] calls_per_second`.
    pub calls_per_second: u32,
    /// `[sip] calls_max`.
    pub calls_max: u32,
}

/// A running release server.
pub struct Site {
    child: Child,
    /// Its folder: data, flows, organisation.
    pub folder: PathBuf,
    /// `127.0.0.1:PORT` of HTTP.
    pub http: String,
    /// `127.0.0.1:PORT` of SIP.
    pub sip: String,
    /// Login and password of the first administrator.
    pub first_sign_in: (String, String),
}

fn free_tcp() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn free_udp() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Site {
    /// Starts the server and waits until it is ready.
    pub fn start(wants: &Wants) -> Self {
        let folder = std::env::temp_dir().join(format!("trunkline-bench-{}", std::process::id()));
        let _first_time = fs::remove_dir_all(&folder);
        organisation(&folder.join("demo"), wants.operators);
        flows(&folder.join("flows"));
        let (http, sip) = (format!("127.0.0.1:{}", free_tcp()), format!("127.0.0.1:{}", free_udp()));
        let log = fs::File::create(folder.join("server.log")).unwrap();
        let mut child = Command::new(binary())
            .arg("run")
            .env("TRUNKLINE__SERVER__DATA_DIR", folder.join("data"))
            .env("TRUNKLINE__SERVER__FLOWS_DIR", folder.join("flows"))
            .env("TRUNKLINE__DEMO__DIR", folder.join("demo"))
            .env("TRUNKLINE__HTTP__ADDRESS", &http)
            .env("TRUNKLINE__HTTP__REQUESTS_PER_SECOND", "100000")
            .env("TRUNKLINE__HTTP__REQUESTS_BURST", "100000")
            .env("TRUNKLINE__HTTP__SIGN_INS_PER_MINUTE", "10000")
            .env("TRUNKLINE__SIP__LISTEN_UDP", &sip)
            .env("TRUNKLINE__SIP__LISTEN_TCP", "off")
            .env("TRUNKLINE__SIP__CALLS_MAX", wants.calls_max.to_string())
            .env("TRUNKLINE__SIP__CALLS_PER_SECOND", wants.calls_per_second.to_string())
            .env("TRUNKLINE__SIP__CALLS_BURST", wants.calls_per_second.to_string())
            .env("TRUNKLINE__MEDIA__WEBRTC_LISTEN", format!("127.0.0.1:{}", free_udp()))
            .env("TRUNKLINE__MEDIA__RTP_PORT_MIN", "12000")
            .env("TRUNKLINE__MEDIA__RTP_PORT_MAX", "19999")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let first_sign_in = wait_until_ready(&mut child);
        Self { child, folder, http, sip, first_sign_in }
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// CPU used so far.
    pub fn usage(&self) -> Usage {
        usage(self.pid())
    }

    /// The value of a metric, all labels that contain `labels` added up.
    pub fn metric(&self, name: &str, labels: &str) -> f64 {
        value(&get(&self.http, "/metrics"), name, labels)
    }

    /// Calls that live in any part of the server: dialogs, call actors, media legs.
    pub fn alive(&self) -> [(&'static str, f64); 3] {
        let page = get(&self.http, "/metrics");
        [
            ("dialogs", value(&page, "sip_dialogs", "")),
            ("calls", value(&page, "actor_live", "kind=\"call\"")),
            ("media legs", value(&page, "media_legs", "")),
        ]
    }

    /// Waits until no more than `legs` media legs and no call is left; `false` when that takes too long.
    pub fn settles(&self, legs: f64, within: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < within {
            let [(_, dialogs), (_, calls), (_, media)] = self.alive();
            if dialogs + calls < 0.5 && media <= legs {
                return true;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        false
    }

    /// Panics that the server wrote down.
    pub fn panics(&self) -> usize {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        log.lines().filter(|line| line.contains("panicked at")).count()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let pid = self.pid().to_string();
        let _gone = Command::new("kill").args(["-TERM", &pid]).status();
        for _ in 0..100 {
            if let Ok(Some(_)) = self.child.try_wait() {
                let _left = fs::remove_dir_all(&self.folder);
                return;
            }
            // A second signal ends running calls at once.
            let _gone = Command::new("kill").args(["-TERM", &pid]).status();
            std::thread::sleep(Duration::from_millis(300));
        }
        let _dead = self.child.kill();
    }
}

fn value(page: &str, name: &str, labels: &str) -> f64 {
    let of_name = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
    let lines = page.lines().filter(of_name).filter(|line| line.contains(labels));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// Waits for the words that say so; the sign-in of the first administrator, which stands below them.
fn wait_until_ready(child: &mut Child) -> (String, String) {
    let lines = BufReader::new(child.stdout.take().unwrap());
    let (ready, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let ["sign", "in", login, password, ..] = words.as_slice() {
                let _nobody_waits = ready.send(((*login).to_owned(), (*password).to_owned()));
            }
        }
    });
    let answer = heard.recv_timeout(Duration::from_secs(120));
    answer.expect("the server starts: see server.log in the temporary folder")
}

/// The demo organisation with `operators` more people in one queue that holds everybody.
fn organisation(folder: &Path, operators: usize) {
    fs::create_dir_all(folder).unwrap();
    for name in ["customers.toml", "topics.toml", "records.toml", "loyalty.toml", "catalogue.toml"] {
        fs::copy(Path::new("config/demo").join(name), folder.join(name)).unwrap();
    }
    let mut text = fs::read_to_string("config/demo/organisation.toml").unwrap();
    text.push_str(
        "\n[[queue]]\nkey = \"bench\"\nname = \"Bench\"\nunit = \"contact-centre\"\nskills = {}\nring_seconds = 20\n\
         wrap_up_seconds = 1\nwrap_up_mandatory = false\ntarget_seconds = 20\ntarget_percent = 80\n\
         short_abandon_seconds = 5\nwaiting_max = 5000\npriority = 0\n",
    );
    for n in 0..operators {
        text.push_str(&format!(
            "\n[[person]]\nlogin = \"bench{n}\"\nname = \"Bench {n}\"\npersonnel_number = \"b{n}\"\n\
             sip_number = \"9{n:04}\"\nlocale = \"en\"\nunit = \"contact-centre\"\nrole = \"operator\"\n\
             queues = [\"bench\"]\nskills = {{ english = 10 }}\n"
        ));
    }
    fs::write(folder.join("organisation.toml"), text).unwrap();
    let telephony = fs::read_to_string("config/demo/telephony.toml").unwrap();
    let telephony = telephony.replace("calls_max = 2000", "calls_max = 5000");
    let number = format!(
        "\n[[number]]\nnumber = \"{QUEUE_NUMBER}\"\nflow = \"bench\"\ndescription = \"To the queue\"\nenabled = true\n"
    );
    fs::write(folder.join("telephony.toml"), telephony + number.as_str()).unwrap();
}

fn flows(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    // The packs of rules and templates stay out: only the rule that is measured is there.
    for file in fs::read_dir("flows").unwrap().flatten().filter(|file| file.path().is_file()) {
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let flow = r#"{
      "$schema": "./flow.schema.json", "name": "bench", "description": "To the queue at once.", "version": 1,
      "kind": "ivr", "language": "en", "start": "lookup",
      "nodes": {
        "lookup": {"type": "caller_lookup", "found": "queue", "unknown": "queue"},
        "queue": {"type": "queue", "queue": "Bench", "music": "default", "announce_every_seconds": 30,
          "announce_wait": true, "returned_prompt": "one-moment", "wait_max_seconds": 600,
          "overflow": "end", "full": "end", "closed": "end"},
        "end": {"type": "hang_up", "cause": "busy"}
      }
    }"#;
    fs::write(folder.join("bench.flow.json"), flow).unwrap();
}
