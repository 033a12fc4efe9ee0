//! The private cluster: its folder, its socket folder, its settings.

use super::account::{self, Account};
use super::binaries::{self, Binaries, NoBinaries};
use super::folders::{self, describe};
use super::{Settings, StartError};
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The superuser of the cluster.
const NAME: &str = "trunkline";

/// Whether the cluster must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every acknowledged commit is on disk.
    Full,
    /// Fast and forgetful, for tests.
    None,
}

/// A cluster that exists on disk.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub(super) binaries: Binaries,
    pub(super) account: Option<Account>,
    /// The folder of the cluster (`PGDATA`).
    pub(super) folder: PathBuf,
    /// The folder of its socket.
    pub(super) socket_dir: PathBuf,
    durability: Durability,
    connections: u32,
    /// How it packs the pages of its write-ahead log, when this Postgres can.
    wal_compression: Option<&'static str>,
}

/// The fastest way to pack pages of the write-ahead log. A Postgres that was built without it would not start.
const WAL_COMPRESSION: &str = "lz4";

impl Cluster {
    /// Finds the cluster of a data folder, or makes it.
    pub async fn open(settings: &Settings) -> Result<Self, StartError> {
        let data_dir = &settings.data_dir;
        std::fs::create_dir_all(data_dir).map_err(StartError::io(describe("make", data_dir)))?;
        let data_dir = data_dir.canonicalize().map_err(StartError::io(describe("open", data_dir)))?;
        let lent = account::to_lend();
        let folder = folders::place(&data_dir, lent).await?;
        let mut cluster = Self {
            binaries: choose_binaries(&folder)?,
            account: folders::account_for(&folder, lent)?,
            socket_dir: folders::socket_dir(&folder),
            folder,
            durability: settings.durability,
            connections: settings.connections_max.get(),
            wal_compression: None,
        };
        folders::own(&cluster.socket_dir, cluster.account)?;
        if !cluster.folder.join("PG_VERSION").is_file() {
            cluster.make().await?;
        }
        cluster.wal_compression = cluster.knows_compression().await.then_some(WAL_COMPRESSION);
        Ok(cluster)
    }

    /// How to connect to it.
    pub fn connect_options(&self) -> PgConnectOptions {
        connect_options(&self.socket_dir)
    }

    /// Makes it beside its place and moves it there, so that a kill in between leaves nothing half made.
    async fn make(&self) -> Result<(), StartError> {
        tracing::info!(folder = %self.folder.display(), "making a private postgres {}", self.binaries.major);
        let beside = self.folder.with_extension("new");
        if beside.exists() {
            std::fs::remove_dir_all(&beside).map_err(StartError::io(describe("remove", &beside)))?;
        }
        folders::own(&beside, self.account)?;
        let mut initdb = account::command(&self.binaries.program("initdb"), self.account);
        // The socket's folder is closed to everybody else, so whoever reaches it is trusted.
        // C.UTF-8 sorts by code point, the same on every machine, and knows the case of Cyrillic letters.
        initdb.arg("--pgdata").arg(&beside).args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        initdb.args(["--username", NAME]);
        if self.durability == Durability::None {
            initdb.arg("--no-sync");
        }
        let done = initdb.output().await.map_err(StartError::io("run initdb"))?;
        if !done.status.success() {
            let output = String::from_utf8_lossy(&done.stderr).trim().to_owned();
            return Err(StartError::Program { program: "initdb", output });
        }
        if self.folder.exists() {
            // An empty folder from a try before.
            std::fs::remove_dir(&self.folder).map_err(StartError::io(describe("replace", &self.folder)))?;
        }
        std::fs::rename(&beside, &self.folder).map_err(StartError::io(describe("make", &self.folder)))
    }

    /// Whether this Postgres was built with [`WAL_COMPRESSION`]: it says so without being started.
    async fn knows_compression(&self) -> bool {
        let mut asked = account::command(&self.binaries.program("postgres"), self.account);
        asked.args(["-C", "wal_compression", "-c", &format!("wal_compression={WAL_COMPRESSION}"), "-D"]);
        asked.arg(&self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        asked.status().await.is_ok_and(|status| status.success())
    }

    /// The server's arguments: settings stand here, not in the cluster's files, so that an update of the server
    /// brings new ones.
    pub fn arguments(&self) -> Vec<String> {
        let mut settings = vec![
            format!("unix_socket_directories={}", self.socket_dir.display()),
            "unix_socket_permissions=0700".to_owned(),
            "listen_addresses=".to_owned(),
            // The pool, the listeners of the event log, and a person with psql.
            format!("max_connections={}", self.connections + 20),
            "shared_buffers=128MB".to_owned(),
            "max_wal_size=4GB".to_owned(),
            // Under full load a gigabyte is written in a quarter of a minute; what was written once is used again:
            // whoever commits while a new file is filled with zeros waits for it.
            "min_wal_size=4GB".to_owned(),
            "logging_collector=off".to_owned(),
            "log_destination=stderr".to_owned(),
            "log_line_prefix=".to_owned(),
            "log_checkpoints=off".to_owned(),
            // Statements and keys hold data of customers: they stay out of the log.
            "log_min_error_statement=panic".to_owned(),
            "log_error_verbosity=terse".to_owned(),
            "timezone=UTC".to_owned(),
        ];
        // Behind a checkpoint whole pages are written; packed they are a third.
        settings.extend(self.wal_compression.map(|way| format!("wal_compression={way}")));
        settings.extend(match self.durability {
            Durability::Full => vec!["fsync=on".to_owned(), "synchronous_commit=on".to_owned()],
            Durability::None => {
                vec![
                    "fsync=off".to_owned(),
                    "synchronous_commit=off".to_owned(),
                    "full_page_writes=off".to_owned(),
                ]
            }
        });
        let folder = ["-D".to_owned(), self.folder.display().to_string()];
        folder
            .into_iter()
            .chain(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]))
            .collect()
    }
}

/// How to connect to the cluster whose socket lies in `socket_dir`.
pub(crate) fn connect_options(socket_dir: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(5432)
        .username(NAME)
        .database("postgres")
        .ssl_mode(sqlx::postgres::PgSslMode::Disable)
}

/// The newest installed version for a new cluster; for an existing one, its own.
fn choose_binaries(folder: &Path) -> Result<Binaries, StartError> {
    let installed = binaries::find();
    let Ok(version) = std::fs::read_to_string(folder.join("PG_VERSION")) else {
        return installed.into_iter().next().ok_or(StartError::NoBinaries(NoBinaries));
    };
    let version = version.trim().to_owned();
    let own = installed.into_iter().find(|binaries| binaries.major.to_string() == version);
    own.ok_or_else(|| StartError::OtherVersion { folder: folder.to_owned(), version })
}
