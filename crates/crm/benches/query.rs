//! Filters on a million customers by their attributes, with and without the index of an attribute.
//! `cargo bench -p crm` (the work is Postgres's, so `--profile dev` gives the same figures sooner).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a benchmark")]

use base::{Author, Edit, LocalText, Locale};
use chrono::DateTime;
use crm::attribute::{AttributeFields, AttributeType, CUSTOMER};
use crm::columns::{Condition, RecordColumns};
use crm::query::{self, Search};
use crm::question::{Measure, MeasureFn, Question};
use crm::store::{attribute, build};
use crm::viewer::Viewer;
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::PgConnection;
use std::time::{Duration, Instant};

const CUSTOMERS: i64 = 1_000_000;
const ROUNDS: usize = 50;

fn defined(key: &str, value_type: AttributeType, indexed: bool) -> AttributeFields {
    AttributeFields {
        of: CUSTOMER.to_owned(),
        key: key.to_owned(),
        title: LocalText([(Locale::En, key.to_owned())].into()),
        value_type,
        unit: None,
        choices: Vec::new(),
        link_to: None,
        required: false,
        unique: false,
        searchable: false,
        indexed,
        readers: None,
        editors: None,
        position: 0,
    }
}

async fn fill(db: &mut PgConnection) {
    sqlx::query(
        "insert into crm.customer (customer_id, kind, name, vip, language, attributes, created_at, updated_at)
         select gen_random_uuid(), 'individual', 'Customer ' || n, n % 50 = 0, 'uz',
             jsonb_build_object('tier', (array['basic', 'silver', 'gold', 'platinum'])[1 + n % 4],
                 'account', 'A' || n, 'balance', n % 100000, 'free', 'A' || n,
                 'seen', to_char('2026-01-01'::date + (n % 300)::int, 'YYYY-MM-DD')),
             timestamptz '2020-01-01Z' + n * interval '1 minute', now()
         from generate_series(1, $1) n",
    )
    .bind(CUSTOMERS)
    .execute(&mut *db)
    .await
    .unwrap();
    sqlx::query("vacuum analyze crm.customer").execute(db).await.unwrap();
}

async fn measure(db: &mut PgConnection, columns: &RecordColumns, text: &str, rounds: usize) {
    let condition = Condition::compile(text, columns.clone()).unwrap();
    let mut times = Vec::with_capacity(rounds);
    let mut found = 0;
    for _ in 0..rounds {
        let begun = Instant::now();
        let search = Search { condition: Some(&condition), ..Search::default() };
        found = query::search_customers(db, search, None, 51).await.unwrap().len();
        times.push(begun.elapsed());
    }
    times.sort();
    show(text, found, &times);
}

fn show(text: &str, found: usize, times: &[Duration]) {
    let at =
        |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    println!("{text:<60} first {found:>2}   p50 {:>8.2} ms   p99 {:>8.2} ms", at(50), at(99));
}

async fn run() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    sqlx::query("set statement_timeout = 0").execute(&mut *db).await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let begun = Instant::now();
    fill(&mut db).await;
    println!("{CUSTOMERS} customers written in {:.1} s", begun.elapsed().as_secs_f64());
    for (key, value_type, indexed) in [
        ("account", AttributeType::Text, true),
        ("balance", AttributeType::Decimal, true),
        ("seen", AttributeType::Date, true),
        ("free", AttributeType::Text, false),
    ] {
        let now = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
        let mut edit = Edit { now, author: Author::System, rng: &mut rng };
        attribute::insert(&mut db, &mut edit, &defined(key, value_type, indexed)).await.unwrap();
    }
    let begun = Instant::now();
    build::pass(test_db.pool()).await.unwrap();
    println!("three indexes made in {:.1} s, while others could write", begun.elapsed().as_secs_f64());

    let attributes = query::attributes(&mut db, CUSTOMER).await.unwrap();
    let columns = RecordColumns::customers(&attributes, &Viewer::Server, rules::Facts::default());
    for text in [
        "customer.account == 'A777777'",
        "customer.balance == 777",
        "customer.balance > 99990 and customer.tier == 'gold'",
        "d(customer.seen) == d('2026-03-02')",
        "customer.tier == 'gold'",
        "customer.account in ['A1', 'A500000', 'A999999']",
    ] {
        measure(&mut db, &columns, text, ROUNDS).await;
    }
    measure(&mut db, &columns, "customer.free == 'A777777'", 3).await;
    let question = Question {
        of: CUSTOMER.to_owned(),
        condition: None,
        group_by: vec!["tier".to_owned()],
        measures: vec![
            Measure { function: MeasureFn::Count, field: None },
            Measure { function: MeasureFn::Sum, field: Some("balance".to_owned()) },
        ],
    };
    let mut times = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        query::ask(&mut db, CUSTOMER, question.planned(&columns).unwrap(), None).await.unwrap();
        times.push(begun.elapsed());
    }
    times.sort();
    show("a report: count and sum by tier over all", 4, &times);
}

fn main() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run());
}
