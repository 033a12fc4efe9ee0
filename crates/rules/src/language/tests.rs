//! What the language means. Run against every new version of the evaluator (field notes, 5.2).

use crate::{EvalError, Expression, Facts, References};
use serde_json::{Value, json};

fn facts() -> Facts {
    let mut facts = Facts {
        event: json!({
            "amount": 250, "n": null, "zero": 0, "name": "Ann", "city_id": "1726", "when": "2026-03-01",
            "items": [{ "sku": "A", "price": 10, "count": 2 }, { "sku": "B", "price": 5.5, "count": 1 }],
        }),
        customer: json!({ "vip": true, "name": "Азиз" }),
        ..Facts::default()
    };
    let tables = json!({ "cities": { "1726": { "name": "Tashkent" } } });
    facts.reference = References::new(tables.as_object().cloned().unwrap());
    facts.at("2026-03-02T09:00:00Z".parse().unwrap(), chrono_tz::Asia::Tashkent)
}

fn value(text: &str) -> Value {
    Expression::compile(text).unwrap().evaluate(&facts()).unwrap()
}

fn code(text: &str) -> String {
    Expression::compile(text).unwrap_err().first().unwrap().code.clone()
}

/// Numbers are decimals, and what has no result has no value.
#[test]
fn numbers() {
    for (text, expected) in [
        ("0.1 + 0.2 == 0.3", json!(true)),
        ("1/0", json!(null)),
        ("event.amount % 0", json!(null)),
        ("1/0 + 5", json!(null)),
        ("10 / event.zero > 1", json!(false)),
        ("round(2.5)", json!(3)),
        ("round(-2.5)", json!(-3)),
        ("round(1.005, 2)", json!(1.01)),
        ("'12' == 12", json!(false)),
        ("2 ^ 3", json!(8)),
        ("-event.amount", json!(-250)),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
    assert_eq!(value("string(1/3*3)"), json!("0.9999999999999999999999999999"));
}

/// A comparison with no value is false, a sum with no value is no value, and only `== null` asks for it.
#[test]
fn no_value() {
    for (text, expected) in [
        ("event.n > 3", json!(false)),
        ("event.n <= 3", json!(false)),
        ("not (event.n > 3)", json!(true)),
        ("3 > event.missing.deep", json!(false)),
        ("event.missing == null", json!(true)),
        ("event.missing.deep.x == null", json!(true)),
        ("event.amount == null", json!(false)),
        ("event.n != 3", json!(true)),
        ("event.n + 1", json!(null)),
        ("event.n * 2 + 1 > 0", json!(false)),
        ("event.n in [1, 2]", json!(false)),
        ("event.n in [1..10]", json!(false)),
        ("event.n not in [1, 2]", json!(true)),
        ("event.amount in event.n", json!(false)),
        ("contains(event.n, 'a')", json!(false)),
        ("startsWith(event.n, 'a')", json!(false)),
        ("upper(event.n)", json!(null)),
        ("len(event.n) > 0", json!(false)),
        ("d(event.n)", json!(null)),
        ("d(event.n) > d('2026-01-01')", json!(false)),
        ("d(event.n).add(1, 'd').isBefore(d('2026-01-01'))", json!(false)),
        ("event.n or event.amount > 1", json!(true)),
        ("event.n and true", json!(false)),
        ("not event.n", json!(true)),
        ("event.n ? 1 : 2", json!(2)),
        ("event.n ?? 7", json!(7)),
        ("some(event.n, # > 1)", json!(false)),
        ("count(event.n, true)", json!(0)),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

/// Paths, lists, texts, dates, reference tables.
#[test]
fn values() {
    for (text, expected) in [
        ("event.amount in [1..250]", json!(true)),
        ("event.amount in [1..250)", json!(false)),
        ("event.amount in (249..300)", json!(true)),
        ("event.name in ['Bob', 'Ann']", json!(true)),
        ("customer.vip and event.amount > 100", json!(true)),
        ("sum(map(event.items, #.price * #.count))", json!(25.5)),
        ("some(event.items, #.sku == 'B' and #.price < 6)", json!(true)),
        ("ref.cities[event.city_id].name", json!("Tashkent")),
        ("ref.cities['9'].name", json!(null)),
        ("`Hello ${customer.name}`", json!("Hello Азиз")),
        ("d(event.when) < d(time.iso)", json!(true)),
        ("d(event.when).add(1, 'd').isSame(d('2026-03-02'))", json!(true)),
        ("time.hour", json!(14)),
        ("{ sum: event.amount, who: upper(event.name) }", json!({ "sum": 250, "who": "ANN" })),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

/// Types that do not go together are an error of that evaluation, never a panic.
#[test]
fn failures() {
    for text in [
        "'a' + 1",
        "event.name > 3",
        "79228162514264337593543950335 + 1",
        "event.name.x + event.amount * event.name",
    ] {
        let result = Expression::compile(text).unwrap().evaluate(&facts());
        assert!(matches!(result, Err(EvalError::Failed(_)) | Ok(Value::Null)), "{text}: {result:?}");
    }
    let result = Expression::compile("event.amount").unwrap().holds(&facts());
    assert_eq!(result, Err(EvalError::NotBoolean("number")));
}

/// What could not be repeated, or could run without end, is refused by name before it runs.
#[test]
fn the_gate() {
    for (text, expected) in [
        ("", "empty"),
        ("1 +", "syntax"),
        ("'open", "syntax"),
        ("event.a event.b", "syntax"),
        ("foo(1)", "unknown_function"),
        ("rand(10) > 3", "not_allowed"),
        ("d() > d('2026-01-01')", "not_allowed"),
        ("d('now')", "not_allowed"),
        ("date('now')", "not_allowed"),
        ("d(time.iso).isToday()", "not_allowed"),
        ("map([1..3000000], # * 2)", "not_allowed"),
        ("sum([1..event.amount])", "not_allowed"),
        ("$root.event.a", "not_allowed"),
        ("not event.a == 3", "not_allowed"),
        ("matches(event.name, event.pattern)", "not_allowed"),
        ("evnt.amount > 3", "unknown_field"),
        ("map(event.a, map(event.b, map(event.c, 1)))", "too_deep"),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
    assert_eq!(code(&"(".repeat(20_000)), "too_long");
    assert_eq!(code(&format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000))), "too_deep");
    assert_eq!(code(&format!("{}1", "-".repeat(5_000))), "too_deep");
    assert_eq!(code(&["event.a"; 1_000].join(" or ")), "too_deep");
    assert_eq!(Expression::compile("evnt.a").unwrap_err().first().unwrap().example, Some(json!("event")));
}

/// What an expression reads is known without running it.
#[test]
fn fields() {
    let expression = Expression::compile(
        "ref.cities[event.city_id].name == 'x' and some(event.items as item, item.price > customer.limit)",
    )
    .unwrap();
    let fields: Vec<&str> = expression.fields().iter().map(String::as_str).collect();
    assert_eq!(fields, ["customer.limit", "event.city_id", "event.items", "ref.cities"]);
}

fn read(text: &str) -> Vec<String> {
    Expression::compile(text)
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
        .fields()
        .iter()
        .cloned()
        .collect()
}

/// UMS-ENT-05: of linked cards it is known which attribute of which kind is read, so that rights are kept and names are
/// checked.
#[test]
fn what_is_read_of_cards_is_known_by_attribute() {
    for (text, expected) in [
        ("some(cards.vehicle, #.year > 2020)", vec!["cards.vehicle.id", "cards.vehicle.year"]),
        ("none(cards.vehicle as car, car.year > 2020)", vec!["cards.vehicle.id", "cards.vehicle.year"]),
        ("len(cards.vehicle) > 0", vec!["cards.vehicle.id"]),
        ("len(filter(cards.vehicle, #.year > 1)) > 1", vec!["cards.vehicle.id", "cards.vehicle.year"]),
        (
            "some(filter(cards.vehicle, #.year > 1), #.plate == event.plate)",
            vec!["cards.vehicle.id", "cards.vehicle.plate", "cards.vehicle.year", "event.plate"],
        ),
        ("map(cards.vehicle ?? [], #.plate)", vec!["cards.vehicle.id", "cards.vehicle.plate"]),
        (
            "some(event.items, some(cards.vehicle, #.year > 1) and #.price > 1)",
            vec!["cards.vehicle.id", "cards.vehicle.year", "event.items"],
        ),
        // Whole cards come out, so all of them is read.
        ("cards.vehicle[0].plate", vec!["cards.vehicle"]),
        ("filter(cards.vehicle, #.year > 1)[0].plate", vec!["cards.vehicle", "cards.vehicle.year"]),
        ("some(map(cards.vehicle, #), #.plate == 1)", vec!["cards.vehicle", "cards.vehicle.id"]),
        ("cards.vehicle", vec!["cards.vehicle"]),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

/// UMS-ENT-05: cards are lists by kind, at most a list for each; nobody known is no card.
#[test]
fn cards_are_asked_as_lists() {
    let mut facts = facts();
    facts.cards = json!({ "vehicle": [{ "year": 2022, "plate": "A" }, { "year": 2015 }], "boat": [] });
    for (text, expected) in [
        ("some(cards.vehicle, #.year > 2020)", true),
        ("some(cards.vehicle, #.year > 2020 and #.plate == 'B')", false),
        ("all(cards.vehicle, #.year > 2020)", false),
        ("count(cards.vehicle, #.year > 2000) == 2", true),
        ("cards.vehicle[0].year == 2022", true),
        ("len(cards.boat) == 0", true),
        ("none(cards.boat, true)", true),
        ("some(cards.plane, true)", false),
        ("len(cards.plane) == 0", false),
    ] {
        assert_eq!(Expression::compile(text).unwrap().holds(&facts), Ok(expected), "{text}");
    }
    for refused in ["cards.vehicle.year > 2020", "len(cards) > 0", "cards[event.kind] != null"] {
        assert_eq!(code(refused), "not_allowed", "{refused}");
    }
}
