//! The running private Postgres: started, watched, restarted with backoff, stopped cleanly.

use super::cluster::Cluster;
use super::{StartError, account};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a start may take: recovery after a kill replays what was not checkpointed.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long a clean stop may take before Postgres is told to drop everything (it recovers at the next start).
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// First wait before a restart; doubles up to [`RESTART_MAX`].
const RESTART_FIRST: Duration = Duration::from_millis(200);
/// Longest wait before a restart.
const RESTART_MAX: Duration = Duration::from_secs(10);
/// A run as long as this was a healthy one: the next restart is quick again.
const HEALTHY_RUN: Duration = Duration::from_secs(60);
/// How often we look whether it takes connections or has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What sessions are told at each start and stop; no failure.
const OF_EACH_START_AND_STOP: [&str; 4] = [
    "the database system is starting up",
    "the database system is not yet accepting connections",
    "the database system is shutting down",
    "terminating connection due to administrator command",
];

/// The watch over the private Postgres.
pub struct Postmaster {
    stop: CancellationToken,
    watch: JoinHandle<()>,
    /// 0 while it is down.
    pid: Arc<AtomicU32>,
}

impl Postmaster {
    /// Starts Postgres and waits until it takes connections. What a killed server left behind is cleared first.
    pub async fn start(cluster: Cluster) -> Result<Self, StartError> {
        let child = start(&cluster).await?;
        let stop = CancellationToken::new();
        let pid = Arc::new(AtomicU32::new(child.id().unwrap_or(0)));
        let watch = tokio::spawn(watch(cluster, child, stop.clone(), Arc::clone(&pid)));
        Ok(Self { stop, watch, pid })
    }

    /// Its process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    /// Ends the watch as a kill of the server would: Postgres goes on alone.
    #[cfg(test)]
    pub fn abandon(&self) {
        self.watch.abort();
    }

    /// Stops it cleanly.
    pub async fn stop(self) {
        self.stop.cancel();
        if self.watch.await.is_err() {
            tracing::error!("the watch over the private postgres ended by a panic");
        }
    }
}

async fn watch(cluster: Cluster, mut child: Child, stop: CancellationToken, pid: Arc<AtomicU32>) {
    let mut wait = RESTART_FIRST;
    loop {
        let started = Instant::now();
        let ended = tokio::select! {
            () = stop.cancelled() => return end(child).await,
            ended = child.wait() => ended,
        };
        pid.store(0, Ordering::Release);
        let status = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
        tracing::error!(status, "the private postgres died ({status}), it is started again");
        if started.elapsed() >= HEALTHY_RUN {
            wait = RESTART_FIRST;
        }
        child = loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            wait = wait.saturating_mul(2).min(RESTART_MAX);
            match start(&cluster).await {
                Ok(child) => break child,
                Err(error) => {
                    tracing::error!(error = %error, "the private postgres does not start, another try")
                }
            }
        };
        pid.store(child.id().unwrap_or(0), Ordering::Release);
        tracing::info!("the private postgres is back");
    }
}

async fn start(cluster: &Cluster) -> Result<Child, StartError> {
    let mut child = launch(cluster, Stdio::piped()).await?;
    if let Some(output) = child.stderr.take() {
        tokio::spawn(relay(BufReader::new(output)));
    }
    ready(cluster, child).await
}

/// Clears what was left behind and starts the process, its log going to `log`.
pub(crate) async fn launch(cluster: &Cluster, log: Stdio) -> Result<Child, StartError> {
    clear_remains(cluster).await?;
    let mut command = account::command(&cluster.binaries.program("postgres"), cluster.account);
    command.args(cluster.arguments()).stdout(Stdio::null()).stderr(log);
    command.spawn().map_err(StartError::io("run postgres"))
}

/// Waits until it takes connections.
pub(crate) async fn ready(cluster: &Cluster, mut child: Child) -> Result<Child, StartError> {
    let patience = Instant::now() + READY_WITHIN;
    let options = cluster.connect_options();
    loop {
        let why = match options.connect().await {
            Ok(connection) => {
                // It answered; how the goodbye goes is no matter.
                let _ = connection.close().await;
                return Ok(child);
            }
            Err(error) => error,
        };
        if let Ok(Some(status)) = child.try_wait() {
            return Err(StartError::NotReady(format!("it ended at once ({status}), the log tells why")));
        }
        if Instant::now() >= patience {
            end(child).await;
            return Err(StartError::NotReady(why.to_string()));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Stops what a killed server left running in our folder, and removes what would keep Postgres from starting.
pub(crate) async fn clear_remains(cluster: &Cluster) -> Result<(), StartError> {
    let pid_file = cluster.folder.join("postmaster.pid");
    if let Some(pid) = first_line_pid(&pid_file) {
        if works_in(pid, &cluster.folder) {
            tracing::warn!(
                pid = pid.as_raw_nonzero().get(),
                "stopping the postgres that a killed server left running"
            );
            stop_orphan(pid, &cluster.folder).await;
        }
        // Stale: Postgres would refuse when another process of its user has this number today.
        remove(&pid_file)?;
    }
    for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
        remove(&cluster.socket_dir.join(name))?;
    }
    Ok(())
}

fn remove(file: &Path) -> Result<(), StartError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StartError::io(format!("remove {}", file.display()))(error))
        }
        _ => Ok(()),
    }
}

fn first_line_pid(pid_file: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(pid_file).ok()?;
    Pid::from_raw(text.lines().next()?.trim().parse().ok()?)
}

/// Whether a process stands in our cluster's folder, as every process of Postgres does. The number alone may be
/// somebody else's by now.
fn works_in(pid: Pid, folder: &Path) -> bool {
    let cwd: Option<PathBuf> = std::fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).ok();
    cwd.is_some_and(|cwd| folder.canonicalize().is_ok_and(|folder| folder == cwd))
}

/// Fast shutdown, then at once, then by force; see "Shutting Down the Server" in the Postgres manual.
async fn stop_orphan(pid: Pid, folder: &Path) {
    for (signal, within) in [
        (Signal::INT, STOP_WITHIN),
        (Signal::QUIT, Duration::from_secs(10)),
        (Signal::KILL, Duration::from_secs(5)),
    ] {
        // An error means that it is gone, which the look below finds too.
        let _ = kill_process(pid, signal);
        let patience = Instant::now() + within;
        while Instant::now() < patience {
            if !works_in(pid, folder) {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

async fn end(mut child: Child) {
    let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return };
    for (signal, within) in [(Signal::INT, STOP_WITHIN), (Signal::QUIT, Duration::from_secs(10))] {
        let _ = kill_process(pid, signal);
        if tokio::time::timeout(within, child.wait()).await.is_ok() {
            return;
        }
    }
    let _ = child.kill().await;
}

/// Brings Postgres's own log into ours. Its severities are those of the manual, "Message Severity Levels".
async fn relay(mut output: BufReader<tokio::process::ChildStderr>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match output.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        match text.split_once(':').map(|(severity, _)| severity) {
            Some("FATAL") if OF_EACH_START_AND_STOP.iter().any(|usual| text.contains(usual)) => {
                tracing::debug!(target: "postgres", "{text}");
            }
            Some("FATAL" | "PANIC") => tracing::error!(target: "postgres", "{text}"),
            Some("ERROR" | "WARNING") => tracing::warn!(target: "postgres", "{text}"),
            _ => tracing::debug!(target: "postgres", "{text}"),
        }
    }
}
