//! One socket: frames in, frames out, until either side ends it.

use super::ack::Acks;
use super::frame::{self, ClientFrame, Problem};
use actors::desk::{Desk, DeskAsk, DeskCommand};
use actors::live::{Resume, Topic};
use base::id::OperatorId;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::{FutureExt, SinkExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{broadcast, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use uuid::Uuid;

/// A command that the live part has not answered by then is refused with 504.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);

/// Commands of one socket that may be on their way at once; more are refused with 429.
const COMMANDS_PENDING_MAX: usize = 32;

/// A client that takes no bytes for this long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Close code: a newer socket of the same operator took over.
const TAKEN_OVER: u16 = 4001;

/// Close code: the session ended or the rights changed.
const NOT_ALLOWED: u16 = 4401;

/// What a socket may hear and do, settled when it was opened.
pub struct Rights {
    /// Topics by name.
    pub topics: BTreeMap<&'static str, Topic>,
    /// The own desk, for people who work at one.
    pub desk: Option<(OperatorId, Desk)>,
    /// Asked now and then: is this still allowed? Sign-out and revoked rights end open sockets too.
    pub still: Recheck,
}

/// Asks whether a socket may stay open.
pub type Recheck = Box<dyn Fn() -> LocalBoxFuture<'static, bool>>;

/// Heartbeats between two questions whether a socket may stay open: half a minute.
const RECHECK_BEATS: u32 = 30;

/// Why a socket ended.
enum End {
    /// The client left, or the network did.
    Gone,
    /// A newer socket took over.
    TakenOver,
    /// The server stops, or the desk behind the socket was restarted.
    Stopping,
    /// The session ended or the rights changed.
    NotAllowed,
    /// The operator signed out, or the desk is built anew.
    DeskClosed,
}

/// One open socket.
pub struct Socket<S> {
    wire: WebSocketStream<S>,
    rights: Rights,
    acks: Acks,
    heard: Vec<Heard>,
    beats: u32,
    /// The question whether the socket may stay open, on its way: frames and commands do not wait for the answer.
    checking: Option<LocalBoxFuture<'static, bool>>,
    pending: FuturesUnordered<oneshot::Receiver<Bytes>>,
}

struct Heard {
    topic: Topic,
    frames: broadcast::Receiver<actors::live::Frame>,
}

/// Something to send.
enum Next {
    Frame(Bytes),
    Behind(usize),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A socket over an upgraded connection.
    pub fn new(wire: WebSocketStream<S>, rights: Rights, acks: Acks) -> Self {
        Self {
            wire,
            rights,
            acks,
            heard: Vec::new(),
            beats: 0,
            checking: None,
            pending: FuturesUnordered::new(),
        }
    }

    /// Serves the socket until it ends. `number` names it towards the desk.
    pub async fn serve(mut self, mut beats: broadcast::Receiver<Bytes>, number: u64) {
        let (taken_over, mut newer) = oneshot::channel();
        let has_desk = self.rights.desk.is_some();
        let mut desk_is_open = has_desk;
        if let Some((_, desk)) = &self.rights.desk {
            desk.asks.do_send(DeskAsk::Attached { socket: number, taken_over });
        }
        let end = loop {
            if has_desk && !desk_is_open && self.pending.is_empty() {
                break End::DeskClosed;
            }
            let step = tokio::select! {
                // Boxed: what clients say is rare, and its state would be part of every idle socket.
                message = self.wire.next() => Box::pin(self.receive(message)).await,
                next = next_frame(&mut self.heard) => self.send_next(next).await,
                Some(Ok(answer)) = self.pending.next(), if !self.pending.is_empty() => self.send(answer).await,
                beat = beats.recv() => match beat {
                    Ok(beat) => self.beat(beat).await,
                    Err(broadcast::error::RecvError::Lagged(_)) => Ok(()),
                    Err(broadcast::error::RecvError::Closed) => Err(End::Stopping),
                },
                allowed = answer_to(&mut self.checking) => {
                    self.checking = None;
                    if allowed { Ok(()) } else { Err(End::NotAllowed) }
                }
                newer = &mut newer, if desk_is_open => match newer {
                    Ok(()) => Err(End::TakenOver),
                    // The desk is gone without a successor; answers that are on their way still go out.
                    Err(_) => { desk_is_open = false; Ok(()) }
                },
            };
            if let Err(end) = step {
                break end;
            }
        };
        if let Some((_, desk)) = &self.rights.desk {
            desk.asks.do_send(DeskAsk::Detached { socket: number });
        }
        let (code, reason) = match end {
            End::Gone => return,
            End::TakenOver => (TAKEN_OVER.into(), "another window of this operator took over"),
            End::NotAllowed => (NOT_ALLOWED.into(), "the session has ended: sign in again"),
            End::DeskClosed => (CloseCode::Restart, "the desk was closed: connect again"),
            End::Stopping => (CloseCode::Restart, "connect again"),
        };
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let _already_closed = self.wire.close(Some(frame)).await;
    }

    async fn beat(&mut self, beat: Bytes) -> Result<(), End> {
        self.beats += 1;
        // The operator's actor was restarted: connecting again finds the new one.
        if self.rights.desk.as_ref().is_some_and(|(_, desk)| !desk.asks.connected()) {
            return Err(End::Stopping);
        }
        if self.beats.is_multiple_of(RECHECK_BEATS) && self.checking.is_none() {
            self.checking = Some((self.rights.still)());
        }
        self.send(beat).await
    }

    async fn receive(&mut self, message: Option<Result<Message, Error>>) -> Result<(), End> {
        match message {
            Some(Ok(Message::Text(text))) => self.take(text.as_bytes()).await,
            // The library answers pings by itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => {
                let detail = "frames are JSON text".to_owned();
                self.refuse(None, Problem { code: "bad-frame", status: 400, detail }).await
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    async fn take(&mut self, text: &[u8]) -> Result<(), End> {
        match serde_json::from_slice(text) {
            Ok(ClientFrame::Subscribe { topic, resume }) => self.subscribe(&topic, resume.as_ref()).await,
            Ok(ClientFrame::Command { id, name, args }) => self.command(id, name, args).await,
            Ok(ClientFrame::Pong) => Ok(()),
            Err(error) => {
                let detail = format!("this frame is not of the protocol: {error}");
                self.refuse(None, Problem { code: "bad-frame", status: 400, detail }).await
            }
        }
    }

    async fn subscribe(&mut self, name: &str, resume: Option<&Resume>) -> Result<(), End> {
        let Some(topic) = self.rights.topics.get(name).cloned() else {
            let detail = format!("topic {name:?} does not exist or is not for you");
            return self.refuse(None, Problem { code: "unknown-topic", status: 404, detail }).await;
        };
        let subscription = topic.subscribe(resume);
        self.heard.retain(|heard| heard.topic.name() != topic.name());
        self.heard.push(Heard { topic, frames: subscription.frames });
        for frame in subscription.first {
            self.send(frame).await?;
        }
        Ok(())
    }

    async fn command(&mut self, id: Uuid, name: String, args: Value) -> Result<(), End> {
        let Some((operator, desk)) = self.rights.desk.clone() else {
            let detail = "commands need an operator's desk: sign in as an operator".to_owned();
            return self.refuse(Some(id), Problem { code: "forbidden", status: 403, detail }).await;
        };
        if let Some(answer) = self.acks.find(operator, id) {
            return self.send(answer).await;
        }
        if self.pending.len() >= COMMANDS_PENDING_MAX {
            let detail = format!("{COMMANDS_PENDING_MAX} commands are on their way: wait for an answer");
            return self.refuse(Some(id), Problem { code: "too-many-requests", status: 429, detail }).await;
        }
        let args = if args.is_null() { json!({}) } else { args };
        let command: DeskCommand = match serde_json::from_value(json!({"name": name, "args": args})) {
            Ok(command) => command,
            Err(error) => {
                let detail = format!("command {name:?} is not understood: {error}");
                return self.refuse(Some(id), Problem { code: "bad-command", status: 422, detail }).await;
            }
        };
        self.pending.push(ask(desk, operator, id, command, self.acks.clone()));
        Ok(())
    }

    async fn refuse(&mut self, id: Option<Uuid>, problem: Problem) -> Result<(), End> {
        self.send(frame::problem(id, &problem)).await
    }

    async fn send_next(&mut self, next: Next) -> Result<(), End> {
        match next {
            Next::Frame(text) => self.send(text).await,
            Next::Behind(at) => {
                let Some(heard) = self.heard.get_mut(at) else { return Ok(()) };
                let subscription = heard.topic.subscribe(None);
                heard.frames = subscription.frames;
                for frame in subscription.first {
                    self.send(frame).await?;
                }
                Ok(())
            }
        }
    }

    async fn send(&mut self, text: Bytes) -> Result<(), End> {
        let Ok(text) = Utf8Bytes::try_from(text) else { return Ok(()) };
        match tokio::time::timeout(SEND_TIMEOUT, self.wire.send(Message::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// Waits for the answer of a question; for ever when none was asked.
async fn answer_to(question: &mut Option<LocalBoxFuture<'static, bool>>) -> bool {
    match question {
        Some(question) => question.await,
        None => std::future::pending().await,
    }
}

/// Waits for the next frame of any topic; for ever when nothing is subscribed.
async fn next_frame(heard: &mut [Heard]) -> Next {
    match heard {
        [] => std::future::pending().await,
        // A wallboard hears one topic, and there may be thousands of them.
        [only] => hear(0, only).await,
        many => {
            let waiting = many.iter_mut().enumerate().map(|(at, heard)| hear(at, heard).boxed_local());
            futures_util::future::select_all(waiting).await.0
        }
    }
}

async fn hear(at: usize, heard: &mut Heard) -> Next {
    match heard.frames.recv().await {
        Ok(frame) => Next::Frame(frame.text),
        Err(broadcast::error::RecvError::Lagged(_)) => Next::Behind(at),
        Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
    }
}

/// Puts a command to the desk; the answer arrives as an encoded frame, whatever happens.
fn ask(
    desk: Desk,
    operator: OperatorId,
    id: Uuid,
    command: DeskCommand,
    acks: Acks,
) -> oneshot::Receiver<Bytes> {
    let (reply, answer) = oneshot::channel();
    let (done, encoded) = oneshot::channel();
    desk.asks.do_send(DeskAsk::Command { command, reply });
    actix_rt::spawn(async move {
        let frame = match tokio::time::timeout(COMMAND_TIMEOUT, answer).await {
            Ok(Ok(Ok(result))) => frame::ack(id, result),
            Ok(Ok(Err(refused))) => {
                let problem = Problem { code: refused.code, status: refused.status, detail: refused.detail };
                frame::problem(Some(id), &problem)
            }
            Ok(Err(_)) | Err(_) => {
                let detail = "the desk did not answer in time: try again".to_owned();
                frame::problem(Some(id), &Problem { code: "no-answer", status: 504, detail })
            }
        };
        acks.remember(operator, id, frame.clone());
        let _socket_is_gone = done.send(frame);
    });
    encoded
}

#[cfg(test)]
mod tests;
