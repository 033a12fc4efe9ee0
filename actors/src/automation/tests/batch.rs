//! What one bad event or reaction does to those of its batch, and what is too old.

use super::*;

/// OMNI-09: what is due in the same moment as the reaction that failed is not done either, whatever its kind.
#[tokio::test]
async fn a_failed_reaction_calls_off_what_is_due_with_it() {
    let mut site = Site::new().await;
    let flag = json!({ "key": "flag", "kind": "set_attribute", "attribute": "seen", "value": "true" });
    let mut rule = document("true", json!([message("first", "broken"), message("second", "thanks"), flag]));
    rule["on_error"] = json!("roll_back");
    site.launch("all or nothing", rule).await;
    site.send("purchase", "1", 7, json!({})).await;
    site.read().await;
    let done = site.work().await;
    let mut states = site.states().await;
    states.sort();
    let of = |key: &str| states.iter().find(|(known, _)| known == key).unwrap().1.clone();
    assert_eq!((of("first").as_str(), of("flag").as_str()), ("failed", "cancelled"));
    // Which of the two messages came first is not said: the second was undone or never done.
    assert!(matches!(of("second").as_str(), "undone" | "cancelled"), "{states:?} {done:?}");
}

/// One that cannot be done harms none that are done with it.
#[tokio::test]
async fn reactions_of_one_batch_fail_alone() {
    let mut site = Site::new().await;
    let emit = json!([{ "key": "sum", "kind": "emit", "event": "order.paid", "data": { "sum": "event.a + event.b" } }]);
    site.launch("sums", document("true", emit)).await;
    for (id, data) in [
        ("1", json!({ "a": 1, "b": 2 })),
        ("2", json!({ "a": 1, "b": "x" })),
        ("3", json!({ "a": 3, "b": 4 })),
    ] {
        site.send("purchase", id, 7, data).await;
    }
    site.read().await;
    site.work().await;
    let mut states: Vec<String> = site.states().await.into_iter().map(|(_, state)| state).collect();
    states.sort();
    assert_eq!(states, ["done", "done", "failed"]);
    let sums: Vec<i64> = sqlx::query_scalar(
        "select (payload->'data'->>'sum')::bigint from platform.event where kind = 'order.paid' order by position",
    )
    .fetch_all(site.db.pool())
    .await
    .unwrap();
    assert_eq!(sums, [3, 7]);
}

/// An event that the database refuses is set aside with its reason, those behind it are decided, and after a repair
/// it is decided too.
#[tokio::test]
async fn an_event_that_cannot_be_digested_is_set_aside() {
    let mut site = Site::new().await;
    site.launch("thanks", document("true", json!([message("thank", "thanks")]))).await;
    let refuse = format!(
        "alter table rules.decision add constraint refused check (subject_id <> '{}')",
        Uuid::from_u128(8)
    );
    sqlx::query(sqlx::AssertSqlSafe(refuse)).execute(site.db.pool()).await.unwrap();
    for (id, customer) in [("1", 7), ("2", 8), ("3", 9)] {
        site.send("purchase", id, customer, json!({ "amount": 1 })).await;
    }
    site.read().await;
    assert_eq!(site.verdicts().await, ["matched", "matched"]);
    let letters: Vec<(String, String)> = sqlx::query_as("select origin, state from platform.dead_letter")
        .fetch_all(site.db.pool())
        .await
        .unwrap();
    assert_eq!(letters, [("consumer:rules".to_owned(), "open".to_owned())]);

    sqlx::query("alter table rules.decision drop constraint refused").execute(site.db.pool()).await.unwrap();
    sqlx::query("update platform.dead_letter set state = 'retrying'").execute(site.db.pool()).await.unwrap();
    assert!(platform::event::consumer::retry_letter(site.db.pool(), CONSUMER, &site.consumer).await.unwrap());
    assert_eq!(site.verdicts().await.len(), 3);
    assert_eq!(site.work().await.len(), 3);
}

/// Decisions are dropped when they are old: an event from before is not decided again, whatever is replayed.
#[tokio::test]
async fn an_event_older_than_decisions_are_kept_is_not_decided() {
    let mut site = Site::new().await;
    site.launch("thanks", document("true", json!([message("thank", "thanks")]))).await;
    for (id, days) in [("1", 401), ("2", 399)] {
        site.send_at("purchase", id, 7, json!({}), noon() - TimeDelta::days(days), 0).await;
    }
    site.read().await;
    assert_eq!(site.verdicts().await, ["matched"]);
    assert_eq!(site.states().await.len(), 1);
}
