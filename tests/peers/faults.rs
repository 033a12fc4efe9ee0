//! The faulty SMS centres of Jasmin's tests: a link survives each of them.

use crate::world::{Program, peers, run};
use actors::messages::{Counter, Item, LinkBoard, SmppLink};
use base::id::{LinkId, MessageId};
use channels::link::{LinkKind, LinkSettings};
use channels::message::MessageClass;
use channels::store::{Claimed, Outcome, Verdict};
use futures_util::future::LocalBoxFuture;
use platform::SystemClock;
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Two messages in memory, and what became of them.
struct Memory {
    waiting: RefCell<Vec<Claimed>>,
    outcomes: RefCell<Vec<Outcome>>,
    arrived: RefCell<usize>,
}

impl Counter for Memory {
    fn claim(&self, _limit: u32) -> LocalBoxFuture<'_, sqlx::Result<Vec<Claimed>>> {
        Box::pin(async { Ok(std::mem::take(&mut *self.waiting.borrow_mut())) })
    }

    fn record<'a>(&'a self, items: &'a [Item]) -> LocalBoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            for item in items {
                match item {
                    Item::Outcome(outcome) => self.outcomes.borrow_mut().push(outcome.clone()),
                    Item::Receipt(..) | Item::Received(..) => *self.arrived.borrow_mut() += 1,
                }
            }
            Ok(())
        })
    }

    fn take_over(&self) -> LocalBoxFuture<'_, sqlx::Result<usize>> {
        Box::pin(async { Ok(0) })
    }
}

fn message(n: u128) -> Claimed {
    Claimed {
        id: MessageId::from_uuid(Uuid::from_u128(n)),
        customer_id: None,
        attempt: 1,
        address: "+998901234567".to_owned(),
        class: MessageClass::Functional,
        language: None,
        subject: None,
        text: "Hello".to_owned(),
        html: None,
        mail_id: None,
        expires_at: base::Clock::now(&platform::SystemClock),
        priority: 0,
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome.verdict {
        Verdict::Sent => "sent",
        Verdict::Failed { .. } => "failed",
        Verdict::Retry(_) => "retry",
        Verdict::Unknown { .. } => "unknown",
    }
}

/// What a link made of a centre: outcomes, arrivals, and why it went down last.
struct Seen {
    outcomes: Vec<&'static str>,
    arrived: usize,
    error: Option<String>,
}

async fn meet(port: u16) -> Seen {
    let settings = json!({
        "host": "127.0.0.1", "port": port, "system_id": "trunkline", "sender": "1099",
        "response_seconds": 1, "enquire_seconds": 1, "per_second": 1000,
    });
    let LinkSettings::Smpp(settings) = LinkSettings::read(LinkKind::Smpp, &settings).unwrap() else {
        panic!()
    };
    let memory = Rc::new(Memory {
        waiting: RefCell::new(vec![message(1), message(2)]),
        outcomes: RefCell::default(),
        arrived: RefCell::default(),
    });
    let (id, board, stop) =
        (LinkId::from_uuid(Uuid::from_u128(port.into())), LinkBoard::default(), CancellationToken::new());
    let (_queued, queued) = watch::channel(0);
    let link = SmppLink {
        id,
        settings,
        password: Some("secret".into()),
        counter: memory.clone(),
        clock: Arc::new(SystemClock),
        board: board.clone(),
        queued,
        stop: stop.clone(),
    };
    let running = actix_rt::spawn(link.run());
    // Long enough for a sign-in, an answer and a test of the link to be given up one after the other.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!running.is_finished(), "a link runs until it is stopped");
    let error = board.state(id).error;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(15), running).await.expect("a link stops").expect("no panic");
    let outcomes = memory.outcomes.borrow().iter().map(word).collect();
    let arrived = *memory.arrived.borrow();
    Seen { outcomes, arrived, error }
}

/// What is expected of both messages, by the name of the centre; the others take them.
fn expected(name: &str) -> &'static [&'static str] {
    match name {
        // No sign-in, so nothing was claimed.
        "BlackHoleSMSC" | "BindErrorSMSC" | "BindErrorGenericNackSMSC" | "DeliverSMBeforeBoundSMSC" => &[],
        "CommandLengthTooShortSMSC" => &[],
        // It ends the session as soon as it began.
        "DeliverSMAndUnbindSMSC" => &[],
        // They take the sign-in, spoil the stream and say nothing more.
        "CommandLengthTooLongSMSC" | "InvalidCommandIdSMSC" | "NonFatalParseErrorSMSC" => {
            &["unknown", "unknown"]
        }
        "NoResponseOnSubmitSMSC" | "NoResponseOnSubmitSMSCRecorder" => &["unknown", "unknown"],
        "GenericNackNoSeqNumOnSubmitSMSC" | "UnbindOnSubmitSMSC" => &["unknown", "unknown"],
        "GenericNackWithSeqNumOnSubmitSMSC" | "ErrorOnSubmitSMSC" => &["failed", "failed"],
        "NoSubmitSmWhenReceiverIsBoundSMSC" => &["failed", "failed"],
        _ => &["sent", "sent"],
    }
}

/// INT-17: 27 ways in which a centre can be wrong. Each message has an outcome that is true, and the link lives.
#[test]
fn a_link_survives_every_faulty_centre() {
    run(async {
        let peers = peers();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/peers/jasmin_smsc.py");
        let mut command = Command::new(peers.join("python/bin/python"));
        command.arg(script).arg(peers.join("jasmin"));
        let (_smscs, ports) = Program::start(&mut command);
        let ports: BTreeMap<String, u16> = serde_json::from_str(&ports).unwrap();
        assert_eq!(ports.len(), 27, "{ports:?}");

        let met = ports.values().map(|port| meet(*port));
        let met = futures_util::future::join_all(met).await;

        let mut wrong = Vec::new();
        for (name, seen) in ports.keys().zip(met) {
            if seen.outcomes != expected(name) {
                wrong.push(format!("{name}: {:?} {} arrived, {:?}", seen.outcomes, seen.arrived, seen.error));
            }
            let brings = ["OutbindSMSC", "DeliverSMSMSC", "DeliverSMAndUnbindSMSC", "DeliveryReceiptSMSC"];
            let is_receiver_only = name == "OutbindSMSC"; // it brings messages to a receiver only
            if brings.contains(&name.as_str()) && !is_receiver_only && seen.arrived == 0 {
                wrong.push(format!("{name}: what it brought was not stored"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}
