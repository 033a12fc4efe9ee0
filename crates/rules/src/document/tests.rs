use super::*;
use crate::catalogue::{Catalogue, Field, FieldGroup};
use serde_json::json;

fn around() -> Surroundings {
    let mut catalogue = Catalogue::new(Some(&json!({ "properties": {
        "amount": { "type": "number" },
        "zone": { "type": "string", "enum": ["UZ", "KZ", "TR"] },
        "paid_at": { "type": "string", "format": "date-time" },
    } })));
    catalogue.add(Field::new(
        "customer.vip",
        "VIP".into(),
        crate::catalogue::FieldKind::Boolean,
        FieldGroup::Customer,
    ));
    Surroundings {
        catalogue,
        events: ["purchase".to_owned(), "gift".to_owned()].into(),
        templates: Some(["thanks".to_owned()].into()),
        ..Surroundings::default()
    }
}

fn document() -> Value {
    json!({
        "event": "purchase",
        "criteria": { "kind": "form", "group": { "all": [
            { "field": "event.amount", "op": "gt", "value": 100 },
            { "any": [
                { "field": "event.zone", "op": "in", "value": ["UZ", "KZ"] },
                { "not": { "field": "customer.vip", "op": "eq", "value": true } },
            ] },
            { "field": "event.paid_at", "op": "ge", "value": "2026-01-01" },
        ] } },
        "reactions": [{ "key": "thank", "kind": "message", "channel": "sms", "template": "thanks" }],
        "tests": [{ "name": "t", "event": {}, "expect": { "matched": false } }],
    })
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut document = document();
    *document.pointer_mut(pointer).unwrap() = value;
    document
}

/// BRE-RULE-03: a form without code is one expression.
#[test]
fn a_form_is_an_expression() {
    let Criteria::Form { group } = Document::read(&document()).unwrap().criteria else { panic!() };
    let text = text_of(&group, &|path| around().is_date(path)).unwrap();
    assert_eq!(
        text,
        "(event.amount > 100) and ((event.zone in ['UZ', 'KZ']) or (not (customer.vip == true))) and (d(event.paid_at) >= d('2026-01-01'))"
    );
    assert!(check(&document(), &around()).is_empty(), "{:?}", check(&document(), &around()));
}

#[test]
fn texts_are_quoted_whatever_they_hold() {
    for text in ["plain", "it's", "say \"x\"", "both ' and \"", "') or true or ('"] {
        let expression = Expression::compile(&format!("event.a == {}", form::quoted(text))).unwrap();
        let facts = crate::Facts { event: json!({ "a": text }), ..crate::Facts::default() };
        assert_eq!(expression.holds(&facts), Ok(true), "{text}");
    }
}

/// Every fault names its place, says what would be right, and shows the nearest name.
#[test]
fn faults_name_their_place() {
    let cases = [
        ("/event", json!("purchas"), "unknown_event", "/event", json!("purchase")),
        (
            "/criteria/group/all/0/field",
            json!("event.amont"),
            "unknown_field",
            "/criteria/group/all/0/field",
            json!("event.amount"),
        ),
        (
            "/criteria/group/all/0/value",
            json!("100"),
            "type_mismatch",
            "/criteria/group/all/0/value",
            json!(null),
        ),
        ("/criteria/group/all/0/op", json!("more"), "malformed", "/criteria/group/all/0/op", json!(null)),
        (
            "/criteria/group/all/1/any/0/value",
            json!(["UZB"]),
            "unknown_choice",
            "/criteria/group/all/1/any/0/value",
            json!("UZ"),
        ),
        (
            "/criteria",
            json!({ "kind": "expression", "text": "event.amont > 1" }),
            "unknown_field",
            "/criteria/text",
            json!("event.amount"),
        ),
        (
            "/criteria",
            json!({ "kind": "expression", "text": "event.amount >" }),
            "syntax",
            "/criteria/text",
            json!(null),
        ),
        (
            "/reactions/0/template",
            json!("thank"),
            "unknown_template",
            "/reactions/0/template",
            json!("thanks"),
        ),
        ("/reactions/0/channel", json!("fax"), "unknown_channel", "/reactions/0/channel", json!(null)),
        ("/reactions/0/key", json!("a b"), "malformed", "/reactions/0/key", json!(null)),
        ("/reactions", json!([{ "key": "x", "kind": "dance" }]), "malformed", "/reactions/0", json!(null)),
    ];
    for (pointer, value, code, at, example) in cases {
        let faults = check(&changed(pointer, value), &around());
        let fault = faults.first().unwrap_or_else(|| panic!("{pointer}: no fault"));
        assert_eq!((fault.code.as_str(), fault.pointer.as_str()), (code, at), "{faults:?}");
        assert_eq!(fault.example.clone().unwrap_or_default(), example, "{faults:?}");
    }
}

#[test]
fn a_rule_that_makes_its_own_event_is_warned_of() {
    let own = changed(
        "/reactions",
        json!([{ "key": "again", "kind": "emit", "event": "purchase", "data": { "amount": "event.amount" } }]),
    );
    assert!(check(&own, &around()).iter().any(|fault| fault.code == "own_event"));
}

/// OMNI-09 and the rest of the document survive being read and written.
#[test]
fn a_document_is_read_and_written_the_same() {
    let mut full = document();
    full["hours"] = json!({ "days": [1, 2], "from": "09:00", "to": "21:00" });
    full["limit"] = json!({ "times": 1, "per_seconds": 86400 });
    full["on_error"] = json!("roll_back");
    full["goal"] = json!({ "event": "purchase", "within_seconds": 604800 });
    let read = Document::read(&full).unwrap();
    let again = Document::read(&serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(read, again);
    assert_eq!((read.on_error, read.limit.unwrap().times), (OnError::RollBack, 1));
}
