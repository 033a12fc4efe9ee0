//! `[log]`: the four logs.

use super::problem::Problems;
use platform::telemetry::{Format, Rotation, check_directives};
use serde::Deserialize;
use std::num::NonZeroU32;

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Look of a line.
    pub format: Format,
    /// Levels by module.
    pub directives: String,
    /// Whether the four logs are also written to files.
    pub files: bool,
    /// When each log starts a new file.
    pub rotation: Rotation,
    /// Files kept of each log.
    pub keep_files: NonZeroU32,
}

impl Log {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Err(error) = check_directives(&self.directives) {
            problems.unless(false, "log.directives", error.to_string());
        }
    }
}
