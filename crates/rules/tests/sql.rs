//! Both back ends of the language give the same set, in a real Postgres, nulls included.
#![expect(clippy::unwrap_used, reason = "tests")]

use platform::testing::TestDb;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use rules::sql::{Column, ColumnKind, Columns, List, Param, SqlCondition, compile};
use rules::{Expression, Facts};
use serde_json::{Value, json};
use sqlx::PgConnection;

const PROFILES: usize = 400;

struct Table;

impl Columns for Table {
    fn column(&self, path: &str) -> Option<Column> {
        let key = path.strip_prefix("customer.")?;
        let (sql, kind) = match key {
            "age" | "spent" => (format!("(p.body->>'{key}')::numeric"), ColumnKind::Number),
            "name" | "city" => (format!("(p.body->>'{key}')"), ColumnKind::Text),
            "vip" => ("(p.body->>'vip')::boolean".to_owned(), ColumnKind::Boolean),
            "born" | "seen" => (format!("(p.body->>'{key}')::timestamptz"), ColumnKind::Moment),
            _ => return None,
        };
        Some(Column { sql, kind })
    }

    fn list(&self, path: &str) -> Option<List> {
        let sql = "select v.card from jsonb_array_elements(p.body->'vehicles') as v (card)";
        (path == "cards.vehicle").then(|| List { sql: sql.to_owned() })
    }

    fn item(&self, path: &str, alias: &str) -> Option<Column> {
        let key = path.strip_prefix("cards.vehicle.")?;
        let (sql, kind) = match key {
            "year" => (format!("({alias}.card->>'year')::numeric"), ColumnKind::Number),
            "plate" => (format!("({alias}.card->>'plate')"), ColumnKind::Text),
            "leased" => (format!("({alias}.card->>'leased')::boolean"), ColumnKind::Boolean),
            "bought" => (format!("({alias}.card->>'bought')::timestamptz"), ColumnKind::Moment),
            _ => return None,
        };
        Some(Column { sql, kind })
    }

    fn paths(&self) -> Vec<String> {
        let own =
            ["age", "spent", "name", "city", "vip", "born", "seen"].map(|key| format!("customer.{key}"));
        own.into_iter().chain(["cards.vehicle".to_owned(), "cards.vehicle.year".to_owned()]).collect()
    }

    fn facts(&self) -> Facts {
        Facts::default().at("2026-03-02T09:00:00Z".parse().unwrap(), chrono_tz::Asia::Tashkent)
    }
}

fn maybe(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 4 => value].boxed()
}

fn day() -> BoxedStrategy<Value> {
    (1..28_u32, 1..13_u32, 1960..2026_i32)
        .prop_map(|(d, m, y)| json!(format!("{y}-{m:02}-{d:02}T00:00:00Z")))
        .boxed()
}

/// A card, with and without each attribute.
fn vehicle() -> impl Strategy<Value = Value> {
    (
        maybe((2000..2026_i64).prop_map(Value::from)),
        maybe("[abA]{0,2}".prop_map(Value::from)),
        maybe(any::<bool>().prop_map(Value::from)),
        maybe(day()),
    )
        .prop_map(|(year, plate, leased, bought)| {
            json!({ "year": year, "plate": plate, "leased": leased, "bought": bought })
        })
}

fn profile() -> impl Strategy<Value = Value> {
    (
        maybe((0..90_i64).prop_map(Value::from)),
        maybe((-500..500_i64).prop_map(|cents| json!(f64::from(i32::try_from(cents).unwrap()) / 4.0))),
        maybe("[abA]{0,3}".prop_map(Value::from)),
        maybe(prop_oneof![Just(json!("Tashkent")), Just(json!("Buxoro")), Just(json!(""))]),
        maybe(any::<bool>().prop_map(Value::from)),
        maybe(day()),
        maybe((0..100_000_i64).prop_map(|m| {
            json!(chrono::DateTime::from_timestamp(1_772_000_000 + m * 61, 0).unwrap().to_rfc3339())
        })),
        proptest::collection::vec(vehicle(), 0..4),
    )
        .prop_map(|(age, spent, name, city, vip, born, seen, vehicles)| {
            json!({ "age": age, "spent": spent, "name": name, "city": city, "vip": vip, "born": born, "seen": seen,
                "vehicles": vehicles })
        })
}

fn number() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("customer.age".to_owned()),
        Just("customer.spent".to_owned()),
        (-50..90_i64).prop_map(|n| if n < 0 { format!("({n})") } else { n.to_string() }),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), "[-+*]", inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} ?? {b})")),
        ]
    })
    .boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        Just("customer.name".to_owned()),
        Just("customer.city".to_owned()),
        "[abA]{0,2}".prop_map(|text| format!("'{text}'")),
    ]
    .boxed()
}

fn moment() -> BoxedStrategy<String> {
    prop_oneof![
        Just("d(customer.born)".to_owned()),
        Just("d(customer.seen)".to_owned()),
        Just("d(time.iso)".to_owned()),
        Just("d('1990-02-28')".to_owned()),
        Just("d(customer.born).add(30, 'd')".to_owned()),
        Just("d(customer.seen).sub(2, 'M')".to_owned()),
    ]
    .boxed()
}

/// What is asked of one card, the customer beside it.
fn of_card() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        ("(<|<=|>|>=|==|!=)", 2000..2026_i64).prop_map(|(op, year)| format!("#.year {op} {year}")),
        Just("#.year - 1960 > customer.age".to_owned()),
        (text(), "(==|!=)").prop_map(|(a, op)| format!("#.plate {op} {a}")),
        Just("#.plate == null".to_owned()),
        Just("#.leased".to_owned()),
        Just("contains(#.plate, 'a')".to_owned()),
        Just("d(#.bought) > d(customer.born).add(30, 'y')".to_owned()),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
    .boxed()
}

fn condition() -> BoxedStrategy<String> {
    let compare = "(<|<=|>|>=|==|!=)";
    let leaf = prop_oneof![
        (number(), compare, number()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (moment(), compare, moment()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (text(), "(==|!=)", text()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (text(), "(==|!=)").prop_map(|(a, op)| format!("{a} {op} null")),
        ("(contains|startsWith|endsWith)", text(), text()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
        (number(), "(in|not in)", 0..60_i64, "[])]")
            .prop_map(|(a, op, n, end)| format!("{a} {op} [{n}..{}{end}", n + 20)),
        (text(), "(in|not in)").prop_map(|(a, op)| format!("{a} {op} ['a', 'Tashkent', '']")),
        Just("customer.vip".to_owned()),
        Just("customer.vip == true".to_owned()),
        Just("customer.age in [18, 30, 65]".to_owned()),
        ("(some|none|all|one)", of_card()).prop_map(|(ask, inner)| format!("{ask}(cards.vehicle, {inner})")),
        (of_card(), compare, 0..3)
            .prop_map(|(inner, op, n)| format!("count(cards.vehicle, {inner}) {op} {n}")),
        (compare, 0..3).prop_map(|(op, n)| format!("len(cards.vehicle) {op} {n}")),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
    .boxed()
}

async fn select(db: &mut PgConnection, condition: &SqlCondition) -> Vec<i32> {
    let text = format!("select p.n from profile p where {} order by p.n", condition.text);
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(text));
    for param in &condition.params {
        query = match param {
            Param::Text(text) => query.bind(text.clone()),
            Param::Texts(texts) => query.bind(texts.clone()),
        };
    }
    query.fetch_all(db).await.unwrap()
}

/// The language of sets is the language of events (MKT-SEG, OMNI-08), linked cards included (UMS-ENT-05).
#[tokio::test]
async fn both_back_ends_give_the_same_set() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let profiles: Vec<Value> =
        (0..PROFILES).map(|_| profile().new_tree(&mut runner).unwrap().current()).collect();
    let db = TestDb::new().await;
    let mut db = db.pool().acquire().await.unwrap();
    sqlx::query("create temp table profile (n int, body jsonb)").execute(&mut *db).await.unwrap();
    sqlx::query(
        "insert into profile select n::int, body from unnest($1::jsonb[]) with ordinality as given (body, n)",
    )
    .bind(&profiles)
    .execute(&mut *db)
    .await
    .unwrap();
    let facts = |body: &Value| Facts {
        customer: body.clone(),
        cards: json!({ "vehicle": body["vehicles"] }),
        ..Table.facts()
    };
    let facts: Vec<Facts> = profiles.iter().map(facts).collect();

    for _ in 0..300 {
        let text = condition().new_tree(&mut runner).unwrap().current();
        let expression = Expression::compile(&text).unwrap();
        let in_memory: Vec<i32> = (1..)
            .zip(&facts)
            .filter(|(_, facts)| expression.holds(facts).unwrap_or_else(|error| panic!("{text}: {error}")))
            .map(|(n, _)| n)
            .collect();
        let sql = compile(&expression, &Table).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        assert_eq!(select(&mut db, &sql).await, in_memory, "{text} as {sql:?}");
    }
}

#[test]
fn what_sql_cannot_say_is_refused_by_name() {
    for (text, code) in [
        ("customer.nam == 'x'", "unknown_field"),
        ("customer.born > '2026-01-01'", "not_in_sets"),
        ("customer.name > 3", "not_in_sets"),
        ("upper(customer.name) == 'A'", "not_in_sets"),
        ("some(customer.items, # > 1)", "not_in_sets"),
        ("some(cards.vehicl, #.year > 1)", "unknown_field"),
        ("some(cards.vehicle, #.yeer > 1)", "unknown_field"),
        ("some(cards.vehicle as v, v.year > 1)", "not_in_sets"),
        ("some(filter(cards.vehicle, #.year > 1), #.leased)", "not_in_sets"),
        ("cards.vehicle[0].year > 1", "not_in_sets"),
    ] {
        let faults = compile(&Expression::compile(text).unwrap(), &Table).unwrap_err();
        assert_eq!(faults.first().unwrap().code, code, "{text}");
    }
    let faults = compile(&Expression::compile("customer.nam == 'x'").unwrap(), &Table).unwrap_err();
    assert_eq!(faults.first().unwrap().example, Some(json!("customer.name")));
}

/// Nothing of the text reaches the statement, whatever it holds.
#[test]
fn values_are_bound() {
    let expression = Expression::compile("customer.name == \"'; drop table crm.customer; --\"").unwrap();
    let sql = compile(&expression, &Table).unwrap();
    assert_eq!(sql.text, "((p.body->>'name') = $1::text)");
    assert_eq!(sql.params, [Param::Text("'; drop table crm.customer; --".to_owned())]);
}
