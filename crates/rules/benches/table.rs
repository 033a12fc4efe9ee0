//! How many decisions of a table a core takes in a second, beside zen-engine itself in the same run.
//!
//! `cargo bench -p rules`: 20 rows, 4 inputs, 2 outputs, a hit in the last row, from facts as JSON to the answer.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at a bug")]

use rules::table::{CompiledTable, Table};
use rules::{Facts, References};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

const ROWS: usize = 20;
const ROUNDS: u32 = 200_000;
/// What a core must do (field notes, 5.3: the raw engine did 109,844 on the machine it was measured on).
const FLOOR: f64 = 100_000.0;

fn table() -> Value {
    let rules: Vec<Value> = (0..ROWS)
        .map(|n| {
            let last = n + 1 == ROWS;
            let (a, b) = (format!("> {}", 1_000 - n * 10), format!("[{n}..{}]", n + 3));
            let (c, d) = (format!("'t{n}', 's{n}'"), "true".to_owned());
            let cell = |text: String| if last { String::new() } else { text };
            json!({ "a": cell(a), "b": cell(b), "c": cell(c), "d": cell(d), "r": format!("'r{n}'"), "p": "event.amount * 2" })
        })
        .collect();
    json!({
        "inputs": [
            { "id": "a", "field": "event.amount" }, { "id": "b", "field": "event.count" },
            { "id": "c", "field": "customer.tariff" }, { "id": "d", "field": "customer.vip" },
        ],
        "outputs": [{ "id": "r", "field": "reaction" }, { "id": "p", "field": "points" }],
        "rules": rules, "hitPolicy": "first",
    })
}

fn facts(n: u32) -> Facts {
    Facts {
        event: json!({ "amount": 2_000 + n % 7, "count": 30 + n % 5 }),
        customer: json!({ "tariff": "t99", "vip": true }),
        reference: References::default(),
        ..Facts::default()
    }
}

fn per_second(name: &str, mut run: impl FnMut(u32)) -> f64 {
    (0..ROUNDS / 10).for_each(&mut run);
    let start = Instant::now();
    (0..ROUNDS).for_each(&mut run);
    let rate = f64::from(ROUNDS) / start.elapsed().as_secs_f64();
    println!("{name:<44} {rate:>12.0} a second and core");
    rate
}

fn engine(content: &Value) -> zen_engine::Decision {
    let mut content = content.clone();
    content.as_object_mut().unwrap().insert("passThrough".to_owned(), json!(false));
    let graph = json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "t", "name": "t", "type": "decisionTableNode", "content": content },
        ],
        "edges": [{ "id": "e", "sourceId": "in", "targetId": "t" }],
    });
    let content: zen_engine::model::GraphContent = serde_json::from_value(graph).unwrap();
    let mut decision = zen_engine::Decision::from(content);
    decision.compile();
    decision
}

fn main() {
    let content = table();
    let compiled = CompiledTable::compile(&Table::read(&content).unwrap()).unwrap();
    let expected = compiled.evaluate(&facts(0));
    assert_eq!(expected.rows, [19], "{expected:?}");
    let all: Vec<Facts> = (0..64).map(facts).collect();
    let of = |n: u32| all.get(usize::try_from(n % 64).unwrap_or(0)).unwrap();

    let ours = per_second("a table of 20 rows, the last one hits", |n| {
        let hit = compiled.evaluate(of(n));
        assert_eq!(black_box(hit).rows.len(), 1);
    });
    let decision = engine(&content);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let theirs = per_second("the same by zen-engine itself (limit)", |n| {
        let answer = runtime.block_on(decision.evaluate(of(n).to_value().into())).unwrap();
        black_box(answer.result);
    });
    println!("{:.2} of the engine", ours / theirs);
    if ours < FLOOR {
        println!("below the floor of {FLOOR} a second: a loaded machine, or a defect");
    }
}
