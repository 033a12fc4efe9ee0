//! The shell of one leg: turns transactions and deadlines into inputs of the machine and performs its outputs.

use super::check::Served;
use super::dialog::{Dialog, values};
use super::edge::Edge;
use super::event::{SipCommand, SipEvent};
use super::front::{NewCall, count, text};
use super::session::{Input, Opening, OurRequest, Output, Request as DialogRequest, Session, Target};
use super::session_timer::{Asked, parse_expires};
use rsipstack::rsip::prelude::HeadersExt as _;
use rsipstack::rsip::{Header, Method, Request, Response, SipMessage, StatusCodeKind};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};
use rsipstack::transport::{SipAddr, SipConnection};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// What reaches a leg.
pub(crate) enum LegInput {
    Command(SipCommand),
    /// A request inside the dialog.
    Request(Box<Transaction>),
    Acked {
        cseq: u32,
        sdp: Option<String>,
    },
    Cancelled,
    NoAck {
        cseq: u32,
    },
    Response {
        to: OurRequest,
        cseq: u32,
        response: Option<Box<Response>>,
    },
    /// A 2xx of our re-INVITE came again: its ACK was lost.
    AckAgain {
        cseq: u32,
    },
    ShutDown,
}

/// A request that is not answered yet; dropped unanswered, it answers itself.
struct Open {
    sender: TransactionEventSender,
    request: Request,
}

/// One leg.
pub(crate) struct Leg {
    edge: Arc<Edge>,
    call: NewCall,
    session: Session,
    dialog: Dialog,
    invite: Option<Open>,
    open: BTreeMap<u64, Open>,
    next_id: u64,
    connection: SipConnection,
    destination: SipAddr,
    inbox: mpsc::Receiver<LegInput>,
    own: mpsc::Sender<LegInput>,
    last_ack: Option<(u32, Request)>,
}

impl Leg {
    pub(crate) fn new(
        edge: Arc<Edge>,
        call: NewCall,
        invite: &Transaction,
        dialog: Dialog,
        connection: SipConnection,
        destination: SipAddr,
        (own, inbox): (mpsc::Sender<LegInput>, mpsc::Receiver<LegInput>),
    ) -> Self {
        let opening = opening(&invite.original);
        let session = Session::new(call.leg, opening, edge.limits, Instant::now(), &mut rand::rng());
        let invite = Open { sender: invite.tu_sender.clone(), request: invite.original.clone() };
        Self {
            edge,
            call,
            session,
            dialog,
            invite: Some(invite),
            open: BTreeMap::new(),
            next_id: 0,
            connection,
            destination,
            inbox,
            own,
            last_ack: None,
        }
    }

    /// Lives until the leg is over.
    pub(crate) async fn run(mut self) {
        while !self.session.is_over() {
            let deadline = self.session.deadline();
            let sleep = async {
                match deadline {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                input = self.inbox.recv() => match input {
                    Some(input) => self.translate(input).await,
                    None => break,
                },
                () = sleep => Some(Input::Tick),
            };
            if let Some(input) = input {
                self.drive(input).await;
            }
        }
        self.edge.leg_ended(&self.call);
        // Requests that came in the same moment.
        self.inbox.close();
        while let Some(input) = self.inbox.recv().await {
            if let LegInput::Request(transaction) = input {
                tokio::spawn(refuse(*transaction, 481));
            }
        }
    }

    async fn translate(&mut self, input: LegInput) -> Option<Input> {
        Some(match input {
            LegInput::Command(command) => Input::Command(command),
            LegInput::Acked { cseq, sdp } => Input::Acked { cseq, sdp },
            LegInput::Cancelled => Input::Cancelled,
            LegInput::NoAck { cseq } => Input::NoAck { cseq },
            LegInput::ShutDown => Input::ShutDown,
            LegInput::Request(transaction) => return self.open_request(*transaction),
            LegInput::AckAgain { cseq } => {
                if let Some((last, ack)) = self.last_ack.clone().filter(|(last, _)| *last == cseq) {
                    tracing::debug!(leg.id = %self.call.leg, cseq = last, "the ACK of our re-INVITE goes out again");
                    self.send_ack(ack).await;
                }
                return None;
            }
            LegInput::Response { to, cseq, response } => {
                let status =
                    response.as_ref().map_or(408, |response| u16::from(response.status_code.clone()));
                if matches!(to, OurRequest::Reinvite { .. }) && (200..300).contains(&status) {
                    let ack = self.dialog.ack(cseq);
                    self.last_ack = Some((cseq, ack.clone()));
                    self.send_ack(ack).await;
                }
                let expires = response.and_then(|response| {
                    values(&response.headers, |header| header_value(header, "Session-Expires"))
                        .first()
                        .and_then(|value| parse_expires(value))
                });
                Input::Response { to, status, expires }
            }
        })
    }

    async fn send_ack(&self, ack: Request) {
        let destination = (!self.connection.is_reliable()).then_some(&self.destination);
        if let Err(error) = self.connection.send(ack.into(), destination).await {
            tracing::debug!(leg.id = %self.call.leg, %error, "an ACK could not be sent");
        }
    }

    fn open_request(&mut self, transaction: Transaction) -> Option<Input> {
        let request = transaction.original.clone();
        let method = served(request.method)?;
        let cseq = request.cseq_header().ok()?.seq().ok()?;
        self.next_id = self.next_id.saturating_add(1);
        let id = self.next_id;
        let input = Input::Request(DialogRequest {
            id,
            method,
            cseq,
            content_type: values(&request.headers, |header| header_value(header, "Content-Type"))
                .into_iter()
                .next(),
            body: text(&request.body),
            asked: asked(&request),
            rack: rack(&request),
            reason: values(&request.headers, |header| header_value(header, "Reason")).into_iter().next(),
        });
        self.dialog.refresh_target(&request);
        self.open.insert(id, Open { sender: transaction.tu_sender.clone(), request });
        tokio::spawn(pump(transaction, cseq, self.own.clone()));
        Some(input)
    }

    async fn drive(&mut self, input: Input) {
        let outputs = self.session.step(Instant::now(), input, &mut rand::rng());
        for output in outputs {
            self.perform(output).await;
        }
    }

    async fn perform(&mut self, output: Output) {
        match output {
            Output::Tell(event) => self.edge.tell(event).await,
            Output::Send(request) => self.send(request),
            Output::Respond { to, status, reason, headers, sdp } => {
                let last = status >= 200;
                let open = match to {
                    Target::Invite => &mut self.invite,
                    Target::Request(id) => {
                        let Some(open) = self.open.remove(&id) else { return };
                        &mut Some(open)
                    }
                };
                let Some(answered) = open.as_ref() else { return };
                let response = self.dialog.respond(&answered.request, status, reason, headers, sdp);
                if last {
                    count(served(answered.request.method).map_or("other", Served::name), status);
                }
                // The pump owns the other end for as long as the transaction lives.
                let _ = answered.sender.send(TransactionEvent::Respond(response));
                if last {
                    *open = None;
                }
            }
        }
    }

    fn send(&mut self, what: OurRequest) {
        let request = self.dialog.request(&what);
        let cseq = request.cseq_header().and_then(|cseq| cseq.seq()).unwrap_or(0);
        let alive = self.connection.cancel_token().is_none_or(|token| !token.is_cancelled());
        let connection = alive.then(|| self.connection.clone());
        let destination = (alive && !self.connection.is_reliable()).then(|| self.destination.clone());
        let (edge, own) = (Arc::clone(&self.edge), self.own.clone());
        tokio::spawn(async move {
            let response = send(&edge, request, connection, destination).await.map(Box::new);
            // The leg may be over; then nobody waits for this.
            let _ = own.send(LegInput::Response { to: what, cseq, response }).await;
        });
    }
}

impl Drop for Leg {
    fn drop(&mut self) {
        // Only after a panic: nobody else would answer the caller, or give the place back.
        if let Some(open) = self.invite.take() {
            let response = self.dialog.respond(&open.request, 500, None, Vec::new(), None);
            let _ = open.sender.send(TransactionEvent::Respond(response));
        }
        for open in std::mem::take(&mut self.open).into_values() {
            let response = self.dialog.respond(&open.request, 481, None, Vec::new(), None);
            let _ = open.sender.send(TransactionEvent::Respond(response));
        }
        self.edge.leg_ended(&self.call);
    }
}

/// Owns a server transaction to its end; what it hears goes to the leg.
pub(crate) async fn pump(mut transaction: Transaction, cseq: u32, leg: mpsc::Sender<LegInput>) {
    let mut acked = false;
    while let Some(message) = transaction.receive().await {
        let SipMessage::Request(request) = message else { continue };
        let input = match request.method {
            Method::Ack => {
                acked = true;
                LegInput::Acked { cseq, sdp: text(&request.body) }
            }
            Method::Cancel => LegInput::Cancelled,
            _ => continue,
        };
        // A leg that is over needs no news; its answer is on its way already.
        let _ = leg.send(input).await;
    }
    let accepted = transaction
        .last_response
        .as_ref()
        .is_some_and(|response| response.status_code.kind() == StatusCodeKind::Successful);
    if transaction.original.method == Method::Invite && accepted && !acked {
        let _ = leg.send(LegInput::NoAck { cseq }).await;
    }
}

/// Answers a request that belongs to nobody, and stays until its transaction ends.
pub(crate) async fn refuse(mut transaction: Transaction, status: u16) {
    count(served(transaction.original.method).map_or("other", Served::name), status);
    if transaction.reply(status.into()).await.is_ok() {
        while transaction.receive().await.is_some() {}
    }
}

/// Sends a request and waits for its final response; none = nobody answered.
async fn send(
    edge: &Edge,
    request: Request,
    connection: Option<SipConnection>,
    destination: Option<SipAddr>,
) -> Option<Response> {
    let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
    let mut transaction = Transaction::new_client(key, request, Arc::clone(edge.endpoint()), connection);
    transaction.destination = destination;
    transaction.send().await.ok()?;
    while let Some(message) = transaction.receive().await {
        if let SipMessage::Response(response) = message
            && response.status_code.kind() != StatusCodeKind::Provisional
        {
            return Some(response);
        }
    }
    None
}

pub(crate) fn served(method: Method) -> Option<Served> {
    Some(match method {
        Method::Invite => Served::Invite,
        Method::Bye => Served::Bye,
        Method::Info => Served::Info,
        Method::Options => Served::Options,
        Method::PRack => Served::Prack,
        Method::Update => Served::Update,
        Method::Ack => Served::Ack,
        Method::Cancel => Served::Cancel,
        _ => return None,
    })
}

fn header_value<'h>(header: &'h Header, name: &str) -> Option<&'h str> {
    header.name().eq_ignore_ascii_case(name).then(|| header.value())
}

fn opening(invite: &Request) -> Opening {
    let lists = |name: &str, token: &str| {
        values(&invite.headers, |header| header_value(header, name))
            .iter()
            .flat_map(|value| value.split(','))
            .any(|listed| listed.trim().eq_ignore_ascii_case(token))
    };
    Opening {
        cseq: invite.cseq_header().and_then(|cseq| cseq.seq()).unwrap_or(0),
        requires_reliable: lists("Require", "100rel"),
        allows_update: lists("Allow", "UPDATE"),
        late_offer: invite.body.is_empty(),
        asked: asked(invite),
    }
}

fn asked(request: &Request) -> Asked {
    let first = |name: &str| values(&request.headers, |header| header_value(header, name)).into_iter().next();
    // Both forms: the library keeps a compact name as it came.
    let supported = ["Supported", "k"].iter().any(|name| {
        values(&request.headers, |header| header_value(header, name))
            .iter()
            .any(|value| value.split(',').any(|option| option.trim().eq_ignore_ascii_case("timer")))
    });
    Asked {
        supported,
        expires: first("Session-Expires").or_else(|| first("x")).and_then(|value| parse_expires(&value)),
        min_se: first("Min-SE")
            .and_then(|value| value.split(';').next().unwrap_or("").trim().parse().ok())
            .map(Duration::from_secs),
    }
}

fn rack(request: &Request) -> Option<(u32, u32)> {
    let value = values(&request.headers, |header| header_value(header, "RAck")).into_iter().next()?;
    let mut parts = value.split_whitespace();
    let numbers = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next()? == "INVITE").then_some(numbers)
}

/// The event that begins a leg.
pub(crate) fn incoming(call: &NewCall, source: std::net::SocketAddr) -> SipEvent {
    SipEvent::Incoming(super::event::Incoming {
        leg: call.leg,
        trunk: call.trunk,
        caller: call.caller.clone(),
        dialled: call.dialled.clone(),
        offer: call.offer.clone(),
        call_id: call.call_id.clone(),
        source,
    })
}
