//! Every statement of `config::store` and `config::query` against a real Postgres.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use base::id::{ContactId, PersonId, RecordingId};
use base::{Author, ChangeError, Edit, Locale};
use chrono::{DateTime, Utc};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use secrecy::SecretString;
use sqlx::PgConnection;
use telephony::config::store::Password;
use telephony::config::{NumberFields, Recording, TrunkFields, TrunkKind, UploadedPrompt, query, store};
use uuid::Uuid;

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

fn edit(rng: &mut ChaCha8Rng) -> Edit<'_> {
    Edit { now: moment(), author: Author::Person(PersonId::from_uuid(Uuid::nil())), rng }
}

fn pointer(error: ChangeError) -> String {
    match error {
        ChangeError::Invalid(faults) => faults.into_iter().next().unwrap().pointer,
        ChangeError::Taken(fault) => fault.pointer,
        other => panic!("{other:?}"),
    }
}

fn by_address(name: &str) -> TrunkFields {
    TrunkFields {
        name: name.to_owned(),
        kind: TrunkKind::Address,
        addresses: vec!["127.0.0.0/8".to_owned()],
        username: None,
        calls_max: 100,
        enabled: true,
    }
}

fn by_digest(name: &str) -> TrunkFields {
    let username = Some("operator1".to_owned());
    TrunkFields { kind: TrunkKind::Digest, addresses: Vec::new(), username, ..by_address(name) }
}

#[tokio::test]
async fn a_password_of_a_trunk_is_kept_as_hashes_until_the_user_name_changes() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let password = SecretString::from("open sesame");
    let given = Password { realm: "trunkline", password: &password };

    let refused =
        store::insert_trunk(&mut db, &mut edit(&mut rng), &by_digest("One"), None).await.unwrap_err();
    assert_eq!(pointer(refused), "/password");
    let trunk =
        store::insert_trunk(&mut db, &mut edit(&mut rng), &by_digest("One"), Some(&given)).await.unwrap();
    assert!(trunk.has_password);
    let disabled = TrunkFields { calls_max: 5, ..by_digest("One") };
    let changed =
        store::update_trunk(&mut db, &mut edit(&mut rng), trunk.id, 1, &disabled, None).await.unwrap();
    assert_eq!((changed.has_password, changed.fields.calls_max), (true, 5));
    let live = query::live_trunks(&mut db).await.unwrap().pop().unwrap();
    let hashes = telephony::sip::directory::ha1("operator1", "trunkline", "open sesame");
    assert_eq!((live.ha1_md5.unwrap(), live.ha1_sha256.unwrap()), hashes);
    let renamed = TrunkFields { username: Some("operator2".to_owned()), ..by_digest("One") };
    let refused =
        store::update_trunk(&mut db, &mut edit(&mut rng), trunk.id, 2, &renamed, None).await.unwrap_err();
    assert_eq!(pointer(refused), "/password");
    let open = store::update_trunk(&mut db, &mut edit(&mut rng), trunk.id, 2, &by_address("One"), None)
        .await
        .unwrap();
    assert!(!open.has_password);

    let payloads: Vec<String> =
        sqlx::query_scalar("select payload::text from platform.event").fetch_all(&mut *db).await.unwrap();
    assert_eq!(payloads.len(), 3);
    assert!(payloads.iter().all(|payload| !payload.contains("sesame") && !payload.contains(&hashes.0)));
}

#[tokio::test]
async fn trunks_have_unique_names_and_leave_use() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let password = SecretString::from("x");
    let given = Password { realm: "trunkline", password: &password };
    let one = store::insert_trunk(&mut db, &mut edit(&mut rng), &by_address("One"), None).await.unwrap();
    store::insert_trunk(&mut db, &mut edit(&mut rng), &by_digest("Two"), Some(&given)).await.unwrap();

    let disabled = TrunkFields { enabled: false, ..by_address("One") };
    store::update_trunk(&mut db, &mut edit(&mut rng), one.id, 1, &disabled, None).await.unwrap();
    assert_eq!(query::live_trunks(&mut db).await.unwrap().len(), 1);
    assert!(matches!(
        store::archive_trunk(&mut db, &mut edit(&mut rng), one.id, 1).await,
        Err(ChangeError::Stale { .. })
    ));
    store::archive_trunk(&mut db, &mut edit(&mut rng), one.id, 2).await.unwrap();
    assert_eq!(query::trunks(&mut db).await.unwrap().len(), 1);
    // A violated constraint spoils the transaction, so this one comes last.
    let taken = store::insert_trunk(&mut db, &mut edit(&mut rng), &by_digest("Three"), Some(&given)).await;
    assert_eq!(pointer(taken.unwrap_err()), "/username");
    let taken = store::insert_trunk(&mut db, &mut edit(&mut rng), &by_address("two"), None).await;
    assert_eq!(pointer(taken.unwrap_err()), "/name");
}

#[tokio::test]
async fn numbers_are_created_changed_and_archived() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let fields = NumberFields {
        number: "+998712000000".to_owned(),
        flow: "main".to_owned(),
        description: "Hot line".to_owned(),
        enabled: true,
    };

    let number = store::insert_number(&mut db, &mut edit(&mut rng), &fields).await.unwrap();
    let closed = NumberFields { enabled: false, ..fields.clone() };
    let changed = store::update_number(&mut db, &mut edit(&mut rng), number.id, 1, &closed).await.unwrap();
    assert_eq!(query::numbers(&mut db).await.unwrap(), [changed]);
    let taken = store::insert_number(&mut db, &mut edit(&mut rng), &fields).await.unwrap_err();
    assert_eq!(pointer(taken), "/number");
    store::archive_number(&mut db, &mut edit(&mut rng), number.id, 2).await.unwrap();
    assert_eq!(query::find_number(&mut db, number.id).await.unwrap(), None);
    store::insert_number(&mut db, &mut edit(&mut rng), &fields).await.unwrap();
}

#[tokio::test]
async fn an_upload_replaces_the_one_before_it() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let prompt = |text: &str| UploadedPrompt {
        locale: Locale::Uz,
        name: "welcome".to_owned(),
        text: text.to_owned(),
        duration_ms: 1_500,
        bytes: 24_044,
        sha256: "00".repeat(32),
        uploaded_at: moment(),
        version: 0,
    };

    store::put_prompt(&mut db, &mut edit(&mut rng), &prompt("Salom")).await.unwrap();
    let second = store::put_prompt(&mut db, &mut edit(&mut rng), &prompt("Assalomu alaykum")).await.unwrap();

    assert_eq!((second.version, second.text.as_str()), (2, "Assalomu alaykum"));
    assert_eq!(query::prompts(&mut db).await.unwrap(), [second]);
    assert_eq!(query::find_prompt(&mut db, Locale::En, "welcome").await.unwrap(), None);
}

/// CC-TEL-06, CC-HIST-02: a recording is in history, and who listens to it is known.
#[tokio::test]
async fn a_recording_is_stored_once_played_with_a_trace_and_deleted() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let recording = Recording {
        id: RecordingId::from_uuid(Uuid::from_u128(1)),
        contact_id: ContactId::from_uuid(Uuid::from_u128(2)),
        path: "2026/11/22/1.wav".to_owned(),
        bytes: 320_044,
        sha256: "ab".repeat(32),
        started_at: moment(),
        duration_ms: 10_000,
        channels: 2,
    };

    store::recording_stored(&mut db, moment(), &recording).await.unwrap();
    store::recording_stored(&mut db, moment(), &recording).await.unwrap();
    assert_eq!(query::recording_of(&mut db, recording.contact_id).await.unwrap(), Some(recording.clone()));
    assert_eq!(query::recorded(&mut db, &[recording.contact_id]).await.unwrap(), [recording.contact_id]);
    store::recording_played(&mut db, &mut edit(&mut rng), &recording).await.unwrap();
    store::recording_deleted(&mut db, &mut edit(&mut rng), recording.id).await.unwrap();
    store::recording_deleted(&mut db, &mut edit(&mut rng), recording.id).await.unwrap();
    assert_eq!(query::recording_of(&mut db, recording.contact_id).await.unwrap(), None);

    let events = events(&mut db).await;
    assert_eq!(
        events,
        [
            ("telephony.recording_stored.v1".to_owned(), "activity".to_owned()),
            ("telephony.recording_played.v1".to_owned(), "security".to_owned()),
            ("telephony.recording_deleted.v1".to_owned(), "change".to_owned()),
        ]
    );
}

async fn events(db: &mut PgConnection) -> Vec<(String, String)> {
    sqlx::query_as("select kind, journal from platform.event order by position").fetch_all(db).await.unwrap()
}
