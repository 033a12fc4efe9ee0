//! `[messages]`: what comes back of the messages that were sent.

use super::problem::Problems;
use serde::Deserialize;
use std::net::SocketAddr;

/// `[messages]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// Where reports of mail servers are heard; none: nowhere.
    pub bounce_listen: Option<SocketAddr>,
    /// Under which name.
    pub bounce_host: String,
}

impl Messages {
    pub(super) fn check(&self, problems: &mut Problems) {
        let host = &self.bounce_host;
        let fits = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        problems.unless(fits, "messages.bounce_host", "must be a name of DNS");
    }
}
