use super::*;
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// A data folder that an ordinary account can reach.
fn data_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn settings(data_dir: &Path) -> Settings {
    Settings {
        url: None,
        data_dir: data_dir.to_owned(),
        connections_max: NonZeroU32::new(3).unwrap(),
        durability: Durability::Full,
    }
}

fn pid_of(db: &Database) -> Pid {
    Pid::from_raw(db.postmaster_pid().unwrap().try_into().unwrap()).unwrap()
}

async fn note(db: &Database, text: &str) {
    sqlx::query("create table if not exists public.note (text text)").execute(db.pool()).await.unwrap();
    sqlx::query("insert into public.note (text) values ($1)").bind(text).execute(db.pool()).await.unwrap();
}

async fn notes(db: &Database) -> Vec<String> {
    sqlx::query_scalar("select text from public.note order by text").fetch_all(db.pool()).await.unwrap()
}

#[tokio::test]
async fn the_private_database_keeps_its_data_over_a_clean_stop() {
    let folder = data_folder();
    let settings = settings(&folder.path().join("data"));

    let db = Database::start(&settings).await.unwrap();
    note(&db, "kept").await;
    let pid = pid_of(&db);
    db.stop().await;

    assert!(rustix::process::test_kill_process(pid).is_err(), "postgres runs on after the stop");
    let db = Database::start(&settings).await.unwrap();
    assert_eq!(notes(&db).await, ["kept"]);
    db.stop().await;
}

/// Debian's Postgres can; whether another one can is asked before it is started.
#[tokio::test]
async fn the_private_database_packs_its_write_ahead_log() {
    let folder = data_folder();
    let db = Database::start(&settings(folder.path())).await.unwrap();

    let way: String = sqlx::query_scalar("show wal_compression").fetch_one(db.pool()).await.unwrap();

    assert_eq!(way, "lz4");
    db.stop().await;
}

#[tokio::test]
async fn a_postgres_left_by_a_killed_server_is_stopped_and_its_data_kept() {
    let folder = data_folder();
    let settings = settings(folder.path());
    let killed = Database::start(&settings).await.unwrap();
    note(&killed, "kept").await;
    let orphan = pid_of(&killed);
    // A killed server runs no destructor: its watch ends, its Postgres goes on.
    killed.postmaster.as_ref().unwrap().abandon();

    let db = Database::start(&settings).await.unwrap();

    assert_ne!(pid_of(&db), orphan);
    assert_eq!(notes(&db).await, ["kept"]);
    db.stop().await;
}

#[tokio::test]
async fn a_stale_pid_file_with_the_number_of_a_stranger_and_a_stale_socket_do_not_keep_it_down() {
    let folder = data_folder();
    let settings = settings(folder.path());
    let db = Database::start(&settings).await.unwrap();
    note(&db, "kept").await;
    let pid_file = folder.path().join("postgres/postmaster.pid");
    let stale = std::fs::read_to_string(&pid_file).unwrap();
    db.stop().await;
    let stranger = std::process::id().to_string();
    let rest = stale.split_once('\n').unwrap().1;
    std::fs::write(&pid_file, format!("{stranger}\n{rest}")).unwrap();
    std::fs::write(folder.path().join("run/.s.PGSQL.5432.lock"), format!("{stranger}\n")).unwrap();

    let db = Database::start(&settings).await.unwrap();

    assert_eq!(notes(&db).await, ["kept"]);
    db.stop().await;
}

#[tokio::test]
async fn a_postgres_that_dies_is_started_again() {
    let folder = data_folder();
    let db = Database::start(&settings(folder.path())).await.unwrap();
    note(&db, "kept").await;
    let first = pid_of(&db);

    kill_process(first, Signal::KILL).unwrap();
    while db.postmaster_pid().is_none_or(|pid| i64::from(pid) == i64::from(first.as_raw_nonzero().get())) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    assert_eq!(notes(&db).await, ["kept"]);
    db.stop().await;
}

#[tokio::test]
async fn a_data_folder_with_a_very_long_path_works() {
    let folder = data_folder();
    let db = Database::start(&settings(&folder.path().join("deep".repeat(40)))).await.unwrap();

    note(&db, "kept").await;

    assert_eq!(notes(&db).await, ["kept"]);
    db.stop().await;
}

#[tokio::test]
async fn a_data_folder_closed_to_ordinary_accounts_works() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let db = Database::start(&settings(folder.path())).await.unwrap();

    note(&db, "kept").await;
    assert_eq!(notes(&db).await, ["kept"]);
    db.stop().await;

    // Only a root server had to go elsewhere.
    if let Ok(elsewhere) = std::fs::read_link(folder.path().join("postgres")) {
        std::fs::remove_dir_all(elsewhere.parent().unwrap()).unwrap();
    }
}

#[tokio::test]
async fn an_address_where_nothing_answers_is_an_error_and_a_text_that_is_none_too() {
    let mut settings = settings(Path::new("/nonexistent"));
    settings.url = Some("not an address".to_owned().into());

    assert!(matches!(Database::start(&settings).await, Err(StartError::Connect(_))));
}
