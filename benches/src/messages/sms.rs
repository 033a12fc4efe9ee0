//! SMPP: messages with receipts against a sink, and against node-smpp when it is installed.

use super::memory::Memory;
use actors::messages::{LinkBoard, SmppLink};
use base::id::LinkId;
use bytes::{Buf, BufMut, BytesMut};
use channels::link::{LinkKind, LinkSettings};
use platform::SystemClock;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A sink that answers every message and sends its receipt, one write a read; its port.
fn sink() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = serve(stream.unwrap());
        }
    });
    port
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut incoming, mut out, mut buffer) = (BytesMut::new(), BytesMut::new(), vec![0; 256 * 1024]);
    let mut id = 0_u32;
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        incoming.extend_from_slice(&buffer[..count]);
        while incoming.len() >= 16 {
            let length = usize::try_from(u32::from_be_bytes(incoming[..4].try_into().unwrap())).unwrap();
            if incoming.len() < length {
                break;
            }
            let mut frame = incoming.split_to(length);
            frame.advance(4);
            let (command, _, sequence) = (frame.get_u32(), frame.get_u32(), frame.get_u32());
            let answer = |out: &mut BytesMut, body: &[u8]| {
                out.put_u32(16 + u32::try_from(body.len()).unwrap());
                out.put_u32(command | 0x8000_0000);
                out.put_u32(0);
                out.put_u32(sequence);
                out.extend_from_slice(body);
            };
            match command {
                0x04 => {
                    id += 1;
                    answer(&mut out, format!("{id}\0").as_bytes());
                    receipt(&mut out, id);
                }
                0x06 | 0x09 | 0x15 => answer(&mut out, if command == 9 { b"sink\0" } else { b"" }),
                _ => {}
            }
        }
        stream.write_all(&out)?;
        out.clear();
    }
}

fn receipt(out: &mut BytesMut, id: u32) {
    let text = format!(
        "id:{id} sub:001 dlvrd:001 submit date:2611271200 done date:2611271200 stat:DELIVRD err:000 text:"
    );
    let mut body = Vec::from(&b"\0\x01\x01998901234567\0\0\x011099\0\x04\0\0\0\0\0\0\0\0"[..]);
    body.push(u8::try_from(text.len()).unwrap());
    body.extend_from_slice(text.as_bytes());
    out.put_u32(16 + u32::try_from(body.len()).unwrap());
    out.put_u32(0x05);
    out.put_u32(0);
    out.put_u32(id);
    out.extend_from_slice(&body);
}

/// The limit: the same frames through the same sink, without a session.
fn limit(port: u16, count: u32) -> f64 {
    let settings = settings(port, 100);
    let frame = channels::smpp::write::submit(
        &settings,
        "+998901234567",
        "Your order 1234567 is on its way, the courier comes at noon.",
        1,
    )
    .remove(0);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let began = Instant::now();
    let reading = std::thread::spawn(move || {
        let (mut buffer, mut read, mut frames) = (vec![0; 256 * 1024], BytesMut::new(), 0);
        while frames < count * 2 {
            let got = reader.read(&mut buffer).unwrap();
            read.extend_from_slice(&buffer[..got]);
            while read.len() >= 4 {
                let length = usize::try_from(u32::from_be_bytes(read[..4].try_into().unwrap())).unwrap();
                if read.len() < length {
                    break;
                }
                read.advance(length);
                frames += 1;
            }
        }
    });
    let batch: Vec<u8> = frame.repeat(100);
    for _ in 0..count / 100 {
        stream.write_all(&batch).unwrap();
    }
    reading.join().unwrap();
    f64::from(count) / began.elapsed().as_secs_f64()
}

fn settings(port: u16, window: u16) -> channels::link::SmppSettings {
    let given = json!({
        "host": "127.0.0.1", "port": port, "system_id": "bench", "sender": "1099", "window": window,
        "per_second": channels::link::PER_SECOND_MAX,
    });
    let LinkSettings::Smpp(mut settings) = LinkSettings::read(LinkKind::Smpp, &given).unwrap() else {
        panic!()
    };
    settings.per_second = 1_000_000; // the pace is not what is measured
    settings
}

fn measure(port: u16, window: u16, count: u32) -> f64 {
    actix_rt::System::new().block_on(async move {
        let memory = Memory::new(count, count);
        let stop = CancellationToken::new();
        let (_queued, queued) = watch::channel(0);
        let link = SmppLink {
            id: LinkId::from_uuid(uuid::Uuid::nil()),
            settings: settings(port, window),
            password: None,
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
        assert_eq!((memory.sent.get(), memory.receipts.get(), memory.other.get()), (count, count, 0));
        stop.cancel();
        let _ = tokio::time::timeout(Duration::from_secs(10), running).await;
        rate
    })
}

pub fn run() {
    let port = sink();
    let limit = limit(port, 200_000);
    println!(
        "sms: limit of this machine (same frames, same sink, no session): {limit:.0} messages/s with receipts"
    );
    for window in [1, 10, 100] {
        let count = if window == 1 { 20_000 } else { 200_000 };
        let rate = measure(port, window, count);
        println!(
            "sms: window {window:>3}: {rate:.0} submit_sm/s with receipts ({:.0} % of the limit)",
            100.0 * rate / limit
        );
    }
    match node() {
        Some((mut child, port)) => {
            let count = 20_000;
            let memory_rate = measure_node(port, count);
            println!(
                "sms: node-smpp, window 100: {memory_rate:.0} submit_sm/s with receipts (the peer is the limit)"
            );
            let _ = child.kill();
            let _ = child.wait();
        }
        None => println!("sms: node-smpp is not installed (scripts/peers/install): not measured"),
    }
}

/// node-smpp also sends one message of its own, which counts as other.
fn measure_node(port: u16, count: u32) -> f64 {
    actix_rt::System::new().block_on(async move {
        let memory = Memory::new(count + 1, count);
        memory.left.set(count);
        let stop = CancellationToken::new();
        let (_queued, queued) = watch::channel(0);
        let link = SmppLink {
            id: LinkId::from_uuid(uuid::Uuid::nil()),
            settings: settings(port, 100),
            password: None,
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
        stop.cancel();
        let _ = tokio::time::timeout(Duration::from_secs(10), running).await;
        rate
    })
}

fn node() -> Option<(std::process::Child, u16)> {
    let home = std::env::var("HOME").ok()?;
    let cache = std::env::var("TRUNKLINE_CACHE").unwrap_or_else(|_| format!("{home}/.cache/trunkline"));
    let peers = std::path::PathBuf::from(cache).join("peers");
    if !peers.join("node_modules/smpp").exists() {
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/peers/smsc.mjs");
    let mut child =
        Command::new("node").arg(script).env("PEERS", peers).stdout(Stdio::piped()).spawn().ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
    Some((child, line.trim().parse().ok()?))
}
