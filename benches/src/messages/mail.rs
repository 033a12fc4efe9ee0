//! SMTP: e-mails over ten connections to a sink, with and without a signature.

use super::memory::{IS_MAIL, Memory};
use actors::messages::{LinkBoard, SmtpLink};
use base::id::LinkId;
use channels::link::{LinkKind, LinkSettings, Secrets};
use platform::SystemClock;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

fn sink() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

fn serve(stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 sink\r\n").ok()?;
    while let Some(Ok(line)) = lines.next() {
        if line == "DATA" {
            out.write_all(b"354 go on\r\n").ok()?;
            while lines.next()?.ok()? != "." {}
        }
        out.write_all(b"250 ok\r\n").ok()?;
    }
    Some(())
}

/// The limit: bare dialogues over as many connections, from threads.
fn limit(port: u16, connections: u32, each: u32) -> f64 {
    let began = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|_| {
            std::thread::spawn(move || {
                let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut out = stream.try_clone().unwrap();
                let mut lines = BufReader::new(stream).lines();
                let mut line = || lines.next().unwrap().unwrap();
                line();
                let body = format!("{}\r\n.\r\n", "x".repeat(1_200));
                for _ in 0..each {
                    for command in ["MAIL FROM:<a@b.c>\r\n", "RCPT TO:<d@e.f>\r\n", "DATA\r\n", body.as_str()]
                    {
                        out.write_all(command.as_bytes()).unwrap();
                        line();
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    f64::from(connections * each) / began.elapsed().as_secs_f64()
}

fn measure(port: u16, key: Option<&str>, count: u32) -> f64 {
    let dkim = key.map(|_| json!({ "domain": "example.com", "selector": "s1" }));
    let given = json!({
        "host": "127.0.0.1", "port": port, "security": "none", "from": "news@example.com", "connections": 10,
        "return_path": "bounce@example.com", "unsubscribe_url": "https://example.com/{message}", "dkim": dkim,
        "per_second": channels::link::PER_SECOND_MAX,
    });
    let LinkSettings::Smtp(settings) = LinkSettings::read(LinkKind::Smtp, &given).unwrap() else { panic!() };
    let secrets = Secrets { password: None, private_key: key.map(Into::into) };
    actix_rt::System::new().block_on(async move {
        IS_MAIL.set(true);
        let memory = Memory::new(count, 0);
        let stop = CancellationToken::new();
        let (_queued, queued) = watch::channel(0);
        let link = SmtpLink {
            id: LinkId::from_uuid(uuid::Uuid::nil()),
            settings: *settings,
            secrets,
            authorities: platform::tls::Authorities::default(),
            counter: memory.clone(),
            clock: Arc::new(SystemClock),
            board: LinkBoard::default(),
            queued,
            stop: stop.clone(),
        };
        let began = Instant::now();
        let running = actix_rt::spawn(link.run());
        memory.done.notified().await;
        let rate = f64::from(count) / began.elapsed().as_secs_f64();
        assert_eq!((memory.sent.get(), memory.other.get()), (count, 0));
        stop.cancel();
        let _ = tokio::time::timeout(Duration::from_secs(10), running).await;
        rate
    })
}

pub fn run() {
    const ED25519: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let port = sink();
    let limit = limit(port, 10, 2_000);
    println!("mail: limit of this machine (bare dialogues, ten connections): {limit:.0} mails/s");
    for (name, key) in [("unsigned", None), ("signed with Ed25519", Some(ED25519))] {
        let rate = measure(port, key, 20_000);
        println!(
            "mail: ten connections, {name}: {rate:.0} mails/s ({:.0} % of the limit)",
            100.0 * rate / limit
        );
    }
}
