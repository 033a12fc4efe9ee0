//! Calls as actors: signalling comes in, room is checked, a panic ends one call and nothing else.

use crate::fakes::{Server, queue_id};
use actix::{Actor, Context, Handler};
use actors::Tell;
use actors::calls::{CallsSupervisor, drain, pump_sip};
use actors::legs::LegEvent;
use actors::message::{Calls, Queues};
use actors::world::Book;
use base::id::{LegId, TrunkId};
use flow::{Library, fault::Catalogue};
use routing::queue;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use telephony::sip::{CallerId, EndCause, Incoming, SipCommand, SipEvent};
use tokio::sync::mpsc;

/// The site's number leads straight into the queue.
fn book() -> Book {
    let prompts = flow::spoken::NUMBERS.into_iter().map(flow::spoken::number_prompt);
    let prompts: std::collections::BTreeSet<String> =
        prompts.chain(flow::spoken::OWN_PROMPTS.map(str::to_owned)).collect();
    let catalogue = Catalogue {
        prompts: base::Locale::ALL.into_iter().map(|locale| (locale, prompts.clone())).collect(),
        music: ["default".to_owned()].into(),
        queues: ["Sales".to_owned()].into(),
        ..Catalogue::default()
    };
    let main = json!({"name": "main", "version": 1, "kind": "ivr", "start": "sales", "nodes": {
        "sales": {"type": "queue", "queue": "Sales", "wait_max_seconds": 600, "overflow": "end", "full": "end", "closed": "end"},
        "end": {"type": "hang_up"},
    }});
    let files = [("main.flow.json".to_owned(), main.to_string())];
    let (flows, faults) = Library::load(&files, &catalogue, &Library::default());
    assert_eq!(faults, vec![]);
    Book {
        queues: [("Sales".to_owned(), queue_id())].into(),
        numbers: [("998712000000".to_owned(), "main".to_owned())].into(),
        flows: Arc::new(flows),
        ..Book::default()
    }
}

fn leg(number: u128) -> LegId {
    LegId::from_uuid(uuid::Uuid::from_u128(1000 + number))
}

/// A server whose signalling is this channel, with room for `calls_max` calls.
fn signalling(server: &Server, calls_max: usize) -> mpsc::Sender<SipEvent> {
    server.world.book.store(Arc::new(book()));
    let inbox = CallsSupervisor::start_with(Arc::clone(&server.world), calls_max);
    let (events, heard) = mpsc::channel(64);
    actix::spawn(pump_sip(Arc::clone(&server.world), inbox, heard));
    events
}

async fn dials(events: &mpsc::Sender<SipEvent>, number: u128, dialled: &str) {
    let caller = CallerId { number: None, display: Some("Aziza".to_owned()), raw: "anonymous".to_owned() };
    let incoming = Incoming {
        leg: leg(number),
        trunk: TrunkId::from_uuid(uuid::Uuid::from_u128(1)),
        caller,
        dialled: dialled.to_owned(),
        offer: Some("offer".to_owned()),
        call_id: number.to_string(),
        source: "127.0.0.1:5060".parse().unwrap(),
    };
    events.send(SipEvent::Incoming(incoming)).await.unwrap();
}

async fn confirms(server: &Server, events: &mpsc::Sender<SipEvent>, number: u128) {
    let answer = SipCommand::Answer { leg: leg(number), sdp: "answer".to_owned() };
    server.until("the call is answered", |server| server.sip.said().contains(&answer)).await;
    events.send(SipEvent::Acked { leg: leg(number), sdp: None }).await.unwrap();
}

/// CC-ROUTE-03: from the first packet to the operator's desk, and back when the caller hangs up.
#[actix::test]
async fn a_call_walks_its_flow_to_an_operator_and_ends_with_the_caller() {
    let mut server = Server::start();
    server.ready().await;
    let events = signalling(&server, 10);

    dials(&events, 1, "+998712000000").await;
    confirms(&server, &events, 1).await;
    server.until("it rings", |server| server.is("ringing")).await;
    assert_eq!(server.desk("/offer/contact/caller/name"), "Aziza");
    server.accept().await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;

    events.send(SipEvent::HungUp { leg: leg(1), cause: EndCause::Peer(None) }).await.unwrap();

    server.until("the operator wraps up", |server| server.is("wrap_up")).await;
    assert_eq!(server.desk("/contact/ended_by"), "caller");
}

#[actix::test]
async fn an_unknown_number_is_404_and_no_room_is_503_with_a_time_to_come_back() {
    let server = Server::start();
    let events = signalling(&server, 1);

    dials(&events, 1, "100").await;
    dials(&events, 2, "+998712000000").await;
    confirms(&server, &events, 2).await;
    dials(&events, 3, "+998712000000").await;

    let refused = |number, expected| {
        server.sip.said().iter().any(|said| match said {
            SipCommand::Reject { leg: refused, status, retry_after, .. } => {
                *refused == leg(number) && *status == expected && retry_after.is_some() == (expected == 503)
            }
            _ => false,
        })
    };
    server.until("both are refused", |_| refused(1, 404) && refused(3, 503)).await;
    assert_eq!(server.world.directory.ids::<Calls>().len(), 1);
}

#[actix::test]
async fn a_caller_who_cancels_before_the_actor_runs_leaves_nothing_behind() {
    let server = Server::start();
    let events = signalling(&server, 1);

    dials(&events, 1, "+998712000000").await;
    events.send(SipEvent::Cancelled { leg: leg(1) }).await.unwrap();

    server.until("the leg was known", |server| !server.sip.said().is_empty()).await;
    server.until("the call is over", |server| server.world.directory.ids::<Calls>().is_empty()).await;
    assert!(server.world.legs.is_empty());
}

#[actix::test]
async fn a_call_that_panics_is_hung_up_and_takes_nobody_with_it() {
    let server = Server::start();
    let events = signalling(&server, 2);
    for number in [1, 2] {
        dials(&events, number, "+998712000000").await;
        confirms(&server, &events, number).await;
    }
    server.until("two wait", |server| server.board("/totals/waiting") == 2).await;

    server.clock.fails_next.store(true, Ordering::SeqCst);
    let digit = SipEvent::Digit { leg: leg(1), digit: '1', duration: Duration::from_millis(160) };
    server.world.legs.deliver(leg(1).as_uuid(), LegEvent::Sip(digit));

    let hung_up = |server: &Server| {
        server.sip.said().iter().any(|said| matches!(said, SipCommand::Bye { leg: it, .. } if *it == leg(1)))
    };
    server.until("the leg is hung up", hung_up).await;
    server.until("one waits", |server| server.board("/totals/waiting") == 1).await;
    assert_eq!(server.world.directory.ids::<Calls>().len(), 1, "the other call goes on");
    dials(&events, 3, "+998712000000").await;
    confirms(&server, &events, 3).await;
}

#[actix::test]
async fn an_operator_whose_call_panics_is_told_that_it_is_over() {
    let mut server = Server::start();
    server.ready().await;
    let events = signalling(&server, 2);
    dials(&events, 1, "+998712000000").await;
    confirms(&server, &events, 1).await;
    server.accept().await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;

    server.clock.fails_next.store(true, Ordering::SeqCst);
    let digit = SipEvent::Digit { leg: leg(1), digit: '1', duration: Duration::from_millis(160) };
    server.world.legs.deliver(leg(1).as_uuid(), LegEvent::Sip(digit));

    server.until("the operator wraps up", |server| server.is("wrap_up")).await;
    assert_eq!(server.desk("/contact/ended_by"), "system");
    assert_eq!(server.world.legs.len(), 1, "the operator's phone; nothing of the call");
}

/// CC-ROUTE-06: how a contact is finished is the queue's rule, also after the operator's actor failed in mid-call.
#[actix::test]
async fn a_restarted_operator_finishes_the_call_by_the_rule_of_its_queue() {
    let mut server = Server::start();
    server.ready().await;
    let events = signalling(&server, 2);
    dials(&events, 1, "+998712000000").await;
    confirms(&server, &events, 1).await;
    server.accept().await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;

    server.clock.fails_next.store(true, Ordering::SeqCst);
    server.stand_up();
    server.until("the clock failed", |server| !server.clock.fails_next.load(Ordering::SeqCst)).await;
    server.sit_down().await;
    server.until("they talk again", |server| server.desk("/contact/state") == "talking").await;
    events.send(SipEvent::HungUp { leg: leg(1), cause: EndCause::Peer(None) }).await.unwrap();

    server.until("the operator wraps up", |server| server.is("wrap_up")).await;
    assert!(server.desk("/contact/wrap_up/until").is_string(), "{}", server.desk(""));
}

#[actix::test]
async fn a_caller_whose_question_a_failing_queue_lost_asks_again() {
    let server = Server::start();
    let events = signalling(&server, 2);
    dials(&events, 1, "+998712000000").await;
    let answer = SipCommand::Answer { leg: leg(1), sdp: "answer".to_owned() };
    server.until("the call is answered", |server| server.sip.said().contains(&answer)).await;

    let lost = Losing(false).start();
    server.world.directory.register::<Queues>(queue_id(), lost.clone().recipient());
    events.send(SipEvent::Acked { leg: leg(1), sdp: None }).await.unwrap();
    while !lost.send(Asked).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.restart_queue();

    server.until("it waits", |server| server.board("/totals/waiting") == 1).await;
    assert_eq!(server.board("/totals/offered"), 1);
}

/// A queue that fails with what it is told.
struct Losing(bool);

#[derive(actix::Message)]
#[rtype(result = "bool")]
struct Asked;

impl Actor for Losing {
    type Context = Context<Self>;
}

impl Handler<Tell<queue::Event>> for Losing {
    type Result = ();
    fn handle(&mut self, Tell(event): Tell<queue::Event>, _: &mut Context<Self>) {
        self.0 |= matches!(event, queue::Event::ContactArrived { .. });
    }
}

impl Handler<Asked> for Losing {
    type Result = bool;
    fn handle(&mut self, Asked: Asked, _: &mut Context<Self>) -> bool {
        self.0
    }
}

#[actix::test]
async fn draining_waits_for_calls_and_no_longer_than_it_may() {
    let server = Server::start();
    let events = signalling(&server, 2);
    dials(&events, 1, "+998712000000").await;
    confirms(&server, &events, 1).await;
    server.until("it waits", |server| server.board("/totals/waiting") == 1).await;

    drain(&server.world, Duration::from_secs(5)).await;

    server.until("the call was ended", |server| server.world.directory.ids::<Calls>().is_empty()).await;
    assert!(server.sip.said().iter().any(|said| matches!(said, SipCommand::Bye { .. })));
}
