//! What the resources need of the live server besides the database.

use crate::http::problem::ApiError;
use crate::http::state::AppState;
use base::id::{NotReadyReasonId, OperatorId};
use chrono::{DateTime, Utc};
use routing::contact::StateName;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::broadcast;
use utoipa::ToSchema;

/// The time zone of the site: what `time` means in a filter. UTC where nobody set it.
#[derive(Clone, Copy, Debug)]
pub struct SiteZone(pub chrono_tz::Tz);

impl SiteZone {
    /// The zone of this server.
    #[must_use]
    pub fn of(state: &AppState) -> chrono_tz::Tz {
        state.find_part::<Self>().map_or(chrono_tz::Tz::UTC, |zone| zone.0)
    }
}

/// Which configuration changed. The live part reads it again; a receiver that lagged reads everything again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigChanged {
    /// Queues: settings, skills, in use or not.
    Queues,
    /// Names of skills.
    Skills,
    /// Settings of one operator.
    Operator(OperatorId),
    /// Not-ready reasons.
    Reasons,
    /// Topics.
    Topics,
    /// Results.
    Results,
    /// Trunks.
    Trunks,
    /// Numbers and the flows behind them.
    Numbers,
    /// Audio of prompts.
    Prompts,
    /// Flows were read again.
    Flows,
}

/// What an operator is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresenceNow {
    /// The state.
    pub state: StateName,
    /// Why, when not ready.
    pub reason_id: Option<NotReadyReasonId>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Who is signed in to the desk, answered from memory.
pub trait LiveOperators: Send + Sync + 'static {
    /// Every signed-in operator with what it is doing.
    fn presences(&self) -> BTreeMap<OperatorId, PresenceNow>;
}

/// A flow as the administration shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowBody {
    /// By which name numbers and flows refer to it.
    pub name: String,
    /// The file it was read from.
    pub file: String,
    /// Which version of the file: the first digits of its checksum.
    pub version: String,
    /// How many nodes it has.
    pub nodes: usize,
    /// When the version that runs was read.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Why the file was refused; the version before it, if any, still runs.
    pub error: Option<String>,
}

/// The flows of the server.
pub trait LiveFlows: Send + Sync + 'static {
    /// Every flow that runs or was refused, by name.
    fn list(&self) -> Vec<FlowBody>;
    /// Reads the files again; what is refused keeps its version before. May block on files.
    fn reload(&self) -> Vec<FlowBody>;
    /// An IVR that somebody draws, checked against what exists now. May block on files.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(&self, json: &str) -> Result<flow::Definition, Vec<rules::Fault>>;
    /// The text of a file, when it is one of the flows. May block on files.
    fn text(&self, file: &str) -> Option<String>;
}

/// Where audio is.
#[derive(Clone, Debug)]
pub struct AudioFolders {
    /// Prompts that came with the server: `<locale>/<name>.wav` and `manifest.toml`.
    pub sounds: PathBuf,
    /// Prompts that were uploaded: `<locale>/<name>.wav`. They win over the shipped ones.
    pub uploaded: PathBuf,
    /// Recordings; rows name files below it.
    pub recordings: PathBuf,
}

/// All of it, one part of [`AppState`].
#[derive(Clone)]
pub struct Parts {
    /// Who is signed in to the desk.
    pub operators: Arc<dyn LiveOperators>,
    /// The flows.
    pub flows: Arc<dyn LiveFlows>,
    /// Where changes of configuration are announced.
    pub changes: broadcast::Sender<ConfigChanged>,
    /// Where audio is.
    pub folders: AudioFolders,
    /// `[sip] realm`: passwords of trunks are hashed with it.
    pub realm: String,
}

/// Changes that a slow receiver may be behind before it has to read everything again.
pub const CHANGES_KEPT: usize = 256;

/// Tells the live part, after the commit. A server without one has nobody to tell.
pub fn announce(state: &AppState, change: ConfigChanged) {
    if let Some(parts) = state.find_part::<Parts>() {
        let _ = parts.changes.send(change); // an error means that nobody listens
    }
}

/// The parts.
///
/// # Errors
/// 503 when this server runs without them.
pub fn parts(state: &AppState) -> Result<&Parts, ApiError> {
    state.part::<Parts>()
}
