use super::*;
use crate::testing::TestDb;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

#[tokio::test]
async fn the_same_request_gets_the_first_answer_and_another_one_is_told_apart() {
    let db = TestDb::new().await;
    let mut connection = db.pool().acquire().await.unwrap();
    let expires = now() + TimeDelta::days(1);
    let request = hash_request(&[b"POST", b"/queues", b"{}"]);
    let other = hash_request(&[b"POST", b"/queues", b"{ }"]);
    let body = json!({"id": 7});

    let first = claim(&mut connection, "anna", "k1", &request, now(), expires).await.unwrap();
    let meanwhile = claim(&mut connection, "anna", "k1", &request, now(), expires).await.unwrap();
    complete(&mut connection, "anna", "k1", 201, Some(&body)).await.unwrap();
    let again = claim(&mut connection, "anna", "k1", &request, now(), expires).await.unwrap();
    let different = claim(&mut connection, "anna", "k1", &other, now(), expires).await.unwrap();
    let elsewhere = claim(&mut connection, "boris", "k1", &other, now(), expires).await.unwrap();

    assert_eq!((first, meanwhile), (Claim::New, Claim::InProgress));
    assert_eq!(again, Claim::Done { status: 201, body: Some(body) });
    assert_eq!((different, elsewhere), (Claim::OtherRequest, Claim::New));
}

#[tokio::test]
async fn an_expired_key_is_new_again_and_can_be_forgotten() {
    let db = TestDb::new().await;
    let mut connection = db.pool().acquire().await.unwrap();
    let request = hash_request(&[b"a"]);
    let expires = now() + TimeDelta::days(1);
    claim(&mut connection, "anna", "k1", &request, now(), expires).await.unwrap();

    let later =
        claim(&mut connection, "anna", "k1", &request, expires, expires + TimeDelta::days(1)).await.unwrap();

    assert_eq!(later, Claim::New);
    assert_eq!(forget_expired(&mut connection, expires).await.unwrap(), 0);
    assert_eq!(forget_expired(&mut connection, expires + TimeDelta::days(1)).await.unwrap(), 1);
}

#[test]
fn a_byte_moved_from_one_part_to_the_next_is_another_request() {
    assert_ne!(hash_request(&[b"ab", b"c"]), hash_request(&[b"a", b"bc"]));
}
