use super::*;
use crate::testing::TestDb;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn names(db: &mut PgConnection, table: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = $1::text::regclass order by 1",
    )
    .bind(table)
    .fetch_all(db)
    .await
    .unwrap()
}

#[tokio::test]
async fn partitions_are_made_once_and_dropped_when_they_are_over() {
    let db = TestDb::new().await;
    let mut db = db.pool().acquire().await.unwrap();
    let from = at("2026-12-31T23:00:00Z").date_naive();

    let made = [
        OWN_EVENTS.make(&mut db, from, 2).await.unwrap(),
        OUTSIDE_EVENTS.make(&mut db, from, 3).await.unwrap(),
        OUTSIDE_EVENTS.make(&mut db, from, 4).await.unwrap(),
    ];
    assert_eq!(made, [2, 3, 1]);
    assert_eq!(names(&mut db, OWN_EVENTS.table).await, ["event_2026_12", "event_2027_01", "event_default"]);

    let kept_from = at("2027-01-11T00:00:00Z");
    let weeks = OUTSIDE_EVENTS.drop_before(&mut db, kept_from).await.unwrap();
    let months = OWN_EVENTS.drop_before(&mut db, kept_from).await.unwrap();
    assert_eq!(weeks, ["event_outside_2026_12_28", "event_outside_2027_01_04"]);
    assert_eq!(months, ["event_2026_12"]);
    assert_eq!(
        names(&mut db, OUTSIDE_EVENTS.table).await,
        ["event_outside_2027_01_11", "event_outside_2027_01_18", "event_outside_default"]
    );
}
