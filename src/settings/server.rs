//! `[server]`: the site and the folders.

use super::problem::Problems;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Folder of everything the server keeps.
    pub data_dir: PathBuf,
    /// Folder of the flows.
    pub flows_dir: PathBuf,
    /// Folder of the prompts.
    pub sounds_dir: PathBuf,
    /// What the site is called.
    pub site_name: String,
    /// Time zone of the site.
    pub time_zone: chrono_tz::Tz,
    /// Digits without `+`.
    #[serde(deserialize_with = "super::load::digits")]
    pub country_code: String,
    /// Digits of a national number.
    pub national_digits: usize,
    /// Seconds that running calls may go on after the server was told to stop.
    pub drain_seconds: u16,
}

impl Server {
    /// How long running calls may go on after the server was told to stop.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(u64::from(self.drain_seconds))
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        let code = &self.country_code;
        let code_fits = (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
        problems.unless(code_fits, "server.country_code", "must be 1 to 3 digits without +");
        problems.unless(
            (4..=12).contains(&self.national_digits),
            "server.national_digits",
            "must be 4 to 12",
        );
        problems.unless(!self.site_name.trim().is_empty(), "server.site_name", "must not be empty");
        problems.unless(!self.data_dir.as_os_str().is_empty(), "server.data_dir", "must not be empty");
    }
}
