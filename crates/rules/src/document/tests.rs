use super::*;
use crate::catalogue::{Catalogue, Field, FieldGroup, FieldKind};
use proptest::prelude::*;
use serde_json::json;

fn around() -> Surroundings {
    let mut catalogue = Catalogue::new(Some(&json!({ "properties": {
        "amount": { "type": "number" },
        "zone": { "type": "string", "enum": ["UZ", "KZ", "TR"] },
        "paid_at": { "type": "string", "format": "date-time" },
    } })));
    catalogue.add(Field::new("customer.vip", "VIP".into(), FieldKind::Boolean, FieldGroup::Customer));
    for (path, title, kind) in [
        ("cards.vehicle", "Vehicles", FieldKind::List),
        ("cards.vehicle.id", "Id", FieldKind::Text),
        ("cards.vehicle.year", "Year", FieldKind::Number),
        ("cards.vehicle.bought", "Bought", FieldKind::Date),
        ("cards.boat", "Boats", FieldKind::List),
        ("cards.boat.id", "Id", FieldKind::Text),
    ] {
        catalogue.add(Field::new(path, title.into(), kind, FieldGroup::Cards));
    }
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

fn with_cards(term: Value) -> Value {
    changed("/criteria/group/all/0", term)
}

/// UMS-ENT-05: a form asks which cards a customer has, without an expression; any card counts where nothing is asked.
#[test]
fn a_form_asks_for_linked_cards() {
    let text = |term: Value| text_of(&term, &|path| around().is_date(path));
    let new = json!({ "field": "cards.vehicle.year", "op": "gt", "value": 2020 });
    for (term, expected) in [
        (json!({ "some": "cards.vehicle" }), "some(cards.vehicle, true)"),
        (json!({ "none": "cards.boat", "where": { "all": [] } }), "none(cards.boat, true)"),
        (
            json!({ "some": "cards.vehicle", "where": { "all": [
                new, { "field": "cards.vehicle.bought", "op": "ge", "value": "2026-01-01" },
            ] } }),
            "some(cards.vehicle, (#.year > 2020) and (d(#.bought) >= d('2026-01-01')))",
        ),
        (
            json!({ "not": { "none": "cards.vehicle", "where": { "not": { "any": [new] } } } }),
            "not (none(cards.vehicle, not ((#.year > 2020))))",
        ),
    ] {
        assert_eq!(text(term.clone()).unwrap(), expected, "{term}");
        let found = check(&with_cards(term.clone()), &around());
        assert!(found.is_empty(), "{term}: {found:?}");
    }
    for (term, pointer) in [
        (new.clone(), "/field"),
        (json!({ "some": "cards.boat", "where": new }), "/where/field"),
        (json!({ "some": "vehicle" }), "/some"),
        (json!({ "some": "cards.vehicle.year" }), "/some"),
        (json!({ "some": "cards.vehicle) or (true" }), "/some"),
        (json!({ "some": "cards.vehicle", "where": { "none": "cards.boat" } }), "/where"),
    ] {
        let faults = text(term.clone()).unwrap_err();
        assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("malformed", pointer), "{term}");
    }
}

/// UMS-ENT-05: what asks for linked cards is read back into the form; what the form cannot ask of them stays a text.
#[test]
fn an_expression_over_cards_is_a_form_again() {
    let dates = |path: &str| around().is_date(path);
    let new = json!({ "field": "cards.vehicle.year", "op": "gt", "value": 2020 });
    let bought =
        json!({ "field": "cards.vehicle.bought", "op": "between", "value": ["2026-01-01", "2026-02-01"] });
    for term in [
        json!({ "some": "cards.vehicle" }),
        json!({ "none": "cards.vehicle", "where": { "all": [new] } }),
        json!({ "some": "cards.vehicle", "where": { "any": [new, bought,
            { "not": { "all": [{ "field": "cards.vehicle.year", "op": "is_set" }] } }] } }),
    ] {
        let group = json!({ "all": [{ "field": "event.amount", "op": "gt", "value": 5 }, term] });
        let text = text_of(&group, &dates).unwrap();
        assert_eq!(group_of(&text, &dates).map(|again| text_of(&again, &dates).unwrap()), Some(text.clone()));
        assert_eq!(group_of(&text, &dates), Some(group), "{text}");
        let alone = text_of(&term, &dates).unwrap();
        assert_eq!(group_of(&alone, &dates), Some(json!({ "all": [term] })), "{alone}");
    }
    for text in [
        "count(cards.vehicle, #.year > 2020) > 1",
        "all(cards.vehicle, #.year > 2020)",
        "some(cards.vehicle, # as car, car.year > 2020)",
        "some(cards.vehicle, some(cards.boat, #.year > 2020))",
        "some(customer.phones, # == '1')",
        "some(cards.vehicle, #.year > event.amount)",
        "cards.vehicle.year > 2020",
    ] {
        assert_eq!(group_of(text, &dates), None, "{text}");
    }
}

/// UMS-ENT-05: a kind or an attribute of cards that is not there is marked with the nearest name.
#[test]
fn unknown_kinds_and_attributes_of_cards_are_marked() {
    let text = |text: &str| changed("/criteria", json!({ "kind": "expression", "text": text }));
    let of_year = |op: &str, value: Value| {
        with_cards(json!({ "some": "cards.vehicle", "where": { "all": [
            { "field": "cards.vehicle.year", "op": op, "value": value },
        ] } }))
    };
    let place = "/criteria/group/all/0";
    let mut mistyped = of_year("gt", json!(2020));
    *mistyped.pointer_mut(&format!("{place}/where/all/0/field")).unwrap() = json!("cards.vehicle.yeer");
    for (document, code, at, example) in [
        (
            with_cards(json!({ "some": "cards.vehicel" })),
            "unknown_card_kind",
            format!("{place}/some"),
            json!("cards.vehicle"),
        ),
        (mistyped, "unknown_field", format!("{place}/where/all/0/field"), json!("cards.vehicle.year")),
        (of_year("gt", json!("x")), "type_mismatch", format!("{place}/where/all/0/value"), json!(null)),
        (
            text("some(cards.vehicel, #.year > 1)"),
            "unknown_card_kind",
            "/criteria/text".to_owned(),
            json!("cards.vehicle"),
        ),
        (
            text("some(cards.vehicle, #.yeer > 1)"),
            "unknown_field",
            "/criteria/text".to_owned(),
            json!("cards.vehicle.year"),
        ),
        (text("cards.vehicle.year > 1"), "not_allowed", "/criteria/text".to_owned(), json!(null)),
    ] {
        let faults = check(&document, &around());
        let fault = faults.first().unwrap_or_else(|| panic!("{document}: no fault"));
        assert_eq!((fault.code.as_str(), fault.pointer.as_str()), (code, at.as_str()), "{faults:?}");
        assert_eq!(fault.example.clone().unwrap_or_default(), example, "{faults:?}");
    }
    assert!(check(&text("len(cards.boat) > 0"), &around()).is_empty());
    // What is closed stays closed: the attribute, and whole cards, not the others.
    let mut closed = around();
    closed.catalogue.close("cards.vehicle.year");
    for (expression, is_closed) in [
        ("some(cards.vehicle, #.year > 1)", true),
        ("len(cards.vehicle) > 0", false),
        ("cards.vehicle[0].bought == null", true),
    ] {
        let found = check(&text(expression), &closed);
        assert_eq!(
            found.iter().any(|fault| fault.code == crate::catalogue::CLOSED_FIELD),
            is_closed,
            "{expression}: {found:?}"
        );
    }
}

fn is_when(path: &str) -> bool {
    path == "event.when"
}

/// What the form can say is shown in it, however it was written.
#[test]
fn an_expression_becomes_a_form_where_the_form_can_say_it() {
    let one = |field: &str, op: &str, value: Value| json!({ "field": field, "op": op, "value": value });
    for (text, group) in [
        ("account.services >= 3", json!({ "all": [one("account.services", "ge", json!(3))] })),
        (
            "account.level >= 3 and customer.language == 'ru' and time.hour in [9, 10]",
            json!({ "all": [
                one("account.level", "ge", json!(3)),
                one("customer.language", "eq", json!("ru")),
                one("time.hour", "in", json!([9, 10])),
            ] }),
        ),
        (
            "not (customer.vip or contains(customer.name, 'OOO'))",
            json!({ "not": { "any": [
                one("customer.vip", "eq", json!(true)),
                one("customer.name", "contains", json!("OOO")),
            ] } }),
        ),
        (
            "account.services >= 2 and account.services <= (-1.5)",
            json!({ "all": [one("account.services", "between", json!([2, -1.5]))] }),
        ),
        (
            "customer.email == null or customer.email == ''",
            json!({ "all": [{ "field": "customer.email", "op": "is_empty" }] }),
        ),
        (
            "d(event.when) >= d('2026-01-01')",
            json!({ "all": [one("event.when", "ge", json!("2026-01-01"))] }),
        ),
    ] {
        assert_eq!(group_of(text, &is_when), Some(group), "{text}");
    }
}

/// What it cannot say stays a text: nothing is left out, and nothing is turned into something else.
#[test]
fn an_expression_that_the_form_cannot_say_has_none() {
    for text in [
        "account.services * 2 > 5",
        "account.services > account.level",
        "3 <= account.services",
        "event.when >= '2026-01-01'",
        "d(event.other) >= d('2026-01-01')",
        "time.hour in [9..18]",
        "len(customer.name) > 3",
        "account.earned['cash-back'] > 3",
        "event.amount > 3 ? true : false",
        "event.amount >",
        "",
    ] {
        assert_eq!(group_of(text, &is_when), None, "{text}");
    }
}

fn any_term() -> impl Strategy<Value = Value> {
    let field = prop::sample::select(vec!["event.a", "event.b", "event.when"]);
    let number = -3..4_i32;
    let leaf = prop_oneof![
        (field.clone(), prop::sample::select(vec!["eq", "ne", "lt", "ge"]), number.clone()).prop_map(
            |(field, op, value)| match field {
                "event.when" =>
                    json!({ "field": field, "op": op, "value": format!("2026-01-0{}", value + 4) }),
                _ => json!({ "field": field, "op": op, "value": value }),
            }
        ),
        (number.clone(), number)
            .prop_map(|(from, to)| json!({ "field": "event.a", "op": "between", "value": [from, to] })),
        field.clone().prop_map(|field| json!({ "field": field, "op": "is_set" })),
        field.prop_map(|field| json!({ "field": field, "op": "is_empty" })),
        prop::collection::vec(-3..4_i32, 0..3)
            .prop_map(|values| json!({ "field": "event.b", "op": "not_in", "value": values })),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| json!({ "all": items })),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| json!({ "any": items })),
            inner.prop_map(|inner| json!({ "not": { "all": [inner] } })),
        ]
    })
}

proptest! {
    /// A form that was kept as a text comes back, and decides as before.
    #[test]
    fn a_form_comes_back_from_its_text(term in any_term(), a in -3..4_i32, b in -3..4_i32, day in 1..8) {
        let text = text_of(&term, &is_when).unwrap();
        let again = group_of(&text, &is_when);
        prop_assert!(again.is_some(), "{text}");
        let written = text_of(&again.unwrap(), &is_when).unwrap();

        for event in [json!({ "a": a, "b": b, "when": format!("2026-01-0{day}") }), json!({ "b": b }), json!({ "a": "" })] {
            let facts = crate::Facts { event, ..crate::Facts::default() };
            let holds = |text: &str| Expression::compile(text).unwrap().holds(&facts);
            prop_assert_eq!(holds(&text), holds(&written), "{} became {}", text, written);
        }
    }
}
