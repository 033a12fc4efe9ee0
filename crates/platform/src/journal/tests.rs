use super::*;
use crate::db::{Database, Durability, Settings};
use crate::testing::TestDb;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;

/// A table of its own: what the journal writes is its callers' matter.
async fn with_table(pool: &PgPool) {
    sqlx::query("create table public.written (place bigint generated always as identity, what text unique)")
        .execute(pool)
        .await
        .unwrap();
}

fn write(
    what: &'static str,
) -> impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, sqlx::Result<()>> + Send {
    move |db| {
        Box::pin(async move {
            let statement = sqlx::query("insert into public.written (what) values ($1)").bind(what);
            statement.execute(db).await.map(drop)
        })
    }
}

async fn written(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select what from public.written order by place").fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn writes_arrive_in_the_order_of_their_submission() {
    let db = TestDb::new().await;
    with_table(db.pool()).await;
    let journal = Journal::start(db.pool().clone());

    for what in ["a", "b", "c", "d"] {
        journal.submit("test", write(what)).unwrap();
    }
    journal.flush().await;

    assert_eq!(written(db.pool()).await, ["a", "b", "c", "d"]);
    assert_eq!((journal.backlog(), journal.is_healthy()), (0, true));
}

#[tokio::test]
async fn one_bad_write_harms_no_other() {
    let db = TestDb::new().await;
    with_table(db.pool()).await;
    let journal = Journal::start(db.pool().clone());

    for what in ["a", "b", "a", "c"] {
        journal.submit("test", write(what)).unwrap();
    }
    journal.submit("test", |_| panic!("a write that panics")).unwrap();
    journal.submit("test", write("d")).unwrap();
    journal.flush().await;

    assert_eq!(written(db.pool()).await, ["a", "b", "c", "d"]);
    assert_eq!((journal.backlog(), journal.is_healthy()), (0, true));
}

#[tokio::test]
async fn writes_are_kept_while_postgres_is_killed_and_come_in_order_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = Settings {
        url: None,
        data_dir: folder.path().join("data"),
        connections_max: NonZeroU32::new(5).unwrap(),
        durability: Durability::Full,
    };
    let db = Database::start(&settings).await.unwrap();
    with_table(db.pool()).await;
    let journal = Journal::start(db.pool().clone());
    journal.submit("test", write("before")).unwrap();
    journal.flush().await;

    let killed = db.postmaster_pid().unwrap();
    let pid = rustix::process::Pid::from_raw(killed.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    for what in ["first", "second", "third"] {
        journal.submit("test", write(what)).unwrap();
    }
    journal.flush().await;

    assert_eq!(written(db.pool()).await, ["before", "first", "second", "third"]);
    assert!(journal.is_healthy());
    // A backend may outlive its postmaster for a moment and take the writes; a new postmaster comes all the same.
    let restarted = async {
        while db.postmaster_pid().is_none_or(|pid| pid == killed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), restarted).await.unwrap();
    assert_eq!(journal.stop(Duration::from_secs(1)).await, 0);
    db.stop().await;
}

#[tokio::test]
async fn a_full_journal_refuses_and_says_so() {
    // Nothing listens at this port, so nothing is ever written.
    let nowhere = sqlx::postgres::PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(50))
        .connect_lazy("postgres://nobody@127.0.0.1:9/none")
        .unwrap();
    let journal = Journal::start(nowhere);

    for _ in 0..KEPT_MAX {
        journal.submit("test", |_| Box::pin(async { Ok(()) })).unwrap();
    }

    assert_eq!(journal.submit("test", |_| Box::pin(async { Ok(()) })), Err(Full));
    while journal.is_healthy() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(journal.stop(Duration::from_millis(10)).await, KEPT_MAX);
}
