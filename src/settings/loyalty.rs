//! `[loyalty.files]`: files of the loyalty programme, in and out.

use super::problem::Problems;
use serde::Deserialize;
use std::path::PathBuf;

/// `[loyalty]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loyalty {
    /// `[loyalty.files]`
    pub files: LoyaltyFiles,
}

/// `[loyalty.files]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoyaltyFiles {
    /// Folder in which billings and partners put files.
    pub drop_dir: Option<PathBuf>,
    /// Folder from which others fetch files that are transmitted.
    pub out_dir: Option<PathBuf>,
    /// Whether the monthly statistics are transmitted.
    pub transmit_statistics: bool,
    /// Greatest length of a file that comes by HTTP, bytes.
    pub upload_bytes_max: usize,
}

impl Loyalty {
    pub(super) fn check(&self, problems: &mut Problems) {
        let files = &self.files;
        problems.unless(
            !files.transmit_statistics || files.out_dir.is_some(),
            "loyalty.files.transmit_statistics",
            "needs loyalty.files.out_dir",
        );
        problems.unless(
            files.upload_bytes_max >= 1024,
            "loyalty.files.upload_bytes_max",
            "must be at least 1024",
        );
        problems.unless(
            files.drop_dir.is_none() || files.drop_dir != files.out_dir,
            "loyalty.files.out_dir",
            "must not be drop_dir: what goes out would come in again",
        );
    }
}
