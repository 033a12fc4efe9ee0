//! Trunks, numbers, prompts and recordings as rows.

pub mod query;
pub mod store;
#[cfg(test)]
mod tests;
pub mod wav;

use base::id::{ContactId, NumberId, RecordingId, TrunkId};
use base::{FieldFault, Locale, PhoneNumber};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most calls of one trunk at once: what one server is built for.
pub const CALLS_MAX: i32 = 10_000;
/// Most addresses of one trunk.
pub const ADDRESSES_MAX: usize = 100;

/// How a trunk proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum TrunkKind {
    /// By where it sends from.
    Address,
    /// By user name and password (digest, RFC 3261 22).
    Digest,
}

/// What people set of a trunk, besides its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct TrunkFields {
    /// Unique among trunks in use.
    #[schema(example = "Operator 1")]
    pub name: String,
    /// How it proves who it is.
    pub kind: TrunkKind,
    /// Where it sends from: addresses or prefixes. A digest trunk needs none.
    #[serde(default)]
    #[schema(example = json!(["10.0.0.0/8"]))]
    pub addresses: Vec<String>,
    /// User name of a digest trunk, unique.
    #[serde(default)]
    pub username: Option<String>,
    /// Calls at once; more get 503.
    pub calls_max: i32,
    /// Whether its calls are taken.
    pub enabled: bool,
}

/// A SIP connection to an operator of telephony or to an exchange. The password never leaves the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Trunk {
    /// Its id.
    #[sqlx(rename = "trunk_id")]
    pub id: TrunkId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: TrunkFields,
    /// Whether a password is stored.
    pub has_password: bool,
    /// Grows with each change.
    pub version: i32,
}

/// A trunk as the SIP edge needs it, hashes included.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LiveTrunk {
    /// Which trunk.
    #[sqlx(rename = "trunk_id")]
    pub id: TrunkId,
    /// How it proves who it is.
    pub kind: TrunkKind,
    /// Addresses or prefixes.
    pub addresses: Vec<String>,
    /// User name of a digest trunk.
    pub username: Option<String>,
    /// `MD5(username:realm:password)`, lower-case hex.
    pub ha1_md5: Option<String>,
    /// `SHA-256(username:realm:password)`, lower-case hex.
    pub ha1_sha256: Option<String>,
    /// Calls at once.
    pub calls_max: i32,
}

impl std::fmt::Debug for LiveTrunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveTrunk").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl TrunkFields {
    /// What cannot be accepted, by field. `has_password`: one is stored, or comes with the change.
    #[must_use]
    pub fn faults(&self, has_password: bool) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        length_fault(&self.name, 1, 100, "/name", &mut faults);
        if !(1..=CALLS_MAX).contains(&self.calls_max) {
            let detail = format!("{} is not between 1 and {CALLS_MAX}", self.calls_max);
            faults.push(FieldFault::new("/calls_max", detail));
        }
        if self.addresses.len() > ADDRESSES_MAX {
            faults.push(FieldFault::new("/addresses", format!("at most {ADDRESSES_MAX} are kept")));
        }
        for (position, address) in self.addresses.iter().enumerate() {
            if let Err(error) = crate::sip::directory::parse_prefix(address) {
                faults.push(FieldFault::new(format!("/addresses/{position}"), error.to_string()));
            }
        }
        match self.kind {
            TrunkKind::Address if self.addresses.is_empty() => {
                faults.push(FieldFault::new("/addresses", "a trunk known by address needs at least one"));
            }
            TrunkKind::Address => {}
            TrunkKind::Digest => {
                let username = self.username.as_deref().unwrap_or_default();
                // A quote or a colon would break the digest's own grammar (RFC 7616 3.4).
                if username.is_empty() || username.len() > 64 || username.contains(['"', ':', '\\', ' ']) {
                    let detail = "a digest trunk needs 1 to 64 characters without quotes, colons and spaces";
                    faults.push(FieldFault::new("/username", detail));
                }
                if !has_password {
                    faults.push(FieldFault::new("/password", "a digest trunk needs a password"));
                }
            }
        }
        faults
    }
}

/// What people set of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct NumberFields {
    /// E.164, or a short number of 2 to 6 digits. Unique among numbers in use.
    #[schema(example = "+998712000000")]
    pub number: String,
    /// Which flow answers it.
    #[schema(example = "main")]
    pub flow: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Whether it is answered.
    pub enabled: bool,
}

impl NumberFields {
    /// What cannot be accepted, by field; whether the flow exists is the edge's question.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let is_short =
            (2..=6).contains(&self.number.len()) && self.number.bytes().all(|b| b.is_ascii_digit());
        if !is_short && let Err(error) = self.number.parse::<PhoneNumber>() {
            faults.push(FieldFault::new("/number", format!("{error}; short numbers have 2 to 6 digits")));
        }
        length_fault(&self.flow, 1, 100, "/flow", &mut faults);
        length_fault(&self.description, 0, 500, "/description", &mut faults);
        faults
    }
}

/// A number that callers dial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Number {
    /// Its id.
    #[sqlx(rename = "number_id")]
    pub id: NumberId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: NumberFields,
    /// Grows with each change.
    pub version: i32,
}

/// A prompt that somebody uploaded; it replaces the shipped one of the same name.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadedPrompt {
    /// In which language.
    pub locale: Locale,
    /// By which name flows play it.
    pub name: String,
    /// What is said in it.
    pub text: String,
    /// How long it is.
    pub duration_ms: i64,
    /// Size of the file.
    pub bytes: i64,
    /// Checksum of the file, lower-case hex.
    pub sha256: String,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// Grows with each upload.
    pub version: i32,
}

/// A stored recording (CC-TEL-06).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Recording {
    /// Its id.
    #[sqlx(rename = "recording_id")]
    pub id: RecordingId,
    /// Of which contact.
    pub contact_id: ContactId,
    /// Below the folder of recordings.
    #[serde(skip)]
    pub path: String,
    /// Size of the file.
    pub bytes: i64,
    /// Checksum of the file, lower-case hex.
    pub sha256: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it is.
    pub duration_ms: i64,
    /// 2: caller left, operator right.
    pub channels: i32,
}

fn length_fault(text: &str, least: usize, most: usize, pointer: &str, faults: &mut Vec<FieldFault>) {
    let length = text.trim().chars().count();
    if !(least..=most).contains(&length) {
        faults.push(FieldFault::new(pointer, format!("must have {least} to {most} characters")));
    }
}
