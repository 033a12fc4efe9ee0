//! Logs and metrics.
//!
//! Four logs (NFR-LOG-01..04): information, failures, security, changes. The last two carry what is written to
//! the targets [`SECURITY`] and [`CHANGE`]. Without files all go to standard error as one stream. With files each
//! has its own, rotated and archived (NFR-LOG-05), and standard error shows the first two. The level of each module
//! can change while the server runs.

mod files;
#[cfg(test)]
mod tests;

pub use files::{FileSettings, Rotation};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::{EnvFilter, FilterFn, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Registry, fmt};

/// Target of the security log: sign-ins, refusals, keys, every event of users.
pub const SECURITY: &str = "audit::security";
/// Target of the change log: every change of data, with before and after.
pub const CHANGE: &str = "audit::change";
/// Always part of the filter: turning a module's detail down must not silence the audit.
const AUDIT_ALWAYS: &str = "audit=info";
/// Bounds of the histograms in seconds, from a routing decision to a long call.
const BUCKETS_SECONDS: [f64; 14] =
    [0.000_001, 0.000_01, 0.000_1, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0, 60.0, 600.0];

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// What is logged, how and where.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// The look of a line.
    pub format: Format,
    /// Levels by module, such as `info,routing=debug`.
    pub directives: String,
    /// The files, if any.
    pub files: Option<FileSettings>,
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The levels cannot be read.
    #[error(transparent)]
    Directives(#[from] BadDirectives),
    /// A log file cannot be made.
    #[error("cannot write log files in {folder}")]
    Files {
        /// Where.
        folder: std::path::PathBuf,
        /// What the system answered.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another part of the program has logging already.
    #[error("logging was started before")]
    Twice,
}

/// The text names no levels.
#[derive(Debug, thiserror::Error)]
#[error("{directives:?} names no log levels: write such as info,routing=debug ({why})")]
pub struct BadDirectives {
    directives: String,
    why: String,
}

/// Changes the levels while the server runs.
#[derive(Clone)]
pub struct Levels {
    current: Arc<Mutex<String>>,
    handle: reload::Handle<EnvFilter, Registry>,
}

impl Levels {
    /// The levels in force, such as `info,routing=debug`.
    #[must_use]
    pub fn get(&self) -> String {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other levels in force at once, until the next start.
    ///
    /// # Errors
    /// [`BadDirectives`]; the old levels stay.
    pub fn set(&self, directives: &str) -> Result<(), BadDirectives> {
        let filter = filter(directives)?;
        self.handle
            .reload(filter)
            .map_err(|error| BadDirectives { directives: directives.to_owned(), why: error.to_string() })?;
        directives.clone_into(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

/// Running logs; dropping it writes out what is buffered.
#[must_use = "dropping it ends the log files"]
pub struct Telemetry {
    levels: Levels,
    _writers: Vec<WorkerGuard>,
}

impl Telemetry {
    /// The handle that changes levels.
    #[must_use]
    pub fn levels(&self) -> Levels {
        self.levels.clone()
    }
}

/// Checks levels without putting them in force.
///
/// # Errors
/// [`BadDirectives`].
pub fn check_directives(directives: &str) -> Result<(), BadDirectives> {
    filter(directives).map(drop)
}

fn filter(directives: &str) -> Result<EnvFilter, BadDirectives> {
    let bad = |why: String| BadDirectives { directives: directives.to_owned(), why };
    if directives.trim().is_empty() {
        return Err(bad("it is empty".to_owned()));
    }
    let always = AUDIT_ALWAYS.parse().map_err(|_| bad("the audit cannot be kept on".to_owned()))?;
    // A bare word would be read as the name of a module, so a misspelt level would silence everything.
    if let Some(word) = directives.split(',').map(str::trim).find(|part| !part.contains(['=', '['])) {
        word.parse::<LevelFilter>().map_err(|_| bad(format!("{word:?} is no level")))?;
    }
    let mut filter = EnvFilter::builder()
        .parse(directives)
        .map(|filter| filter.add_directive(always))
        .map_err(|error| bad(error.to_string()))?;
    for (module, discreet) in DISCREET {
        if !directives.contains(module) {
            let directive = discreet.parse().map_err(|_| bad(format!("{module} cannot be kept discreet")))?;
            filter = filter.add_directive(directive);
        }
    }
    Ok(filter)
}

/// Libraries that print more than a log may hold, and what they may say unless they are asked for by name: the SIP
/// library prints every message whole at `info`, with credentials and numbers of callers.
const DISCREET: [(&str, &str); 1] = [("rsipstack", "rsipstack=warn")];

#[cfg(test)]
#[test]
fn the_sip_library_is_discreet_unless_it_is_asked_for_by_name() {
    assert!(filter("info").unwrap().to_string().contains("rsipstack=warn"));
    assert!(!filter("info,rsipstack=debug").unwrap().to_string().contains("rsipstack=warn"));
}

type Installed = reload::Layer<EnvFilter, Registry>;
type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// Starts logs and metrics for the whole program.
///
/// # Errors
/// See [`TelemetryError`].
pub fn init(settings: &LogSettings) -> Result<Telemetry, TelemetryError> {
    let (filter, handle): (Installed, _) = reload::Layer::new(filter(&settings.directives)?);
    let levels = Levels { current: Arc::new(Mutex::new(settings.directives.clone())), handle };
    // The audit shows records of people: with files it stands in those alone, which only the server reads.
    let on_stderr: fn(&tracing::Metadata<'_>) -> bool =
        if settings.files.is_some() { |line| !files::audit(line) } else { |_| true };
    let stderr = layer(settings.format, std::io::stderr, true).with_filter(shows(on_stderr)).boxed();
    let mut layers = vec![stderr];
    let mut writers = Vec::new();
    if let Some(files) = &settings.files {
        for (name, shown) in files::LOGS {
            let (writer, guard) = files::writer(files, name)
                .map_err(|source| TelemetryError::Files { folder: files.folder.clone(), source })?;
            writers.push(guard);
            layers.push(layer(settings.format, writer, false).with_filter(shows(shown)).boxed());
        }
        files::keep_house(files.clone());
    }
    let subscriber = tracing_subscriber::registry().with(filter).with(layers);
    subscriber.try_init().map_err(|_| TelemetryError::Twice)?;
    metrics_handle();
    Ok(Telemetry { levels, _writers: writers })
}

fn shows(shown: fn(&tracing::Metadata<'_>) -> bool) -> FilterFn<fn(&tracing::Metadata<'_>) -> bool> {
    filter_fn(shown)
}

fn layer<S, W>(format: Format, writer: W, colour: bool) -> BoxedLayer<S>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    match format {
        Format::Json => fmt::layer().json().flatten_event(true).with_writer(writer).boxed(),
        Format::Text => {
            let colour = colour && std::io::IsTerminal::is_terminal(&std::io::stderr());
            fmt::layer().with_ansi(colour).with_writer(writer).boxed()
        }
    }
}

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

fn metrics_handle() -> Option<&'static PrometheusHandle> {
    let make = || {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS_SECONDS)
            .ok()?;
        builder.install_recorder().ok()
    };
    METRICS.get_or_init(make).as_ref()
}

/// All metrics in the text format of Prometheus.
#[must_use]
pub fn render_metrics() -> String {
    metrics_handle().map_or_else(String::new, |handle| {
        // Histograms collect samples until somebody drains them.
        handle.run_upkeep();
        handle.render()
    })
}

/// Drains what histograms have collected, for servers that nobody scrapes. Runs until the program ends.
pub async fn keep_metrics() {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        if let Some(handle) = metrics_handle() {
            handle.run_upkeep();
        }
    }
}
