use super::*;
use crate::Facts;
use serde_json::json;

fn table(rows: &[(&str, &str, &str)]) -> Table {
    let rules: Vec<Value> = rows
        .iter()
        .map(|(tariff, arpu, reaction)| json!({ "t": tariff, "a": arpu, "r": reaction }))
        .collect();
    Table::read(&json!({
        "inputs": [
            { "id": "t", "name": "Tariff", "field": "customer.tariff" },
            { "id": "a", "name": "ARPU", "field": "event.arpu" },
        ],
        "outputs": [{ "id": "r", "name": "Reaction", "field": "reaction" }],
        "rules": rules,
        "hitPolicy": "first",
    }))
    .unwrap()
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "customer": { "type": "object", "properties": {
                "tariff": { "type": "string", "enum": ["basic", "silver", "gold", "vip"] }, "age": { "type": "number" } },
                "required": ["tariff", "age"] },
            "event": { "type": "object", "properties": { "arpu": { "type": "number" } }, "required": ["arpu"] },
        },
        "required": ["customer", "event"],
    })
}

fn offers() -> Table {
    table(&[("'vip'", ">= 200", "'gift'"), ("'gold', 'vip'", "> 100", "'call'"), ("", "", "'none'")])
}

fn hit(table: &Table, tariff: Value, arpu: Value) -> Hit {
    let facts =
        Facts { customer: json!({ "tariff": tariff }), event: json!({ "arpu": arpu }), ..Facts::default() };
    CompiledTable::compile(table).unwrap().evaluate(&facts)
}

/// BRE-RULE-01, TEL-06
#[test]
fn the_first_row_that_matches_answers_and_is_named() {
    let vip = hit(&offers(), json!("vip"), json!(250));
    assert_eq!((vip.rows.as_slice(), vip.outputs[0]["reaction"].as_str()), (&[0][..], Some("gift")));
    assert_eq!(hit(&offers(), json!("vip"), json!(150)).rows, [1]);
    assert_eq!(hit(&offers(), json!("basic"), json!(150)).rows, [2]);
    assert_eq!(hit(&offers(), json!(null), json!(null)).rows, [2], "no value passes no condition");
}

#[test]
fn all_rows_answer_when_they_are_collected() {
    let mut table = offers();
    table.hit_policy = HitPolicy::Collect;
    assert_eq!(hit(&table, json!("vip"), json!(250)).rows, [0, 1, 2]);
}

/// At run time zen-engine would be silent about a cell that cannot be computed.
#[test]
fn a_cell_that_cannot_be_computed_is_said() {
    let failed = hit(&offers(), json!("vip"), json!("much"));
    assert_eq!(failed.rows, [2]);
    assert!(failed.failed.first().unwrap().starts_with("row 1: "), "{:?}", failed.failed);
}

/// BRE-TEST-02: what cannot work is found before it runs, with an example of each.
#[test]
fn the_check_finds_dead_rows_missing_cases_and_wrong_values() {
    let broken = table(&[
        ("'gold'", "> 100", "'a'"),
        ("'gold'", "> 200", "'b'"),
        ("'platnum'", "", "'c'"),
        ("", "", "'none'"),
    ]);
    let faults = broken.check(&schema());
    let of = |code: &str| {
        faults.iter().find(|fault| fault.code == code).unwrap_or_else(|| panic!("{code}: {faults:#?}"))
    };

    assert_eq!(of("unreachable_rule").pointer, "/rules/1");
    assert_eq!(of("unreachable_rule").example.as_ref().unwrap()["customer"]["tariff"], "gold");
    assert_eq!(
        (of("unknown_choice").pointer.as_str(), of("unknown_choice").is_error()),
        ("/rules/2/t", true)
    );
    assert_eq!((of("missing_cases").pointer.as_str(), of("missing_cases").is_error()), ("/rules/3", false));
    assert_eq!(faults.iter().filter(|fault| fault.is_error()).count(), 1, "{faults:#?}");
}

#[test]
fn limits_and_shape_are_refused_by_name() {
    let code = |value: Value| Table::read(&value).unwrap_err().first().unwrap().code.clone();
    let rows = vec![json!({ "r": "1" }); ROWS_MAX + 1];
    assert_eq!(code(json!({ "inputs": [], "outputs": [], "rules": rows })), "too_many_rows");
    assert_eq!(code(json!({ "nodes": [{ "type": "functionNode" }], "edges": [] })), "not_allowed");
    assert_eq!(code(json!({ "inputs": [], "outputs": [] })), "malformed");
    let no_default = json!({
        "inputs": [{ "id": "a", "field": "event.a" }], "outputs": [{ "id": "r", "field": "reaction" }],
        "rules": [{ "a": "1", "r": "'x'" }],
    });
    assert_eq!(code(no_default), "no_default_row");
    for cell in ["rand(3)", "> d()", "sum([1..3000000]) > 1", "> evnt.b", "> ("] {
        let table = table(&[(cell, "", "'x'"), ("", "", "'y'")]);
        assert!(CompiledTable::compile(&table).is_err(), "{cell}");
    }
}

mod against_the_engine {
    use super::*;
    use proptest::prelude::*;
    use zen_engine::model::GraphContent;

    fn answer_of_the_engine(table: &Table, facts: &Facts) -> Value {
        let content: GraphContent = serde_json::from_value(json!({
            "nodes": [
                { "id": "in", "name": "in", "type": "inputNode", "content": {} },
                { "id": "t", "name": "t", "type": "decisionTableNode", "content": table.content() },
            ],
            "edges": [{ "id": "a", "sourceId": "in", "targetId": "t" }],
        }))
        .unwrap();
        let decision = zen_engine::Decision::from(content);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(decision.evaluate(facts.to_value().into())).unwrap();
        response.result.to_value()
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            (0..9_i32).prop_map(|n| format!("> {n}")),
            (0..9_i32).prop_map(|n| format!("[{n}..{}]", n + 2)),
            (0..9_i32).prop_map(|n| format!("{n}, {}", n + 1)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// Tables of other JDM editors mean here what they mean in their engine.
        #[test]
        fn tables_answer_as_in_zen_engine(
            cells in proptest::collection::vec((cell(), cell()), 1..12), a in 0..10_i32, b in 0..10_i32,
        ) {
            let mut rules: Vec<Value> = (0..).zip(&cells)
                .map(|(n, (a, b))| json!({ "a": a, "b": b, "r": format!("{n}") })).collect();
            rules.push(json!({ "a": "", "b": "", "r": "99" }));
            let table = Table::read(&json!({
                "inputs": [{ "id": "a", "field": "event.a" }, { "id": "b", "field": "event.b" }],
                "outputs": [{ "id": "r", "field": "row" }], "rules": rules,
            })).unwrap();
            let facts = Facts { event: json!({ "a": a, "b": b }), ..Facts::default() };
            let ours = CompiledTable::compile(&table).unwrap().evaluate(&facts);
            prop_assert_eq!(json!(ours.outputs[0]), answer_of_the_engine(&table, &facts));
        }
    }
}
