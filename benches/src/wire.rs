//! The least of HTTP and of the live protocol that a measurement needs.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

fn exchange(host: &str, request: &str) -> String {
    let Ok(mut stream) = std::net::TcpStream::connect(host) else { return String::new() };
    let _slow = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let _lost = stream.write_all(request.as_bytes());
    let mut text = String::new();
    let _cut = stream.read_to_string(&mut text);
    text
}

/// A page with its head, over a connection of its own.
pub fn get(host: &str, path: &str) -> String {
    exchange(host, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
}

/// Signs in; `name=value` of the session cookie.
pub fn sign_in(host: &str, login: &str, password: &str) -> String {
    let body = json!({"login": login, "password": password}).to_string();
    let answer = exchange(
        host,
        &format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    let cookie =
        answer.lines().find_map(|line| line.to_lowercase().starts_with("set-cookie:").then(|| &line[11..]));
    cookie
        .and_then(|it| it.split(';').next())
        .expect("the sign-in is answered with a cookie")
        .trim()
        .to_owned()
}

/// Opens a socket with small buffers and hears `topic`.
pub async fn open(host: &str, path: &str, cookie: &str, topic: &str) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(host).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut request = format!("ws://{host}{path}").into_client_request().unwrap();
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let small = WebSocketConfig::default().read_buffer_size(2048).write_buffer_size(0);
    let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(small)).await;
    let (mut socket, _) = opened.expect("the socket opens");
    socket.send(Message::text(json!({"type": "subscribe", "topic": topic}).to_string())).await.unwrap();
    socket
}

/// Sends a command and waits for its acknowledgement.
pub async fn command(
    socket: &mut WebSocketStream<TcpStream>,
    number: usize,
    name: &str,
    args: Value,
) -> Value {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    let frame = json!({"type": "command", "id": id, "name": name, "args": args});
    socket.send(Message::text(frame.to_string())).await.unwrap();
    loop {
        let Message::Text(text) = socket.next().await.expect("an answer").expect("an answer") else {
            continue;
        };
        let frame: Value = serde_json::from_str(text.as_str()).unwrap();
        if frame["id"] == id.as_str() {
            assert_eq!(frame["type"], "ack", "{frame}");
            return frame["result"].clone();
        }
    }
}

/// One connection that is kept open, for one thread.
pub struct Connection {
    host: String,
    /// A line of the head that says who asks.
    who: String,
    stream: RefCell<BufReader<std::net::TcpStream>>,
}

impl Connection {
    /// Opens it.
    pub fn open(host: &str, who: &str) -> Self {
        Self { host: host.to_owned(), who: who.to_owned(), stream: RefCell::new(connect(host)) }
    }

    /// Asks in JSON; the answer, which must be a success.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, answer) = self.ask(method, path, "application/json", &body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        serde_json::from_str(&answer).unwrap_or_default()
    }

    /// Asks; the status and the body of the answer.
    pub fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> (u16, String) {
        self.send(method, path, kind, "", body)
    }

    /// Posts JSON under an idempotency key.
    pub fn post_once(&self, path: &str, key: usize, body: &str) -> (u16, String) {
        self.send("POST", path, "application/json", &format!("Idempotency-Key: bench-{key}\r\n"), body)
    }

    fn send(&self, method: &str, path: &str, kind: &str, more: &str, body: &str) -> (u16, String) {
        let (host, who, length) = (&self.host, &self.who, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{who}\r\nOrigin: http://{host}\r\nContent-Type: {kind}\r\n\
             {more}Content-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = self.stream.borrow_mut();
        let mut line = String::new();
        let asked = stream.get_mut().write_all(request.as_bytes()).and_then(|()| stream.read_line(&mut line));
        if line.is_empty() {
            // The server closes what nothing came over for some seconds.
            drop(asked);
            *stream = connect(host);
            stream.get_mut().write_all(request.as_bytes()).unwrap();
            stream.read_line(&mut line).unwrap();
        }
        let status = line.split(' ').nth(1).expect("a status").parse().unwrap();
        let mut length = 0;
        loop {
            line.clear();
            stream.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}

fn connect(host: &str) -> BufReader<std::net::TcpStream> {
    let stream = std::net::TcpStream::connect(host).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    BufReader::new(stream)
}
