//! Reads settings: the defaults in the binary, then a file, then the environment.

use super::problem::Problems;
use super::{Settings, SettingsError, SettingsProblem};
use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Toml};
use serde::de::{Deserializer, Error, Visitor};
use std::path::Path;

/// The defaults, part of the binary.
const DEFAULTS: &str = include_str!("../../config/default.toml");
/// Read when it exists and the command line names no other.
const LOCAL: &str = "config/local.toml";
/// Two underscores part the prefix, the section and the key.
const PREFIX: &str = "TRUNKLINE__";

/// Settings with the memory of where each came from.
#[derive(Debug)]
pub struct Loaded {
    /// The settings in force.
    pub settings: Settings,
    /// Where they came from.
    pub(super) figment: Figment,
}

/// Reads and checks the settings. `file` must exist when it is named.
///
/// # Errors
/// See [`SettingsError`]: each problem names its key and where it stands.
pub fn load(file: Option<&Path>) -> Result<Loaded, SettingsError> {
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(file) = file {
        let readable = std::fs::metadata(file).and_then(|_| std::fs::File::open(file));
        readable.map_err(|source| SettingsError::Unreadable { file: file.display().to_string(), source })?;
        figment = figment.merge(Toml::file_exact(file));
    } else if Path::new(LOCAL).is_file() {
        figment = figment.merge(Toml::file_exact(LOCAL));
    }
    from_figment(figment.merge(Env::prefixed(PREFIX).split("__")))
}

pub(super) fn from_figment(figment: Figment) -> Result<Loaded, SettingsError> {
    let settings: Settings = figment.extract().map_err(|errors| {
        SettingsError::Wrong(errors.into_iter().map(|error| explain(&figment, error)).collect())
    })?;
    let mut problems = Problems::default();
    settings.check(&mut problems);
    if problems.0.is_empty() {
        return Ok(Loaded { settings, figment });
    }
    let named =
        |(key, detail): (String, String)| SettingsProblem { source: source(&figment, &key), key, detail };
    Err(SettingsError::Wrong(problems.0.into_iter().map(named).collect()))
}

/// Puts an error of the reader into our words.
fn explain(figment: &Figment, error: figment::Error) -> SettingsProblem {
    let mut path = error.path.clone();
    let detail = match &error.kind {
        // The reader has put the unknown key itself into the path already.
        Kind::UnknownField(_, known) => format!("there is no such key; known here: {}", known.join(", ")),
        Kind::MissingField(name) => {
            path.push(name.to_string());
            "it is missing".to_owned()
        }
        kind => kind.to_string(),
    };
    let key = path.join(".");
    let source = match error.metadata {
        // An error of syntax has no key, only a place in its file.
        Some(metadata) if figment.find_metadata(&key).is_none() => describe(&metadata, &key),
        _ => source(figment, &key),
    };
    SettingsProblem { key: if key.is_empty() { "settings".to_owned() } else { key }, source, detail }
}

/// Where a key was set.
pub(super) fn source(figment: &Figment, key: &str) -> String {
    figment.find_metadata(key).map_or_else(|| "not set".to_owned(), |metadata| describe(metadata, key))
}

fn describe(metadata: &figment::Metadata, key: &str) -> String {
    match &metadata.source {
        Some(figment::Source::File(file)) => file.display().to_string(),
        _ if metadata.name.contains("environment") => {
            format!("environment {PREFIX}{}", key.to_uppercase().replace('.', "__"))
        }
        _ => "default".to_owned(),
    }
}

/// Digits as text; the environment brings them as a number.
pub(super) fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Digits;
    impl Visitor<'_> for Digits {
        type Value = String;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("digits")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
        fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }
    deserializer.deserialize_any(Digits)
}
