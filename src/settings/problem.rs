//! What is wrong with settings, in words that name the key and where it stands.

use std::fmt;

/// One wrong value or key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsProblem {
    /// The key with its section, such as `sip.calls_max`.
    pub key: String,
    /// Where it was set, such as `config/local.toml`.
    pub source: String,
    /// What is wrong with it.
    pub detail: String,
}

impl fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.key, self.detail, self.source)
    }
}

/// Why there are no settings to start with.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file named on the command line cannot be read.
    #[error("cannot read the settings file {file}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// Keys or values are wrong.
    #[error("the settings are wrong:{}", list(.0))]
    Wrong(Vec<SettingsProblem>),
}

fn list(problems: &[SettingsProblem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// Collects what is wrong, so that all of it is shown at once.
#[derive(Debug, Default)]
pub struct Problems(pub Vec<(String, String)>);

impl Problems {
    /// Adds a problem of `key` unless `fine`.
    pub fn unless(&mut self, fine: bool, key: &str, detail: impl Into<String>) {
        if !fine {
            self.0.push((key.to_owned(), detail.into()));
        }
    }
}
