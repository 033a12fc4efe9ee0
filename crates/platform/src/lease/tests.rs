use super::*;
use crate::testing::TestDb;
use chrono::{DateTime, Utc};
use uuid::Uuid;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
}

#[tokio::test]
async fn one_holds_a_lease_until_it_ends_or_is_given_back() {
    let db = TestDb::new().await;
    let mut db = db.pool().acquire().await.unwrap();
    let (anna, boris) = (Uuid::from_u128(1), Uuid::from_u128(2));

    assert!(take(&mut db, "night", anna, at(0)).await.unwrap());
    assert!(!take(&mut db, "night", boris, at(1)).await.unwrap());
    assert!(take(&mut db, "files", boris, at(1)).await.unwrap());
    assert!(take(&mut db, "night", anna, at(60)).await.unwrap(), "renewed");
    assert!(!take(&mut db, "night", boris, at(0) + LEASE_FOR).await.unwrap());
    assert!(take(&mut db, "night", boris, at(60) + LEASE_FOR).await.unwrap());
    release(&mut db, "night", anna).await.unwrap();
    assert!(
        !take(&mut db, "night", anna, at(61) + LEASE_FOR).await.unwrap(),
        "only the holder gives it back"
    );
    release(&mut db, "night", boris).await.unwrap();
    assert!(take(&mut db, "night", anna, at(61) + LEASE_FOR).await.unwrap());
}
