//! Composition: what starts, in which order, and how it stops.

use crate::housekeeping;
use crate::http::server::ServeError;
use crate::settings::{Loaded, Settings};
use base::Clock;
use platform::db::Database;
use platform::event::{AUDIT_LOG, AuditLog};
use platform::journal::Journal;
use platform::telemetry::Levels;
use platform::tls::Authorities;
use platform::vault::Vault;
use platform::{SystemClock, event};
use sqlx::PgPool;
use std::fs::{DirBuilder, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long the journal may take to write what it keeps, when the server stops.
const FLUSH_WITHIN: Duration = Duration::from_secs(10);

/// Why the server did not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Another server uses the data folder.
    #[error("another trunkline{by} uses the data folder {folder}: stop it first, or set [server] data_dir")]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Its process, when it is known: ` (process 7)`.
        by: String,
    },
    /// The data folder cannot be used.
    #[error("cannot use the data folder {folder}")]
    DataFolder {
        /// The folder.
        folder: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// No database.
    #[error(transparent)]
    Database(#[from] platform::db::StartError),
    /// The database could not be brought up to date.
    #[error("cannot bring the database up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The HTTP edge does not listen.
    #[error(transparent)]
    Http(#[from] ServeError),
    /// People.
    #[error("the first administrator cannot be made")]
    Bootstrap(#[from] access::bootstrap::BootstrapError),
    /// The demo organisation.
    #[error("the demo organisation cannot be loaded: correct it, or set [demo] load = false")]
    Demo(#[from] crate::demo_data::DemoError),
    /// The event types that come with the server.
    #[error("the event types cannot be made")]
    EventTypes(#[source] base::ChangeError),
    /// The client of Kafka.
    #[error("the settings of [kafka] are refused")]
    Kafka(#[source] rdkafka::error::KafkaError),
    /// The client that calls webhooks.
    #[error("webhooks cannot be sent")]
    Webhooks(#[source] reqwest::Error),
    /// A question to the database.
    #[error("the database failed")]
    Query(#[from] sqlx::Error),
    /// Calls, queues and boards.
    #[error(transparent)]
    Live(#[from] crate::live::LiveError),
    /// A directory of the company.
    #[error(transparent)]
    Directory(#[from] crate::directory::BadDirectory),
    /// A part of the server could not be kept alive.
    #[error("a part of the server failed again and again: the log says which")]
    Fatal,
    /// The recount of the ledger.
    #[error("{0} things are wrong in the ledger: the lines above name them")]
    Findings(u64),
    /// The key of coupon codes.
    #[error("the key of coupon codes in the data folder cannot be used")]
    CouponKey(#[source] std::io::Error),
    /// The client for outside systems.
    #[error(transparent)]
    Client(flow::connector::http::ClientError),
    /// The bot in Telegram.
    #[error(transparent)]
    Telegram(#[from] crate::telegram::BotError),
    /// The keys of stored secrets.
    #[error(transparent)]
    Vault(#[from] platform::vault::VaultError),
    /// The file of certificate authorities.
    #[error("cannot read [tls] ca_file")]
    Authorities(#[source] std::io::Error),
    /// The system refuses signal handlers.
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
}

/// What every other part stands on, in the order in which it starts.
pub struct Ground {
    /// The settings in force.
    pub settings: Settings,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Log levels.
    pub levels: Levels,
    /// Seals and opens the secrets of other systems.
    pub vault: Vault,
    /// Whose certificates are trusted beside the well-known ones.
    pub authorities: Authorities,
    /// Connections.
    pub pool: PgPool,
    /// What the consumers of events read.
    pub log: event::Log,
    /// The write path of what is live.
    pub journal: Journal,
    /// Cancelled when the server stops for good: background work ends then, not when draining begins.
    pub stop: CancellationToken,
    /// Cancelled when a part of the server cannot be kept alive: the process ends with an error.
    pub fatal: CancellationToken,
    database: Database,
    _lock: DataLock,
}

impl Ground {
    /// Starts the database, brings it up to date, and starts what writes and keeps house.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn start(settings: Settings, levels: Levels) -> Result<Self, RunError> {
        platform::tls::choose();
        let lock = DataLock::take(&settings.server.data_dir)?;
        let vault = Vault::open_file(&settings.key_file())?;
        let ca_file = settings.tls.ca_file.as_deref();
        let authorities = Authorities::read(ca_file).map_err(RunError::Authorities)?;
        let database = open_database(&settings).await?;
        let pool = database.pool().clone();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let stop = CancellationToken::new();
        // Before anything is written: what stands in a default partition stays there.
        if let Err(error) = housekeeping::make_partitions(&pool, clock.now()).await {
            database.stop().await;
            return Err(error.into());
        }
        let journal = Journal::start(pool.clone());
        let log = event::Log::new(pool.clone());
        tokio::spawn(event::run(log.clone(), AUDIT_LOG, AuditLog, stop.clone()));
        tokio::spawn(platform::telemetry::keep_metrics());
        tokio::spawn(crate::records::build_attributes(pool.clone(), stop.clone()));
        let retention = settings.retention.clone();
        tokio::spawn(housekeeping::keep(pool.clone(), Arc::clone(&clock), retention, stop.clone()));
        let fatal = CancellationToken::new();
        let (_lock, levels) = (lock, levels);
        Ok(Self {
            settings,
            clock,
            levels,
            vault,
            authorities,
            pool,
            log,
            journal,
            stop,
            fatal,
            database,
            _lock,
        })
    }

    /// Writes what is kept, ends background work and stops the database.
    pub async fn stop(self) {
        self.journal.stop(FLUSH_WITHIN).await;
        self.stop.cancel();
        self.database.stop().await;
    }
}

async fn open_database(settings: &Settings) -> Result<Database, RunError> {
    let database = Database::start(&settings.database()).await?;
    match platform::migrate::run(database.pool()).await {
        Ok(()) => Ok(database),
        Err(error) => {
            database.stop().await;
            Err(error.into())
        }
    }
}

/// Brings the database up to date.
///
/// # Errors
/// See [`RunError`].
pub async fn migrate(loaded: &Loaded, _levels: Levels) -> Result<(), RunError> {
    let settings = &loaded.settings;
    let lock =
        settings.database.url.is_none().then(|| DataLock::take(&settings.server.data_dir)).transpose()?;
    open_database(settings).await?.stop().await;
    drop(lock);
    println!("the database is up to date");
    Ok(())
}

/// The database for a command that only looks at it, beside a running server too; without one it is started for the
/// time that the value lives.
///
/// # Errors
/// See [`RunError`].
pub async fn look_at_database(settings: &Settings) -> Result<Looking, RunError> {
    if settings.database.url.is_some() {
        return Ok(Looking { database: Database::attach(&settings.database()).await?, _lock: None });
    }
    match DataLock::take(&settings.server.data_dir) {
        Ok(lock) => Ok(Looking { database: open_database(settings).await?, _lock: Some(lock) }),
        Err(RunError::InUse { .. }) => {
            Ok(Looking { database: Database::attach(&settings.database()).await?, _lock: None })
        }
        Err(error) => Err(error),
    }
}

/// A database that a command looks at.
pub struct Looking {
    database: Database,
    _lock: Option<DataLock>,
}

impl Looking {
    /// Its connections.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        self.database.pool()
    }

    /// Stops what was started for it.
    pub async fn stop(self) {
        self.database.stop().await;
    }
}

/// Makes the data folder: others may pass, as the account of the private Postgres must, but not look around.
///
/// # Errors
/// [`RunError::DataFolder`].
pub fn make_data_dir(folder: &Path) -> Result<(), RunError> {
    let made = match folder.parent() {
        Some(above) => std::fs::create_dir_all(above),
        None => Ok(()),
    };
    match made.and_then(|()| DirBuilder::new().mode(0o711).create(folder)) {
        Err(_) if folder.is_dir() => Ok(()),
        Err(source) => Err(RunError::DataFolder { folder: folder.to_owned(), source }),
        Ok(()) => Ok(()),
    }
}

/// Held while a server uses a data folder; the system frees it with the process, however that ends.
#[derive(Debug)]
struct DataLock {
    _file: File,
}

impl DataLock {
    fn take(folder: &Path) -> Result<Self, RunError> {
        let fault = |source| RunError::DataFolder { folder: folder.to_owned(), source };
        make_data_dir(folder)?;
        let path = folder.join("trunkline.lock");
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let known = file.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
                let by = if known { format!(" (process {})", pid.trim()) } else { String::new() };
                return Err(RunError::InUse { folder: folder.to_owned(), by });
            }
            Err(TryLockError::Error(source)) => return Err(fault(source)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(fault)?;
        writeln!(file, "{}", std::process::id()).map_err(fault)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_folder_serves_one_server_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataLock::take(folder.path()).unwrap();

        let second = DataLock::take(folder.path()).unwrap_err().to_string();
        drop(first);

        assert!(second.contains(&format!("another trunkline (process {})", std::process::id())), "{second}");
        assert!(DataLock::take(folder.path()).is_ok());
    }
}
