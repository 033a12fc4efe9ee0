//! `trunkline check-config`: the values in force and where each came from.

use super::load::{Loaded, source};
use figment::value::{Dict, Value};
use std::fmt::Write;

/// Parts of a key whose value is never shown.
const SECRET: [&str; 3] = ["password", "secret", "token"];
/// Widest `key = value` before the source; longer ones push it to the right.
const COLUMN: usize = 56;

/// One line a key: `sip.calls_max = 500    # default`. Secrets are not shown.
#[must_use]
pub fn effective(loaded: &Loaded) -> String {
    // The settings were read from it, so it can be read again as plain values.
    let values: Dict = loaded.figment.extract().unwrap_or_default();
    let mut lines = String::new();
    show(loaded, "", &values, &mut lines);
    lines
}

fn show(loaded: &Loaded, above: &str, values: &Dict, lines: &mut String) {
    for (name, value) in values {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        if let Value::Dict(_, inner) = value {
            show(loaded, &key, inner, lines);
            continue;
        }
        let shown = format!("{key} = {}", text(&key, name, value));
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{shown:<COLUMN$}  # {}", source(&loaded.figment, &key));
    }
}

fn text(key: &str, name: &str, value: &Value) -> String {
    match value {
        _ if SECRET.iter().any(|secret| name.contains(secret)) => "[REDACTED]".to_owned(),
        Value::String(_, url) if key == "database.url" => format!("{:?}", without_password(url)),
        Value::String(_, text) => format!("{text:?}"),
        Value::Char(_, letter) => format!("{:?}", letter.to_string()),
        Value::Bool(_, on) => on.to_string(),
        Value::Num(_, number) => number_text(*number),
        Value::Empty(..) => "nothing".to_owned(),
        Value::Dict(..) => "{}".to_owned(),
        Value::Array(_, items) => {
            let items: Vec<String> = items.iter().map(|item| text(key, name, item)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn number_text(number: figment::value::Num) -> String {
    let whole = number.to_i128().or_else(|| number.to_u128().and_then(|number| i128::try_from(number).ok()));
    whole.map_or_else(|| number.to_f64().unwrap_or(f64::NAN).to_string(), |whole| whole.to_string())
}

/// `postgres://name:secret@host/db?password=x` without its secrets.
fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    let Some((scheme, rest)) = url.split_once("://") else { return "[REDACTED]".to_owned() };
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let name = who.split_once(':').map_or(who, |(name, _)| name);
            format!("{scheme}://{name}:[REDACTED]@{place}")
        }
        None => format!("{scheme}://{rest}"),
    }
}
