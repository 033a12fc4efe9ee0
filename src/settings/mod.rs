//! Typed settings: defaults that are part of the binary, a local file, the environment. A typo is an error that
//! names the key and where it stands.

pub mod database;
pub mod demo;
mod directory;
pub mod events;
mod load;
pub mod log;
pub mod loyalty;
pub mod media;
pub mod messages;
pub mod problem;
pub mod retention;
pub mod secrets;
pub mod server;
pub mod show;
pub mod sip;
pub mod telegram;
#[cfg(test)]
mod tests;

pub use load::{Loaded, load};
pub use problem::{SettingsError, SettingsProblem};
pub use retention::Retention;

pub use crate::http::settings::Http;
pub use access::policy::AccessPolicy;
pub use database::Database;
pub use demo::Demo;
pub use events::{Events, Kafka, Webhooks};
pub use log::Log;
pub use loyalty::{Loyalty, LoyaltyFiles};
pub use media::Media;
pub use messages::Messages;
pub use secrets::{Secrets, Tls};
pub use server::Server;
pub use sip::Sip;
pub use telegram::Telegram;

use problem::Problems;
use serde::Deserialize;

/// All settings. What each key means, its unit and reason stand in `config/default.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `[server]`
    pub server: Server,
    /// `[http]`
    pub http: Http,
    /// `[database]`
    pub database: Database,
    /// `[log]`
    pub log: Log,
    /// `[access]`
    pub access: AccessPolicy,
    /// `[sip]`
    pub sip: Sip,
    /// `[media]`
    pub media: Media,
    /// `[messages]`
    pub messages: Messages,
    /// `[events]`
    pub events: Events,
    /// `[kafka]`
    pub kafka: Kafka,
    /// `[webhooks]`
    pub webhooks: Webhooks,
    /// `[retention]`
    pub retention: Retention,
    /// `[loyalty]`
    pub loyalty: Loyalty,
    /// `[secrets]`
    pub secrets: Secrets,
    /// `[tls]`
    pub tls: Tls,
    /// `[telegram]`
    pub telegram: Telegram,
    /// `[demo]`
    pub demo: Demo,
}

impl Settings {
    /// Checks what types alone cannot say.
    fn check(&self, problems: &mut Problems) {
        self.server.check(problems);
        check_http(&self.http, problems);
        self.database.check(problems);
        self.log.check(problems);
        check_access(&self.access, problems);
        self.sip.check(problems);
        self.media.check(problems);
        self.messages.check(problems);
        self.kafka.check(problems);
        self.retention.check(problems);
        self.loyalty.check(problems);
        self.tls.check(problems);
        self.telegram.check(problems);
    }

    /// The file of the keys that seal stored secrets.
    #[must_use]
    pub fn key_file(&self) -> std::path::PathBuf {
        self.secrets.key_file.clone().unwrap_or_else(|| self.server.data_dir.join("secrets.key"))
    }

    /// The database as the platform starts it.
    #[must_use]
    pub fn database(&self) -> platform::db::Settings {
        platform::db::Settings {
            url: self.database.url.clone(),
            data_dir: self.server.data_dir.clone(),
            connections_max: self.database.connections_max,
            durability: platform::db::Durability::Full,
        }
    }

    /// The logs as the platform starts them.
    #[must_use]
    pub fn telemetry(&self) -> platform::telemetry::LogSettings {
        let files = self.log.files.then(|| platform::telemetry::FileSettings {
            folder: self.server.data_dir.join("logs"),
            rotation: self.log.rotation,
            keep_files: self.log.keep_files,
        });
        platform::telemetry::LogSettings {
            format: self.log.format,
            directives: self.log.directives.clone(),
            files,
        }
    }
}

fn check_http(http: &Http, problems: &mut Problems) {
    problems.unless(http.body_bytes_max >= 1024, "http.body_bytes_max", "must be at least 1024");
    problems.unless(http.requests_per_second > 0, "http.requests_per_second", "must be at least 1");
    problems.unless(
        http.requests_burst >= http.requests_per_second,
        "http.requests_burst",
        "must be at least requests_per_second",
    );
    problems.unless(http.sign_ins_per_minute > 0, "http.sign_ins_per_minute", "must be at least 1");
    if let Some(url) = &http.public_url {
        let known = url.starts_with("https://") || url.starts_with("http://");
        problems.unless(known, "http.public_url", "must start with https:// or http://");
    }
    let panels_max = crate::http::settings::PANELS_MAX;
    problems.unless(
        http.panels.len() <= panels_max,
        "http.panels",
        format!("at most {panels_max} are shown"),
    );
    for panel in &http.panels {
        let known = panel.origin().is_some();
        let detail =
            format!("\"{}\": url must be https://host/... with fields after the host only", panel.title);
        problems.unless(known, "http.panels", detail);
    }
    if let Some(tls) = &http.tls {
        for (key, file) in [("http.tls.certificate", &tls.certificate), ("http.tls.key", &tls.key)] {
            problems.unless(file.is_file(), key, format!("there is no file {}", file.display()));
        }
    }
}

fn check_access(access: &AccessPolicy, problems: &mut Problems) {
    directory::check(&access.directory, problems);
    let (password, session) = (&access.password, &access.session);
    let length_max = access::policy::PASSWORD_LENGTH_MAX;
    let length_fits = (8..=length_max).contains(&password.length_min);
    problems.unless(length_fits, "access.password.length_min", format!("must be 8 to {length_max}"));
    problems.unless(password.classes_min <= 4, "access.password.classes_min", "must be 0 to 4");
    problems.unless(password.temporary_hours > 0, "access.password.temporary_hours", "must be at least 1");
    problems.unless(session.idle_minutes > 0, "access.session.idle_minutes", "must be at least 1");
    problems.unless(session.age_max_hours > 0, "access.session.age_max_hours", "must be at least 1");
    let lockout = &access.lockout;
    for (key, value) in [
        ("access.lockout.failures_per_login", lockout.failures_per_login),
        ("access.lockout.failures_per_source", lockout.failures_per_source),
        ("access.lockout.window_minutes", lockout.window_minutes),
        ("access.lockout.locked_minutes", lockout.locked_minutes),
    ] {
        problems.unless(value > 0, key, "must be at least 1");
    }
}
