//! A socket of the live protocol from the client's side: commands out, topics in.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, COOKIE};
use tokio_tungstenite::tungstenite::{Error, Message};
use uuid::Uuid;

/// A command without an answer by then has none.
const ANSWERS_WITHIN: Duration = Duration::from_secs(6);
/// Two silent seconds mean a cut socket; this leaves room for a busy machine.
const SILENT_MAX: Duration = Duration::from_secs(10);
/// Close code of a socket whose operator opened another one.
const TAKEN_OVER: u16 = 4001;

/// Why a socket is of no use.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// No connection, or the server refused it.
    #[error("the socket {path} does not open: {why}")]
    NotOpen {
        /// Which socket.
        path: String,
        /// The server's reason.
        why: String,
    },
    /// The server or the network ended it.
    #[error("the socket was closed: {0}")]
    Closed(String),
    /// Another window of the same operator is open now.
    #[error("another window took the desk over")]
    TakenOver,
    /// A command was refused.
    #[error("{name} was refused: {detail}")]
    Refused {
        /// Which command.
        name: String,
        /// The server's reason.
        detail: String,
    },
}

/// Who opens a socket.
#[derive(Clone, Copy, Debug)]
pub enum Pass<'a> {
    /// `name=value` of a session cookie.
    Cookie(&'a str),
    /// An API key.
    Key(&'a str),
}

/// An open socket.
pub struct Wire {
    socket: WebSocketStream<TcpStream>,
    /// Our own address as the server sees it.
    pub local: IpAddr,
    /// Frames that came while a command waited for its answer.
    kept: Vec<Value>,
}

impl Wire {
    /// Opens `path` at `host` and subscribes to `topic`.
    ///
    /// # Errors
    /// [`WireError`].
    pub async fn open(host: &str, path: &str, pass: Pass<'_>, topic: &str) -> Result<Self, WireError> {
        let not_open = |why: String| WireError::NotOpen { path: path.to_owned(), why };
        let stream = TcpStream::connect(host).await.map_err(|error| not_open(error.to_string()))?;
        let local = stream.local_addr().map_err(|error| not_open(error.to_string()))?.ip();
        // A frame is small and wanted at once.
        let _slower_without = stream.set_nodelay(true);
        let mut request = format!("ws://{host}{path}")
            .into_client_request()
            .map_err(|error| not_open(error.to_string()))?;
        let (name, value) = match pass {
            Pass::Cookie(cookie) => (COOKIE, cookie.to_owned()),
            Pass::Key(key) => (AUTHORIZATION, format!("Bearer {key}")),
        };
        let value = HeaderValue::from_str(&value).map_err(|error| not_open(error.to_string()))?;
        request.headers_mut().insert(name, value);
        let opened = tokio_tungstenite::client_async(request, stream).await;
        let (socket, _) = opened.map_err(|error| not_open(reason(error)))?;
        let mut wire = Self { socket, local, kept: Vec::new() };
        wire.send(&json!({"type": "subscribe", "topic": topic})).await?;
        Ok(wire)
    }

    async fn send(&mut self, frame: &Value) -> Result<(), WireError> {
        let sent = self.socket.send(Message::text(frame.to_string())).await;
        sent.map_err(|error| WireError::Closed(error.to_string()))
    }

    /// The next frame.
    ///
    /// # Errors
    /// The socket is gone, or silent for too long.
    pub async fn next(&mut self) -> Result<Value, WireError> {
        if let Some(frame) = (!self.kept.is_empty()).then(|| self.kept.remove(0)) {
            return Ok(frame);
        }
        self.read().await
    }

    async fn read(&mut self) -> Result<Value, WireError> {
        loop {
            let message = tokio::time::timeout(SILENT_MAX, self.socket.next()).await;
            let message = message.map_err(|_| WireError::Closed("the server is silent".to_owned()))?;
            match message {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(text.as_str())
                        .map_err(|error| WireError::Closed(format!("a frame is no JSON: {error}")));
                }
                Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == TAKEN_OVER => {
                    return Err(WireError::TakenOver);
                }
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|frame| frame.reason.to_string()).unwrap_or_default();
                    return Err(WireError::Closed(why));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(WireError::Closed(error.to_string())),
                None => return Err(WireError::Closed("the connection ended".to_owned())),
            }
        }
    }

    /// Sends a command and waits for its answer; frames that come meanwhile are kept for [`Self::next`].
    ///
    /// # Errors
    /// [`WireError::Refused`] with the server's reason, or the socket is gone.
    pub async fn command(&mut self, name: &str, args: Value) -> Result<Value, WireError> {
        let id = Uuid::from_u128(rand::random()).to_string();
        self.send(&json!({"type": "command", "id": id, "name": name, "args": args})).await?;
        let refused = |detail: &str| WireError::Refused { name: name.to_owned(), detail: detail.to_owned() };
        let answered = tokio::time::timeout(ANSWERS_WITHIN, async {
            loop {
                let frame = self.read().await?;
                if frame.get("id").and_then(Value::as_str) == Some(&id) {
                    return Ok::<Value, WireError>(frame);
                }
                self.kept.push(frame);
            }
        });
        let frame = answered.await.map_err(|_| refused("no answer"))??;
        match frame.get("type").and_then(Value::as_str) {
            Some("ack") => Ok(frame.get("result").cloned().unwrap_or_default()),
            _ => {
                let detail = frame.pointer("/problem/detail").and_then(Value::as_str);
                Err(refused(detail.unwrap_or("no reason given")))
            }
        }
    }

    /// Closes the socket.
    pub async fn close(mut self) {
        let _gone_anyway = self.socket.close(None).await;
    }
}

/// What a server said when it did not open a socket.
fn reason(error: Error) -> String {
    match error {
        Error::Http(response) => body(&response),
        other => other.to_string(),
    }
}

fn body(response: &Response) -> String {
    let body = response.body().as_deref().unwrap_or_default();
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let detail = problem.get("detail").and_then(Value::as_str).map(str::to_owned);
    detail.unwrap_or_else(|| response.status().to_string())
}

/// The present value of a topic, put together from its frames.
#[derive(Debug, Default)]
pub struct Mirror {
    /// The data.
    pub data: Value,
}

impl Mirror {
    /// Applies a frame of `topic`; whether it was one.
    pub fn take(&mut self, topic: &str, frame: &Value) -> bool {
        if frame.get("topic").and_then(Value::as_str) != Some(topic) {
            return false;
        }
        match (frame.get("data"), frame.get("patch")) {
            (Some(data), _) => self.data = data.clone(),
            (None, Some(patch)) => json_patch::merge(&mut self.data, patch),
            (None, None) => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_follows_snapshot_and_differences_of_its_topic_only() {
        let mut mirror = Mirror::default();

        assert!(mirror.take("desk", &json!({"topic": "desk", "data": {"a": 1, "b": 2}})));
        assert!(mirror.take("desk", &json!({"topic": "desk", "patch": {"a": null, "c": 3}})));
        assert!(!mirror.take("desk", &json!({"topic": "board", "patch": {"b": 9}})));
        assert!(!mirror.take("desk", &json!({"type": "ping"})));

        assert_eq!(mirror.data, json!({"b": 2, "c": 3}));
    }
}
