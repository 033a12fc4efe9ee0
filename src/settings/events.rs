//! `[events]`, `[kafka]` and `[webhooks]`: how events come in and go out.

use super::problem::Problems;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[events]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Folder in which other systems put files of events.
    pub drop_dir: Option<PathBuf>,
}

/// `[kafka]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kafka {
    /// Addresses of the brokers; none: Kafka is not used.
    pub brokers: Option<String>,
    /// Topics that events are read from.
    pub topics: Vec<String>,
    /// The group that shares the topics' partitions.
    pub group: String,
    /// Further settings of the client, by librdkafka's names.
    pub properties: BTreeMap<String, String>,
}

impl Kafka {
    pub(super) fn check(&self, problems: &mut Problems) {
        let used = self.brokers.is_some();
        problems.unless(!used || !self.topics.is_empty(), "kafka.topics", "must name at least one topic");
        problems.unless(!used || !self.group.is_empty(), "kafka.group", "must not be empty");
        let own = ["bootstrap.servers", "group.id", "enable.auto.commit", "enable.auto.offset.store"];
        let protocol = self.properties.get("security.protocol").map_or("plaintext", String::as_str);
        problems.unless(
            protocol.eq_ignore_ascii_case("plaintext"),
            "kafka.properties",
            "this server speaks to brokers without TLS and SASL: put a TLS sidecar beside it (docs/EVENTS.md)",
        );
        for key in own.iter().filter(|key| self.properties.contains_key(**key)) {
            problems.unless(false, "kafka.properties", format!("{key} belongs to the server"));
        }
    }
}

/// `[webhooks]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether addresses of the own network, and plain HTTP, are allowed.
    pub private_addresses: bool,
}
