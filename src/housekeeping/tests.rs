use super::*;
use chrono::TimeDelta;
use platform::testing::TestDb;
use rand::SeedableRng;
use uuid::Uuid;

const KEPT: Retention = Retention { decisions_days: 60, runs_days: 30 };

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

async fn partition_of(pool: &PgPool, table: &str) -> Vec<String> {
    let asked = format!("select distinct tableoid::regclass::text from {table} order by 1");
    sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).fetch_all(pool).await.unwrap()
}

/// The first rows of a new server stand in partitions of their own, so that they can be dropped as a whole.
#[tokio::test]
async fn partitions_exist_for_every_table_before_the_first_row() {
    let db = TestDb::new().await;
    make_partitions(db.pool(), now()).await.unwrap();

    let mut tx = db.pool().begin().await.unwrap();
    let mut dice = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
    access::bootstrap(&mut tx, now(), &mut dice).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(partition_of(db.pool(), "platform.event").await, ["platform.event_2026_11"]);
    make_partitions(db.pool(), now() + TimeDelta::days(40)).await.unwrap();
}

async fn decide(pool: &PgPool, days_ago: i64, state: &str) {
    let at = now() - TimeDelta::days(days_ago);
    let event = Uuid::from_u128(u128::try_from(days_ago).unwrap());
    sqlx::query(
        "insert into rules.decision (rule_id, event_id, occurred_at, decided_at, version, variant, subject_id, verdict,
             inputs)
         values ($1, $1, $2, $2, 1, 'a', $1, 'matched', '{}')",
    )
    .bind(event)
    .bind(at)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into rules.reaction (reaction_id, rule_id, version, event_id, occurred_at, key, act, on_error,
             subject_id, context, due_at, state, ended_at)
         values ($1, $1, 1, $1, $2, 'a', '{}', 'continue', $1, '{}', $2, $3,
             case when $3 = 'waiting' then null else $2 end)",
    )
    .bind(event)
    .bind(at)
    .bind(state)
    .execute(pool)
    .await
    .unwrap();
}

async fn days(pool: &PgPool, table: &str, column: &str) -> Vec<i64> {
    let asked = format!("select {column} from {table} order by 1");
    let times: Vec<DateTime<Utc>> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).fetch_all(pool).await.unwrap();
    times.into_iter().map(|at| (now() - at).num_days()).collect()
}

/// Decisions go by weeks and from the default partition, reactions when they have ended.
#[tokio::test]
async fn old_decisions_and_ended_reactions_are_removed() {
    let db = TestDb::new().await;
    let pool = db.pool();
    // The weeks of 90 days ago until now; older decisions stand in the default partition.
    let mut connection = pool.acquire().await.unwrap();
    DECISIONS.make(&mut connection, (now() - TimeDelta::days(90)).date_naive(), 14).await.unwrap();
    for (days_ago, state) in [(120, "done"), (80, "waiting"), (79, "failed"), (59, "done"), (1, "waiting")] {
        decide(pool, days_ago, state).await;
    }

    let removed = remove_old(pool, now(), &KEPT).await.unwrap();

    assert_eq!(days(pool, "rules.decision", "occurred_at").await, [59, 1]);
    assert_eq!(days(pool, "rules.reaction", "occurred_at").await, [80, 59, 1], "what waits is owed");
    assert_eq!((removed.decisions, removed.reactions), (1, 2));
    assert!(removed.weeks.contains(&"decision_2026_08_31".to_owned()), "{removed:?}");
    assert_eq!(remove_old(pool, now(), &KEPT).await.unwrap(), Removed::default());
}

async fn run(pool: &PgPool, flow: Uuid, started: i64, ended: Option<i64>, left: &[i64]) {
    let id = Uuid::from_u128(u128::try_from(started).unwrap());
    let ago = |days: i64| now() - TimeDelta::days(days);
    sqlx::query(
        "insert into flow.instance (instance_id, key, flow_id, flow_version, status, state, started_at, ended_at)
         values ($1, $1::text, $2, 1, case when $4::timestamptz is null then 'waiting' else 'done' end, '{}', $3, $4)",
    )
    .bind(id)
    .bind(flow)
    .bind(ago(started))
    .bind(ended.map(ago))
    .execute(pool)
    .await
    .unwrap();
    for (entry, days_ago) in left.iter().enumerate() {
        sqlx::query(
            "insert into flow.visit (instance_id, entry, token, node, entered_at, left_at) values ($1, $2, 1, 'a', $3, $3)",
        )
        .bind(id)
        .bind(i64::try_from(entry).unwrap())
        .bind(ago(*days_ago))
        .execute(pool)
        .await
        .unwrap();
    }
}

/// Runs go with their paths when they ended long ago; of those that go on only what they left long ago.
#[tokio::test]
async fn old_runs_and_old_visits_are_removed() {
    let db = TestDb::new().await;
    let pool = db.pool();
    let flow = Uuid::from_u128(1);
    sqlx::query(
        "with f as (insert into flow.flow (flow_id, name, kind, title, draft, created_at, updated_at)
             values ($1, 'f', 'process', 'f', '{}', now(), now()))
         insert into flow.flow_version (flow_id, number, definition, author_kind, published_at)
         values ($1, 1, '{}', 'system', now())",
    )
    .bind(flow)
    .execute(pool)
    .await
    .unwrap();
    run(pool, flow, 50, Some(31), &[45, 40]).await;
    run(pool, flow, 49, Some(29), &[44]).await;
    run(pool, flow, 48, None, &[47, 31, 2]).await;
    run(pool, flow, 3, None, &[2]).await;

    let removed = remove_old(pool, now(), &KEPT).await.unwrap();

    assert_eq!((removed.runs, removed.visits), (1, 2));
    assert_eq!(days(pool, "flow.instance", "started_at").await, [49, 48, 3]);
    assert_eq!(days(pool, "flow.visit", "left_at").await, [44, 2, 2]);
    assert_eq!(remove_old(pool, now(), &KEPT).await.unwrap(), Removed::default());
}
