use super::query::{self, Filter};
use super::record::{FileState, NewFile, Place, StoredStructure, StructureFields};
use super::store::{self, Started};
use super::{FileKind, LineKey, Structure};
use base::{Author, ChangeError, Edit};
use chrono::{DateTime, Utc};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::PgConnection;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

async fn programme(db: &mut PgConnection) -> Uuid {
    let id = Uuid::from_u128(7);
    sqlx::query(
        "insert into loyalty.programme (programme_id, code, title, zone, settings, created_at, updated_at)
         values ($1, 'main', '{\"en\": \"Main\"}', 'Asia/Tashkent', '{}', now(), now())",
    )
    .bind(id)
    .execute(db)
    .await
    .unwrap();
    id
}

async fn structure(
    db: &mut PgConnection,
    programme_id: Uuid,
    seed: u64,
) -> Result<StoredStructure, ChangeError> {
    let structure = Structure::usual(FileKind::Purchases);
    let fields =
        StructureFields { programme_id, title: "Shop".to_owned(), active: true, announce: false, structure };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    store::insert_structure(db, &mut Edit { now: now(), author: Author::System, rng: &mut rng }, &fields)
        .await
}

fn file(id: u128, structure: &StoredStructure) -> NewFile<'_> {
    NewFile {
        id: Uuid::from_u128(id),
        name: "PUR_1.txt",
        structure: Some(structure),
        sha256: Some([1; 32]),
        bytes: 10,
        lines: 3,
    }
}

/// CIMP-ETL-03: structures are data: added, changed at their version, removed, each with its event.
#[tokio::test]
async fn structures_are_kept_and_two_do_not_recognise_the_same_name() {
    let db = TestDb::new().await;
    let mut db = db.pool().acquire().await.unwrap();
    let programme_id = programme(&mut db).await;
    let unknown = structure(&mut db, Uuid::from_u128(8), 3).await.unwrap_err();
    assert!(matches!(&unknown, ChangeError::Taken(fault) if fault.pointer == "/programme_id"), "{unknown}");
    let made = structure(&mut db, programme_id, 1).await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };

    let again = structure(&mut db, programme_id, 4).await.unwrap_err();
    assert!(matches!(again, ChangeError::Taken(_)), "{again}");
    let mut fields = made.fields.clone();
    fields.title = "Shops".to_owned();
    let changed = store::update_structure(&mut db, &mut edit, made.id, 1, &fields).await.unwrap();
    assert_eq!((changed.fields.title.as_str(), changed.version), ("Shops", 2));
    let stale = store::update_structure(&mut db, &mut edit, made.id, 1, &fields).await.unwrap_err();
    assert!(matches!(stale, ChangeError::Stale { given: 1, present: 2 }), "{stale}");
    fields.structure.columns.clear();
    let wrong = store::update_structure(&mut db, &mut edit, made.id, 2, &fields).await.unwrap_err();
    assert!(matches!(wrong, ChangeError::Invalid(_)), "{wrong}");
    store::delete_structure(&mut db, &mut edit, made.id).await.unwrap();
    assert_eq!(query::structures(&mut db).await.unwrap(), []);
}

/// A content counts once; one that a dead server left goes on where its last transaction ended.
#[tokio::test]
async fn a_file_goes_on_where_it_was_and_the_same_content_is_a_repetition() {
    let db = TestDb::new().await;
    let mut db = db.pool().acquire().await.unwrap();
    let programme_id = programme(&mut db).await;
    let structure = structure(&mut db, programme_id, 1).await.unwrap();

    let started = store::start(&mut db, now(), Author::System, &file(1, &structure), 2).await.unwrap();
    let mut place = Place::new(Uuid::from_u128(1), 2);
    assert_eq!(started, Started::Here(place.clone()));
    let lane = &mut place.lanes[1];
    (lane.reached, lane.done, lane.reject_bytes) = (3, 1, 40);
    lane.tally.reject("columns");
    let second = (place.id, 1);
    assert!(store::advance(&mut db, now(), second, 0, &place.lanes[1], 3).await.unwrap());
    let again = store::advance(&mut db, now(), second, 0, &place.lanes[1], 3).await.unwrap();
    assert!(!again, "another server was there before");
    let lane = &mut place.lanes[0];
    (lane.reached, lane.done) = (2, 2);
    assert!(store::advance(&mut db, now(), (place.id, 0), 0, &place.lanes[0], 3).await.unwrap());
    let seen = query::file(&mut db, place.id).await.unwrap().unwrap();
    assert_eq!((seen.done, seen.lines, seen.tally.rejected, seen.has_rejects), (3, 3, 1, true));

    let after_death = store::start(&mut db, now(), Author::System, &file(2, &structure), 2).await.unwrap();
    assert_eq!(after_death, Started::Here(place.clone()));
    assert!(store::finish(&mut db, now(), &place).await.unwrap());
    assert!(!store::finish(&mut db, now(), &place).await.unwrap());
    let again = store::start(&mut db, now(), Author::System, &file(3, &structure), 2).await.unwrap();
    assert_eq!(again, Started::Before(place.id));
    let refused = NewFile { sha256: None, structure: None, ..file(4, &structure) };
    store::refuse(&mut db, now(), Author::System, &refused, "unrecognised", "no structure").await.unwrap();

    let all = query::files(&mut db, &Filter::default(), 10).await.unwrap();
    let states: Vec<FileState> = all.iter().map(|file| file.state).collect();
    assert_eq!(states, [FileState::Refused, FileState::Repeated, FileState::Done]);
    assert_eq!(all[1].repeats, Some(place.id));
    let wanted = Filter {
        kind: Some(FileKind::Purchases),
        state: Some(FileState::Done),
        name: Some("pur".to_owned()),
        after: Some((all[1].started_at, all[1].id)),
        ..Filter::default()
    };
    let found = query::files(&mut db, &wanted, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].tally.rejected, found[0].has_rejects), (1, true));
}

#[tokio::test]
async fn a_line_of_top_ups_is_counted_once() {
    let db = TestDb::new().await;
    let mut db = db.pool().acquire().await.unwrap();
    let keys = [LineKey([1; 16]), LineKey([2; 16])];

    let first = store::count_lines(&mut db, now().date_naive(), &keys[..1]).await.unwrap();
    let second = store::count_lines(&mut db, now().date_naive(), &keys).await.unwrap();

    assert_eq!((first, second), (vec![keys[0]], vec![keys[1]]));
}
