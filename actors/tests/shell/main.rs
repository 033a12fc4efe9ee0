//! Queues, operators and the live board as actors under supervision, on paused time, without network and database.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod calls;
mod fakes;

use actors::message::{CallMessage, Operators, Queues};
use base::id::ContactId;
use fakes::{Server, operator_id, queue_config, queue_id};
use routing::contact::EndedBy;
use routing::operator::{self, FromCall};
use routing::queue::{self, ToCall};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// CC-ROUTE-03, REP-05: the desk rings, the caller is connected, the board shows each step within a quarter second.
#[actix::test]
async fn a_caller_reaches_a_ready_operator_and_the_board_follows() {
    let mut server = Server::start();
    server.ready().await;

    let heard = server.caller_arrives(7);
    let waiting = server.until("one waits", |server| server.board("/totals/waiting") == 1).await;
    server.until("it rings", |server| server.is("ringing")).await;
    assert_eq!(server.desk("/offer/contact/caller/name"), "Aziza");
    assert_eq!(server.desk("/offer/contact/queue/name"), "Sales");
    server.accept().await;
    let answered = server.until("answered", |server| server.board("/totals/answered") == 1).await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;
    server.until("the board sees them", |server| server.board("/operators/on_contact") == 1).await;

    assert!(waiting.max(answered) <= Duration::from_millis(250), "{waiting:?}, {answered:?}");
    assert_eq!(server.board("/totals/service_level"), 100.0);
    let connects = heard
        .lock()
        .unwrap()
        .iter()
        .filter(|it| matches!(it, CallMessage::Queue { message: ToCall::Connect { .. }, .. }))
        .count();
    assert_eq!(connects, 1);
}

#[actix::test]
async fn who_lets_it_ring_is_not_responding_and_the_caller_keeps_waiting() {
    let mut server = Server::start();
    server.ready().await;
    let heard = server.caller_arrives(7);
    server.until("it rings", |server| server.is("ringing")).await;

    let rang = server.until("it rang out", |server| server.is("not_responding")).await;

    assert!((19..=21).contains(&rang.as_secs()), "{rang:?}");
    assert_eq!(server.desk("/offer"), json!(null));
    server.until("the caller waits", |server| server.board("/totals/waiting") == 1).await;
    let withdrawn = CallMessage::Queue { queue: queue_id(), message: ToCall::OfferWithdrawn };
    assert!(heard.lock().unwrap().contains(&withdrawn));
}

#[actix::test]
async fn a_desktop_that_reloads_keeps_the_contact() {
    let mut server = Server::start();
    server.ready().await;
    server.caller_arrives(7);
    server.accept().await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;

    server.stand_up();
    server.until("away", |server| server.desk("/contact/state") == "away").await;
    server.sit_down().await;

    server.until("they talk again", |server| server.desk("/contact/state") == "talking").await;
}

#[actix::test]
async fn a_newer_desktop_takes_over() {
    let mut server = Server::start();
    let first = server.sit_down().await;

    server.sit_down().await;

    assert_eq!(first.await, Ok(()));
    assert_eq!(server.desk("/phone/state"), "connected");
}

#[actix::test]
async fn a_restarted_queue_hears_again_who_waits_and_who_is_free() {
    let mut server = Server::start();
    server.sit_down().await;
    server.until("synced", |server| server.is("not_ready")).await;
    server.caller_arrives(7);
    server.until("one waits", |server| server.board("/totals/waiting") == 1).await;

    server.clock.fails_next.store(true, Ordering::SeqCst);
    let question = queue::Event::PositionAsked { contact: ContactId::from_uuid(uuid::Uuid::from_u128(7)) };
    server.world.directory.tell::<Queues>(queue_id(), question).unwrap();
    server.until("the clock failed", |server| !server.clock.fails_next.load(Ordering::SeqCst)).await;
    let ready = json!({"name": "presence.set", "args": {"state": "ready"}});
    server.frame(ready).await.unwrap();

    server.until("it rings", |server| server.is("ringing")).await;
    assert_eq!(server.board("/totals/offered"), 1, "announced twice, counted once");
}

#[actix::test]
async fn a_restarted_operator_finds_the_contact_it_serves() {
    let mut server = Server::start();
    server.ready().await;
    server.caller_arrives(7);
    server.accept().await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;

    server.clock.fails_next.store(true, Ordering::SeqCst);
    server.stand_up();
    server.until("the clock failed", |server| !server.clock.fails_next.load(Ordering::SeqCst)).await;
    server.sit_down().await;

    server.until("they talk again", |server| server.desk("/contact/state") == "talking").await;
}

#[actix::test]
async fn a_note_that_no_row_takes_is_refused_and_the_rest_is_kept_though_the_database_is_away() {
    let mut server = Server::start();
    server.ready().await;
    server.caller_arrives(7);
    server.accept().await;
    server.until("they talk", |server| server.desk("/contact/state") == "talking").await;
    let call = base::id::CallId::from_uuid(uuid::Uuid::from_u128(7));
    let message = FromCall::Ended { by: EndedBy::Caller };
    server.world.directory.tell::<Operators>(operator_id(), operator::Event::Call { call, message }).unwrap();
    server.until("wrap-up", |server| server.is("wrap_up")).await;
    let complete = |note: String| {
        let (contact, any) = (uuid::Uuid::from_u128(7), uuid::Uuid::from_u128(9));
        let args = json!({"contact_id": contact, "topic_id": any, "result_id": any, "note": note});
        server.frame(json!({"name": "wrap_up.complete", "args": args}))
    };

    for bad in ["x".repeat(4_001), "a\0b".to_owned()] {
        assert_eq!(complete(bad).await.unwrap_err().status, 422);
    }
    assert_eq!(complete("done".to_owned()).await, Ok(json!(null)));
    assert!(server.is("ready"));
}

#[actix::test]
async fn who_signed_out_is_on_no_board() {
    let mut server = Server::start();
    server.ready().await;

    server.frame(json!({"name": "presence.sign_out", "args": {}})).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;

    assert_eq!(server.floor("/operators"), json!({}));
    assert_eq!(server.world.directory.ids::<Operators>(), vec![]);
}

#[actix::test]
async fn a_queue_that_is_no_more_serves_who_waits_and_then_leaves_the_board() {
    let server = Server::start();
    server.until("a desk is open", |server| server.is("disconnected")).await;
    server.caller_arrives(7);
    server.until("one waits", |server| server.board("/totals/waiting") == 1).await;

    let closed = queue::Config { open: false, ..queue_config() };
    server
        .world
        .directory
        .tell::<Queues>(queue_id(), queue::Event::ConfigChanged { config: closed })
        .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(server.board("/totals/waiting"), 1);
    let contact = ContactId::from_uuid(uuid::Uuid::from_u128(7));
    let left = queue::Event::ContactLeft { contact, why: queue::Left::CallerHungUp };
    server.world.directory.tell::<Queues>(queue_id(), left).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;

    assert_eq!(server.board("/queues"), json!({}));
    assert_eq!(server.world.directory.ids::<Queues>(), vec![]);
}

#[actix::test]
async fn an_actor_is_started_by_one_only() {
    let directory = Server::start().world.directory.clone();

    assert!(!directory.claim::<Operators>(operator_id()) || !directory.claim::<Operators>(operator_id()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!directory.claim::<Operators>(operator_id()), "it is live");
    directory.remove::<Operators>(operator_id());
    assert!(directory.claim::<Operators>(operator_id()));
    assert!(!directory.claim::<Operators>(operator_id()), "it is being started");
}

#[actix::test]
async fn what_cannot_be_done_is_said_with_its_reason() {
    let server = Server::start();
    server.until("a desk is open", |server| server.is("disconnected")).await;

    let problem = server.frame(json!({"name": "call.hang_up", "args": {}})).await.unwrap_err();

    assert_eq!((problem.code, problem.status), ("no-such-contact", 404));
}
