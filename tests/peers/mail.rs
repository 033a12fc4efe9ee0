//! E-mail over a server in the test that takes, refuses and defers as it is told.

use crate::world::{World, run};
use channels::link::LinkKind;
use channels::message::{Channel, MessageState, Reason};
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A mail that the server took: its sender, and all of it.
pub type Taken = (String, String);

/// Serves until the test ends. Recipients that begin with a code get that code.
async fn serve(listener: TcpListener, taken: mpsc::UnboundedSender<Taken>) {
    while let Ok((stream, _)) = listener.accept().await {
        actix_rt::spawn(talk(stream, taken.clone()));
    }
}

async fn talk(stream: TcpStream, taken: mpsc::UnboundedSender<Taken>) -> Option<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 test\r\n").await.ok()?;
    let mut sender = String::new();
    loop {
        let line = lines.next_line().await.ok()??;
        let answer = if let Some(path) = line.strip_prefix("MAIL FROM:") {
            sender = path.split('>').next()?.trim_start_matches('<').to_owned();
            "250 ok".to_owned()
        } else if let Some(path) = line.strip_prefix("RCPT TO:<") {
            let code = path.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
            format!("{} said", code.unwrap_or("250"))
        } else if line == "DATA" {
            to.write_all(b"354 go on\r\n").await.ok()?;
            let mut mail = String::new();
            loop {
                let line = lines.next_line().await.ok()??;
                if line == "." {
                    break;
                }
                mail.push_str(&line);
                mail.push('\n');
            }
            if mail.contains("Subject: drop me") {
                return None; // the connection is lost when everything was handed over
            }
            taken.send((sender.clone(), mail)).ok()?;
            "250 taken".to_owned()
        } else {
            "250 ok".to_owned()
        };
        to.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

async fn started() -> (World, mpsc::UnboundedReceiver<Taken>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (send, taken) = mpsc::unbounded_channel();
    actix_rt::spawn(serve(listener, send));
    let mut world = World::new().await;
    world.template().await;
    let settings = json!({
        "host": "127.0.0.1", "port": port, "security": "none", "from": "news@cc.test",
        "return_path": "bounce@b.cc.test", "connections": 2,
    });
    world.link(LinkKind::Smtp, &settings).await;
    let bounces = free_address();
    world.start(Some(bounces));
    (world, taken, bounces)
}

/// An address that nobody listens on.
pub fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn to(address: &str, text: &'static str) -> (String, &'static str) {
    (address.to_owned(), text)
}

/// CIMP-NTF-01: what the server says decides: taken, refused for good, later, or nobody knows.
#[test]
fn a_mail_servers_answers_decide_what_becomes_of_a_message() {
    run(async {
        let (mut world, mut taken, _) = started().await;
        let mails = [
            to("aziza@customer.test", "Hello"),
            to("550gone@customer.test", "Hello"),
            to("451busy@customer.test", "Hello"),
            to("zara@customer.test", "drop me"),
        ];

        let ids = world.send(Channel::Email, &mails).await;
        world.until_states(&[("failed", 1), ("queued", 1), ("sent", 1), ("unknown", 1)]).await;

        let (sender, mail) = taken.recv().await.unwrap();
        assert_eq!(sender, channels::mail::return_path("bounce@b.cc.test", ids[0]).unwrap());
        assert!(mail.contains(&format!("Message-ID: <{}@cc.test>", ids[0].as_uuid().simple())), "{mail}");
        let refused = world.message(ids[1]).await;
        assert_eq!((refused.state, refused.reason), (MessageState::Failed, Some(Reason::Provider)));
        let later = world.message(ids[2]).await;
        assert_eq!((later.state, later.reason), (MessageState::Queued, Some(Reason::Busy)));
        assert!(later.due_at > later.updated_at);
        assert_eq!(world.message(ids[3]).await.reason, Some(Reason::LinkLost));
        world.stop().await;
    });
}

/// A report that comes later finds its message by the address it goes to.
#[test]
fn a_bounce_makes_a_message_undelivered() {
    run(async {
        let (mut world, mut taken, bounces) = started().await;
        world.send(Channel::Email, &[to("gone@customer.test", "Hello")]).await;
        world.until_states(&[("sent", 1)]).await;
        let (sender, _) = taken.recv().await.unwrap();

        let mut stream = TcpStream::connect(bounces).await.unwrap();
        let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\
            Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\n\
            Status: 5.1.1\r\n--x--\r\n";
        let script =
            format!("EHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<{sender}>\r\nDATA\r\n{report}.\r\nQUIT\r\n");
        stream.write_all(script.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();

        assert!(said.contains("250 2.0.0 taken"), "{said}");
        world.until_states(&[("undelivered", 1)]).await;
        world.stop().await;
    });
}
