//! SMS over node-smpp.

use crate::world::{Program, World, peers, run};
use base::id::LinkId;
use channels::link::LinkKind;
use channels::message::Channel;
use serde_json::json;
use std::process::Command;

fn centre(options: &[(&str, &str)]) -> (Program, u16) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/peers/smsc.mjs");
    let mut command = Command::new("node");
    command.arg(script).env("PEERS", peers()).envs(options.iter().copied());
    let (program, port) = Program::start(&mut command);
    (program, port.parse().unwrap())
}

async fn link(world: &World, port: u16, more: serde_json::Value) -> LinkId {
    let mut settings = json!({
        "host": "127.0.0.1", "port": port, "system_id": "trunkline", "sender": "Trunkline",
        "window": 50, "per_second": 10_000, "response_seconds": 2,
    });
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    world.link(LinkKind::Smpp, &settings).await
}

fn numbers(count: usize) -> Vec<(String, &'static str)> {
    (0..count).map(|n| (format!("+99890{:07}", n + 1), "Hello")).collect()
}

/// INT-17, CIMP-NTF-01, OMNI-07: receipts that overtake the answer, ids in two forms, long texts, and what a customer
/// writes.
#[test]
fn messages_are_delivered_by_node_smpp_with_receipts_that_come_first() {
    run(async {
        let (_smsc, port) = centre(&[("RECEIPT", "first"), ("IDS", "hex")]);
        let mut world = World::new().await;
        world.template().await;
        let forms = json!({ "response_ids": "hexadecimal", "receipt_ids": "decimal" });
        link(&world, port, forms).await;
        world.start(None);

        world.send(Channel::Sms, &numbers(300)).await;
        let long = "ж".repeat(200);
        let long = world.send(Channel::Sms, &[("+998935550000".to_owned(), long.as_str())]).await[0];
        world.until_states(&[("delivered", 301)]).await;

        let mut db = world.db.pool().acquire().await.unwrap();
        assert_eq!(channels::query::receipts(&mut db, long).await.unwrap().len(), 3);
        let received: Vec<(String, String)> =
            sqlx::query_as("select sender, text from channels.received").fetch_all(&mut *db).await.unwrap();
        assert_eq!(received, [("+998901112233".to_owned(), "hello".to_owned())]);
        drop(db);
        world.stop().await;
    });
}

/// A centre that is busy gets no more than it takes, and nothing is lost.
#[test]
fn a_throttled_centre_takes_everything_in_the_end() {
    run(async {
        let (_smsc, port) = centre(&[("THROTTLE", "40")]);
        let mut world = World::new().await;
        world.template().await;
        link(&world, port, json!({ "window": 20 })).await;
        world.start(None);

        world.send(Channel::Sms, &numbers(120)).await;

        world.until_states(&[("delivered", 120)]).await;
        world.stop().await;
    });
}

/// What is sent while the centre is away waits, and what was in flight when it fell is unknown, never lost.
#[test]
fn a_centre_that_falls_and_comes_back_loses_nothing() {
    run(async {
        let mut world = World::new().await;
        world.template().await;
        let (smsc, port) = centre(&[]);
        let id = link(&world, port, json!({})).await;
        world.start(None);
        world.send(Channel::Sms, &numbers(1)).await;
        world.until_states(&[("delivered", 1)]).await;

        drop(smsc);
        let sent = world.send(Channel::Sms, &[("+998901234567".to_owned(), "while it is away")]).await[0];
        while world.board.state(id).connected {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let waits = world.message(sent).await.state.as_str();
        assert!(["queued", "sending", "unknown"].contains(&waits), "{waits}");
        world.stop().await;

        let state = world.message(sent).await.state.as_str();
        assert!(["queued", "unknown"].contains(&state), "{state}");
    });
}
