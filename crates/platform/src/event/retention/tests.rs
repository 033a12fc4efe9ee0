use super::*;
use crate::event::{OutsideEvent, append_many};
use crate::event_type::{EventTypeFields, SubjectKind, store};
use crate::partition::OUTSIDE_EVENTS;
use crate::testing::TestDb;
use base::{Author, Edit, LocalText, Locale};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn event(kind: &str, days_ago: i64) -> OutsideEvent {
    OutsideEvent {
        kind: kind.to_owned(),
        source: "test".to_owned(),
        id: format!("{kind} {days_ago}"),
        time: Some(now() - TimeDelta::days(days_ago)),
        subject: None,
        customer: None,
        data: serde_json::Map::new(),
        depth: 0,
        correlation: None,
        author: Author::System,
    }
}

#[tokio::test]
async fn weeks_that_nobody_keeps_are_dropped_whole_and_shorter_kept_events_are_deleted() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut connection = db.pool().acquire().await.unwrap();
    for (name, retention_days) in [("long", 100), ("short", 7)] {
        let fields = EventTypeFields {
            title: LocalText([(Locale::En, name.to_owned())].into()),
            description: String::new(),
            schema: json!({ "type": "object" }),
            subject: SubjectKind::None,
            retention_days,
        };
        let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
        store::insert(&mut connection, &mut edit, name, &fields, false).await.unwrap();
    }
    let first = (now() - TimeDelta::days(120)).date_naive();
    OUTSIDE_EVENTS.make(&mut connection, first, 19).await.unwrap();
    let events = [
        event("long", 119),
        event("removed", 119),
        event("long", 99),
        event("short", 8),
        event("short", 6),
        event("long", 0),
        event("long", 300), // before the first week: in the default partition
    ];
    append_many(&mut connection, now(), &mut rng, &events).await.unwrap();

    let removed = run_once(db.pool(), now()).await.unwrap();
    let again = run_once(db.pool(), now()).await.unwrap();

    let left: Vec<(String, DateTime<Utc>)> =
        sqlx::query_as("select kind, occurred_at from platform.event_outside order by occurred_at")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    let left: Vec<(&str, i64)> =
        left.iter().map(|(kind, at)| (kind.as_str(), (now() - at).num_days())).collect();
    assert_eq!(left, [("long", 99), ("short", 6), ("long", 0)]);
    assert_eq!(removed.weeks.len(), 3, "{removed:?}");
    assert_eq!(removed.events, 2);
    assert_eq!(again, Removed::default());

    let keys_kept = run_once(db.pool(), now() + TimeDelta::days(99)).await.unwrap();
    let keys_gone = run_once(db.pool(), now() + TimeDelta::days(101)).await.unwrap();
    assert_eq!((keys_kept.others, keys_gone.others), (0, 7));
}
