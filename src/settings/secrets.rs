//! `[secrets]` and `[tls]`: what seals stored secrets, and whom the server trusts when it calls others.

use super::problem::Problems;
use serde::Deserialize;
use std::path::PathBuf;

/// `[secrets]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The file of keys; none: `secrets.key` in the data folder.
    pub key_file: Option<PathBuf>,
}

/// `[tls]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate authorities that are trusted beside the well-known ones, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Tls {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Some(file) = &self.ca_file {
            problems.unless(file.is_file(), "tls.ca_file", format!("there is no file {}", file.display()));
        }
    }
}
