//! How many runs of a three-node journey go on in a second, in memory.
//!
//! `cargo bench -p flow`: a run enters a branch that looks at the customer and at a variable, sets a variable and has a
//! message sent. Each step of the journey is counted once; its effect is used. The run fails below the limit.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at a bug")]

use chrono::{DateTime, Utc};
use flow::process::{Act, Input, Known, State, Status, Surroundings, load, step};
use serde_json::{Map, json};
use std::hint::black_box;
use std::time::Instant;

const RUNS: u32 = 100_000;
/// Journeys a second on one core.
const LIMIT: f64 = 50_000.0;

fn main() {
    let flow = json!({
        "name": "journey", "version": 1, "kind": "campaign", "start": "who",
        "nodes": {
            "who": {
                "type": "branch",
                "cases": [{"when": "customer.vip == true and vars.amount > 100", "next": "greeting"}],
                "otherwise": "end"
            },
            "greeting": {"type": "set", "values": {"discount": "vars.amount * 0.1"}, "next": "message"},
            "message": {"type": "message", "template": "offer", "next": "end"},
            "end": {"type": "end"}
        }
    });
    let definition = load(&flow, &Known::default()).unwrap();
    let around = Surroundings {
        customer: json!({
            "id": "c1", "kind": "individual", "name": "Aziza", "vip": true, "language": "uz", "phone": "+998901112233"
        }),
        subject: "c1".to_owned(),
        ..Surroundings::default()
    };
    let now: DateTime<Utc> = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
    let mut given = Map::new();
    given.insert("amount".to_owned(), json!(150));

    let begun = Instant::now();
    let mut messages = 0_u32;
    for _ in 0..RUNS {
        let mut state = State::new(&definition, given.clone());
        let done = step(&definition, &mut state, &around, now, Input::Started).unwrap();
        let effect = done.effects.first().unwrap();
        assert_eq!(state.status(), Status::Running);
        if let Act::Message { template, .. } = black_box(&effect.act) {
            messages += u32::from(!template.is_empty());
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let rate = f64::from(RUNS) / seconds;
    println!("journeys of three nodes  {rate:>10.0} a second  (limit {LIMIT:.0}), {messages} messages");
    assert!(rate >= LIMIT, "slower than the limit");
}
