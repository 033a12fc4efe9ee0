//! `[database]`: a private Postgres, or an address.

use super::problem::Problems;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::num::NonZeroU32;

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Address of a Postgres; none: a private one.
    pub url: Option<SecretString>,
    /// Most connections held open.
    pub connections_max: NonZeroU32,
}

impl Database {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Some(url) = &self.url {
            let url = url.expose_secret();
            let known = url.starts_with("postgres://") || url.starts_with("postgresql://");
            problems.unless(known, "database.url", "must start with postgres://");
        }
        let fits = (2..=1000).contains(&self.connections_max.get());
        problems.unless(fits, "database.connections_max", "must be 2 to 1000");
    }
}
