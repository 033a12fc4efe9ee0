use super::*;
use crate::document::run_samples;
use crate::facts::{Facts, References};
use serde_json::json;
use uuid::Uuid;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tashkent;

fn rule(changes: Value) -> CompiledRule {
    let mut document = json!({
        "event": "purchase",
        "criteria": { "kind": "expression", "text": "event.amount > 100 and customer.vip" },
        "reactions": [
            { "key": "thank", "kind": "message", "channel": "sms", "template": "thanks" },
            { "key": "gift", "kind": "emit", "event": "gift", "data": { "points": "event.amount / 10" } },
        ],
    });
    for (key, value) in changes.as_object().unwrap() {
        document[key] = value.clone();
    }
    CompiledRule::compile(Document::read(&document).unwrap(), &|_| false).unwrap()
}

fn decide(rule: &CompiledRule, event: Value, customer: Value, at: &str) -> Outcome {
    let at = at.parse().unwrap();
    let facts = Facts { event, customer, ..Facts::default() }.at(at, ZONE);
    rule.decide(&facts.prepare(), Occasion { at, zone: ZONE })
}

const NOON: &str = "2026-03-02T07:00:00Z"; // a Monday, 12:00 in Tashkent

/// BRE-EVT-01: an event is received, criteria are matched, the fitting reactions are picked.
#[test]
fn an_event_that_fulfils_the_criteria_gives_the_reactions() {
    let outcome = decide(&rule(json!({})), json!({ "amount": 150 }), json!({ "vip": true }), NOON);
    assert_eq!(
        (outcome.verdict, outcome.reactions.as_slice()),
        (Verdict::Matched, &["thank".to_owned(), "gift".to_owned()][..])
    );
    assert_eq!(
        decide(&rule(json!({})), json!({ "amount": 50 }), json!({ "vip": true }), NOON).verdict,
        Verdict::Criteria
    );
    assert_eq!(decide(&rule(json!({})), json!({}), json!(null), NOON).verdict, Verdict::Criteria);
}

/// One rule that cannot be computed is a decision of its own; it stops nobody.
#[test]
fn criteria_that_cannot_be_computed_are_said() {
    let outcome = decide(&rule(json!({})), json!({ "amount": "much" }), json!({ "vip": true }), NOON);
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(outcome.fault.is_some());
}

#[test]
fn validity_and_hours() {
    let valid = rule(json!({ "valid_from": "2026-03-02T00:00:00Z", "valid_to": "2026-03-03T00:00:00Z" }));
    let verdict = |rule: &CompiledRule, at: &str| {
        decide(rule, json!({ "amount": 150 }), json!({ "vip": true }), at).verdict
    };
    assert_eq!(verdict(&valid, "2026-03-01T23:59:59Z"), Verdict::NotYetValid);
    assert_eq!(verdict(&valid, NOON), Verdict::Matched);
    assert_eq!(verdict(&valid, "2026-03-03T00:00:00Z"), Verdict::Expired);

    let day = rule(json!({ "hours": { "days": [1], "from": "09:00", "to": "21:00" } }));
    assert_eq!(verdict(&day, NOON), Verdict::Matched);
    assert_eq!(verdict(&day, "2026-03-02T03:59:00Z"), Verdict::OutsideHours);
    assert_eq!(verdict(&day, "2026-03-02T16:00:00Z"), Verdict::OutsideHours);
    assert_eq!(verdict(&day, "2026-03-03T07:00:00Z"), Verdict::OutsideHours);

    let night = rule(json!({ "hours": { "days": [1], "from": "22:00", "to": "06:00" } }));
    assert_eq!(verdict(&night, "2026-03-02T18:00:00Z"), Verdict::Matched);
    assert_eq!(
        verdict(&night, "2026-03-02T23:00:00Z"),
        Verdict::Matched,
        "Tuesday 04:00, the night of Monday"
    );
    assert_eq!(
        verdict(&night, "2026-03-01T23:00:00Z"),
        Verdict::OutsideHours,
        "Monday 04:00, the night of Sunday"
    );
}

/// TEL-06: a table picks which of the reactions, and the rows that answered are named.
#[test]
fn a_table_names_the_reactions() {
    let table = json!({
        "inputs": [{ "id": "a", "field": "event.amount" }],
        "outputs": [{ "id": "r", "field": "reaction" }],
        "rules": [{ "a": "> 1000", "r": "['thank', 'gift']" }, { "a": "> 100", "r": "'thank'" }, { "a": "", "r": "" }],
    });
    let rule = rule(json!({ "criteria": { "kind": "table", "table": table } }));
    let big = decide(&rule, json!({ "amount": 2000 }), json!(null), NOON);
    assert_eq!((big.rows, big.reactions.len()), (vec![0], 2));
    assert_eq!(decide(&rule, json!({ "amount": 200 }), json!(null), NOON).reactions, ["thank"]);
    assert_eq!(decide(&rule, json!({ "amount": 2 }), json!(null), NOON).verdict, Verdict::Criteria);
}

/// MKT-FLOW-02, BRE-TEST-01: the same customer sees the same variant, and the share is what was asked for.
#[test]
fn variants_are_split_by_a_keyed_hash() {
    let version = |number| Version { number, rule: std::sync::Arc::new(rule(json!({}))) };
    let rule = LiveRule {
        rule_id: Uuid::nil(),
        name: "r".to_owned(),
        salt: Uuid::from_u128(7),
        live: version(1),
        challenger: Some((version(2), 20)),
    };
    let customers = 20_000_u32;
    let in_b =
        (0..customers).filter(|n| rule.version(Uuid::from_u128(u128::from(*n))).0 == Variant::B).count();
    assert!((3_800..4_200).contains(&in_b), "{in_b}");
    let subject = Uuid::from_u128(99);
    assert_eq!(rule.version(subject).1.number, rule.version(subject).1.number);
}

/// BRE-TEST-02, BRE-TIME-03
#[test]
fn the_tests_of_a_rule_run() {
    let rule = rule(json!({ "tests": [
        { "name": "a vip", "event": { "amount": 150 }, "customer": { "vip": true }, "expect": { "matched": true, "reactions": ["thank", "gift"] } },
        { "name": "a small one", "event": { "amount": 5 }, "customer": { "vip": true }, "expect": { "matched": true } },
    ] }));
    let results = run_samples(rule.document(), &rule, &References::default(), NOON.parse().unwrap(), ZONE);
    assert!(results[0].passed);
    assert_eq!(results[1].fault(1).unwrap().pointer, "/tests/1");
}

/// UMS-ENT-05: a rule looks at the cards that are linked with the customer; its tests bring theirs, and what was looked at
/// is on record by attribute.
#[test]
fn a_rule_decides_by_linked_cards() {
    let term = json!({ "some": "cards.vehicle", "where": { "all": [
        { "field": "cards.vehicle.year", "op": "gt", "value": 2020 },
    ] } });
    let rule = rule(json!({
        "criteria": { "kind": "form", "group": { "all": [term] } },
        "tests": [
            { "name": "new", "event": {}, "cards": { "vehicle": [{ "year": 2012 }, { "year": 2024 }] }, "expect": { "matched": true } },
            { "name": "old", "event": {}, "cards": { "vehicle": [{ "year": 2012 }] }, "expect": { "matched": false } },
            { "name": "nobody", "event": {}, "expect": { "matched": false } },
        ],
    }));
    assert_eq!(rule.card_kinds(), ["vehicle".to_owned()].into());
    let at = NOON.parse().unwrap();
    let results = run_samples(rule.document(), &rule, &References::default(), at, ZONE);
    assert!(results.iter().all(|result| result.passed), "{results:?}");

    let cards =
        json!({ "vehicle": [{ "id": "a", "year": 2024, "plate": "x" }, { "id": "b", "year": 2012 }] });
    let facts = Facts::default().of_customer(json!({ "name": "Aziza", "@cards": cards })).at(at, ZONE);
    assert_eq!(facts.customer, json!({ "name": "Aziza" }));
    let occasion = Occasion { at, zone: ZONE };
    let outcome = rule.decide(&facts.prepare(), occasion);
    let told = trace(&rule, &facts, occasion, &outcome, &|_| false);
    assert_eq!(told["steps"][0]["held"], true, "{told}");
    assert_eq!(told["steps"][0]["actual"], json!([{ "year": 2024 }, { "year": 2012 }]));
    assert_eq!(
        told["inputs"],
        json!({ "cards.vehicle.id": ["a", "b"], "cards.vehicle.year": [2024, 2012] }),
        "no attribute that the criteria do not read"
    );
}
