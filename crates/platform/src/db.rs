//! The database: a private Postgres in the data folder, or the one that an address names.

mod account;
mod binaries;
pub(crate) mod cluster;
pub(crate) mod folders;
pub(crate) mod postmaster;
#[cfg(test)]
mod tests;

pub use binaries::NoBinaries;
pub use cluster::Durability;

use cluster::Cluster;
use postmaster::Postmaster;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// How long a caller waits for a free connection before it hears that the database is away.
const ACQUIRE_WITHIN: Duration = Duration::from_secs(5);
/// How long the first connection may take: an address given by name may still be starting beside us.
const FIRST_CONNECTION_WITHIN: Duration = Duration::from_secs(30);

/// Which database, and how much of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of a database (`postgres://…`). Without one, a private Postgres runs in `data_dir`.
    pub url: Option<SecretString>,
    /// The server's data folder; the private cluster is its folder `postgres`.
    pub data_dir: PathBuf,
    /// Most connections held open.
    pub connections_max: NonZeroU32,
    /// Whether the private cluster must survive a power cut. Tests need not.
    pub durability: Durability,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No installed Postgres.
    #[error(transparent)]
    NoBinaries(#[from] NoBinaries),
    /// A folder or a process could not be made.
    #[error("cannot {what}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// A program of Postgres failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Which program.
        program: &'static str,
        /// The end of what it printed.
        output: String,
    },
    /// The cluster was made by another major version than any installed one.
    #[error(
        "the database in {folder} was made by postgres {version}, which is not installed: install it, or move the data with pg_upgrade"
    )]
    OtherVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// Its major version.
        version: String,
    },
    /// The private Postgres started and never took connections.
    #[error("the private postgres does not take connections: {0}")]
    NotReady(String),
    /// The configured address is none, or nothing answers there.
    #[error("cannot connect to the database at the configured address")]
    Connect(#[source] sqlx::Error),
}

impl StartError {
    /// Wraps a system error with what was tried.
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// A database that answers.
pub struct Database {
    pool: PgPool,
    postmaster: Option<Postmaster>,
}

impl Database {
    /// Connects to the configured address, or starts the private Postgres: made when new, recovered when the
    /// server was killed, restarted when it dies. The caller makes sure that only one server uses the folder.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(settings: &Settings) -> Result<Self, StartError> {
        if let Some(url) = &settings.url {
            let options = url.expose_secret().parse().map_err(StartError::Connect)?;
            let pool = connect(settings, options);
            first_connection(&pool).await.map_err(StartError::Connect)?;
            return Ok(Self { pool, postmaster: None });
        }
        let cluster = Cluster::open(settings).await?;
        let options = cluster.connect_options();
        let postmaster = Postmaster::start(cluster).await?;
        Ok(Self { pool: connect(settings, options), postmaster: Some(postmaster) })
    }

    /// Connects to the database of a server that runs, also to its private Postgres, and starts and changes nothing:
    /// for commands that look at it from beside.
    ///
    /// # Errors
    /// Nothing answers there.
    pub async fn attach(settings: &Settings) -> Result<Self, StartError> {
        let options = match &settings.url {
            Some(url) => url.expose_secret().parse().map_err(StartError::Connect)?,
            None => {
                cluster::connect_options(&folders::socket_dir(&folders::cluster_folder(&settings.data_dir)))
            }
        };
        let pool = connect(settings, options);
        first_connection(&pool).await.map_err(StartError::Connect)?;
        Ok(Self { pool, postmaster: None })
    }

    /// The connections.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The process id of the private Postgres while it runs.
    #[must_use]
    pub fn postmaster_pid(&self) -> Option<u32> {
        self.postmaster.as_ref().and_then(Postmaster::pid)
    }

    /// Closes the connections and stops the private Postgres cleanly.
    pub async fn stop(self) {
        // A connection that is stuck must not keep the server from stopping; Postgres ends it.
        let _ = tokio::time::timeout(ACQUIRE_WITHIN, self.pool.close()).await;
        if let Some(postmaster) = self.postmaster {
            postmaster.stop().await;
        }
    }
}

/// Session settings that every connection gets. `search_path` is empty: names are always qualified.
pub(crate) fn session(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("trunkline").options([
        ("search_path", ""),
        ("timezone", "UTC"),
        // "already exists, skipping" is no news.
        ("client_min_messages", "warning"),
        // An open write holds back every reader of the event log: none may stand still.
        ("idle_in_transaction_session_timeout", "30s"),
        // Statements are short and many: compiling one costs more than it saves.
        ("jit", "off"),
        ("lock_timeout", "10s"),
        ("statement_timeout", "60s"),
    ])
}

fn connect(settings: &Settings, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(settings.connections_max.get())
        .acquire_timeout(ACQUIRE_WITHIN)
        .connect_lazy_with(session(options))
}

async fn first_connection(pool: &PgPool) -> sqlx::Result<()> {
    let patience = tokio::time::Instant::now() + FIRST_CONNECTION_WITHIN;
    loop {
        match pool.acquire().await {
            Ok(_) => return Ok(()),
            // Wrong name or password will not get better.
            Err(error @ sqlx::Error::Database(_)) => return Err(error),
            Err(error) if tokio::time::Instant::now() >= patience => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}
