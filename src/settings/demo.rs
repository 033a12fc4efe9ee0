//! `[demo]`: the demo organisation.

use serde::Deserialize;

/// `[demo]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Whether the first start fills an empty database.
    pub load: bool,
    /// Folder of its files.
    pub dir: std::path::PathBuf,
}
