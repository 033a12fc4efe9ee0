//! The Postgres that all test programs of a machine's user share.

use super::store;
use crate::db::cluster::{self, Cluster, Durability};
use crate::db::{Settings, StartError, folders, postmaster};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use std::fs::File;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

/// Held, shared, by every test program while it lives: the server stops once nobody holds it.
static IN_USE: OnceLock<File> = OnceLock::new();
/// Set once this program has seen the server and its template.
static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();

/// Stops the server `$2` once no test program has held the file `$1` at one of its looks.
const REAPER: &str =
    r#"while sleep 60; do kill -0 "$2" || exit; flock -n -x "$1" kill -INT "$2" && exit; done"#;

/// What can go wrong before a test has its database.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot prepare the folder of the shared test database")]
    Folder(#[from] std::io::Error),
    #[error("cannot make the template")]
    Store(#[from] sqlx::Error),
    #[error("the migrations do not apply")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("trunkline-test-{}", rustix::process::geteuid().as_raw()))
}

fn settings() -> Settings {
    Settings {
        url: None,
        data_dir: folder(),
        connections_max: NonZeroU32::new(130).unwrap_or(NonZeroU32::MIN),
        durability: Durability::None,
    }
}

/// How to connect to the server's maintenance database.
pub(super) fn options() -> PgConnectOptions {
    cluster::connect_options(&folders::socket_dir(&folders::cluster_folder(&folder())))
        .disable_statement_logging()
}

/// The name of a database with every migration applied, on a server that runs.
pub(super) async fn template() -> Result<String, ServerError> {
    TEMPLATE.get_or_try_init(prepare).await.cloned()
}

async fn prepare() -> Result<String, ServerError> {
    let folder = folder();
    std::fs::create_dir_all(&folder)?;
    // The account that Postgres is lent must be able to pass.
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
    let in_use = open(&folder.join("in-use.lock"))?;
    let turn = open(&folder.join("start.lock"))?;
    let turn = tokio::task::spawn_blocking(move || {
        in_use.lock_shared()?;
        turn.lock()?;
        // A second test of the same program gets here only when the first failed.
        let _ = IN_USE.set(in_use);
        Ok::<File, std::io::Error>(turn)
    })
    .await
    .map_err(std::io::Error::other)??;
    if !store::answers().await {
        start(&folder).await?;
    }
    let name = make_template().await;
    drop(turn);
    name
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}

async fn start(folder: &Path) -> Result<(), ServerError> {
    // Whatever a stopped server holds is of tests that are over.
    if folder.join("postgres/PG_VERSION").exists() {
        postmaster::clear_remains(&Cluster::open(&settings()).await?).await?;
        std::fs::remove_dir_all(folder.join("postgres").canonicalize()?)?;
    }
    let cluster = Cluster::open(&settings()).await?;
    let log = File::create(folder.join("postgres.log"))?;
    let child = postmaster::launch(&cluster, Stdio::from(log)).await?;
    let child = postmaster::ready(&cluster, child).await?;
    let mut reaper = std::process::Command::new("sh");
    std::os::unix::process::CommandExt::process_group(&mut reaper, 0);
    reaper
        .args(["-c", REAPER, "sh"])
        .arg(folder.join("in-use.lock"))
        .arg(child.id().unwrap_or(0).to_string());
    reaper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(())
}

async fn make_template() -> Result<String, ServerError> {
    let template = format!("template_{}", crate::migrate::fingerprint());
    let mut db = options().connect().await?;
    if !store::exists(&mut db, &template).await? {
        store::make_database(&mut db, "template_new").await?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(crate::db::session(options().database("template_new")))
            .await?;
        crate::migrate::run(&pool).await?;
        pool.close().await;
        store::rename_database(&mut db, "template_new", &template).await?;
    }
    db.close().await?;
    Ok(template)
}
