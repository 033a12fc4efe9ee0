//! From an HTTP upgrade request to a socket.
//!
//! The request leaves actix-web before its application: `actix-http` hands the bare connection over, and
//! `tokio-tungstenite` speaks on it with small buffers. A socket then costs a quarter of what `actix-ws` spends
//! (decision 0004), which is what lets ten thousand wallboards share one server.

use super::ack::Acks;
use super::heartbeat::Heartbeat;
use super::socket::{Rights, Socket};
use actix_codec::Framed;
use actix_http::{HttpMessage, Request, h1};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// Read and write buffers of a socket, in bytes: most frames fit, larger ones grow them.
const SOCKET_BUFFER_BYTES: usize = 1024;

/// Longest message of a client, in bytes. A browser's SDP offer is about 5 kB.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// Bytes that may wait for a slow client before it is cut off.
const WAITING_BYTES_MAX: usize = 1024 * 1024;

/// Why a socket is not opened; answered in HTTP.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The slug of the problem type.
    pub code: &'static str,
    /// What is wrong and what to do about it.
    pub detail: String,
}

/// What all sockets share.
#[derive(Clone)]
pub struct Sockets {
    acks: Acks,
    beats: Heartbeat,
    numbers: Arc<AtomicU64>,
}

impl Sockets {
    /// Sockets that hear `beats`.
    #[must_use]
    pub fn new(beats: Heartbeat) -> Self {
        Self { acks: Acks::default(), beats, numbers: Arc::new(AtomicU64::new(1)) }
    }

    /// Serves a connection that asked for an upgrade, or refuses it in HTTP.
    pub async fn take<S>(
        &self,
        rights: Result<Rights, Refusal>,
        request: Request,
        framed: Framed<S, h1::Codec>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let opened = key_of(&request).and_then(|key| rights.map(|rights| (key, rights)));
        // A socket lives for a day: what only its opening needed must not live as long.
        drop(request);
        let Some((wire, rights)) = open(opened, framed).await else { return };
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let _counted = Counted::new();
        Socket::new(wire, rights, self.acks.clone()).serve(self.beats.hear(), number).await;
    }
}

/// Answers the handshake. The HTTP buffers, 16 kB a connection, end here.
async fn open<S>(
    opened: Result<(String, Rights), Refusal>,
    framed: Framed<S, h1::Codec>,
) -> Option<(WebSocketStream<S>, Rights)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let parts = framed.into_parts();
    let mut io = parts.io;
    let (key, rights) = match opened {
        Ok(opened) => opened,
        Err(refusal) => {
            let _client_left = io.write_all(refusal_text(&refusal).as_bytes()).await;
            let _client_left = io.shutdown().await;
            return None;
        }
    };
    let accept = derive_accept_key(key.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    io.write_all(answer.as_bytes()).await.ok()?;
    let early = parts.read_buf.to_vec();
    Some((WebSocketStream::from_partially_read(io, early, Role::Server, Some(config())).await, rights))
}

/// Counts an open socket until it is dropped, however its task ends.
struct Counted(metrics::Gauge);

impl Counted {
    fn new() -> Self {
        let open = metrics::gauge!("websocket_open");
        open.increment(1.0);
        Self(open)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(SOCKET_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WAITING_BYTES_MAX)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}

/// The client's key, when the request is a WebSocket handshake (RFC 6455 4.2.1).
fn key_of(request: &Request) -> Result<String, Refusal> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let refuse = |detail: &str| Refusal { status: 400, code: "bad-handshake", detail: detail.to_owned() };
    if request.method() != actix_http::Method::GET {
        return Err(refuse("a WebSocket handshake is a GET"));
    }
    if !header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket")) {
        return Err(refuse("the only upgrade served here is websocket"));
    }
    if header("sec-websocket-version") != Some("13") {
        return Err(Refusal { status: 426, ..refuse("Sec-WebSocket-Version must be 13") });
    }
    header("sec-websocket-key").map(str::to_owned).ok_or_else(|| refuse("Sec-WebSocket-Key is missing"))
}

fn refusal_text(refusal: &Refusal) -> String {
    let body = serde_json::json!({
        "type": format!("/problems/{}", refusal.code), "code": refusal.code,
        "title": refusal.code.replace('-', " "), "status": refusal.status, "detail": refusal.detail,
    })
    .to_string();
    let reason = actix_http::StatusCode::from_u16(refusal.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Refused");
    format!(
        "HTTP/1.1 {} {reason}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\n\r\n{body}",
        refusal.status,
        body.len(),
    )
}
