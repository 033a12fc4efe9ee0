//! Connectors: outside systems that flows and rules ask over HTTP, as they are (INT-03).
//!
//! An operation is a method and a path with `{names}` in it; what is left of the input goes into the query of a GET and
//! into a JSON body of anything else. Each answer is kept, and when the system is away the last one is given with
//! `as_of` and `stale`, so that an operator can go on.

pub mod http;

use base::FieldFault;
use base::id::ConnectorId;
use platform::event_type::schema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Longest answer that is read, in bytes: an answer becomes a variable of a run.
pub const ANSWER_BYTES_MAX: usize = 48 * 1024;
/// How long an operation may take when it does not say.
pub const TIMEOUT_MS_DEFAULT: u32 = 3000;
/// The longest that an operation may take: an operator and a customer wait.
pub const TIMEOUT_MS_MAX: u32 = 60_000;
/// Most operations of a connector.
pub const OPERATIONS_MAX: usize = 100;
/// Faults of an input or an answer that are told: what repairs the first often repairs the rest.
const SAID_MAX: usize = 3;

/// How a connector says who it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = ConnectorAuthKind)]
pub enum AuthKind {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Bearer <secret>`.
    Bearer,
    /// `Authorization: Basic`, the name is the login.
    Basic,
    /// A header of the name with the secret.
    Header,
}

/// How a connector says who it is; the secret is written and never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectorAuthInput)]
pub struct AuthInput {
    /// How.
    #[serde(default)]
    pub kind: AuthKind,
    /// The login, or the name of the header.
    pub name: Option<String>,
    /// The secret; the present one stays when not said.
    pub secret: Option<String>,
    /// Sent back as it was read; ignored.
    #[serde(default)]
    #[schema(ignore)]
    pub has_secret: Option<bool>,
}

/// How a connector says who it is, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConnectorAuth)]
pub struct Auth {
    /// How.
    pub kind: AuthKind,
    /// The login, or the name of the header.
    pub name: Option<String>,
    /// Whether there is a secret.
    pub has_secret: bool,
}

/// The method of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    #[default]
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// Something that the system can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectorOperation)]
pub struct Operation {
    /// Its name in flows.
    pub key: String,
    /// The method.
    #[serde(default)]
    pub method: Method,
    /// The path below the base URL, with `{names}` of the input, such as `/tariffs/{id}`.
    pub path: String,
    /// JSON Schema of what it is given.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub input_schema: Json,
    /// JSON Schema of what it answers.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub output_schema: Json,
    /// How long it may take, in milliseconds; 3000 when not said.
    pub timeout_ms: Option<u32>,
    /// How long an answer is taken as current without asking again, in seconds; for GET.
    #[serde(default)]
    pub cache_seconds: u32,
}

impl Operation {
    /// Whether an input is as agreed.
    ///
    /// # Errors
    /// Where it is not, in words; the values, which may be a customer's, are left out.
    pub fn check_input(&self, input: &Map<String, Json>) -> Result<(), String> {
        against(&self.input_schema, &Json::Object(input.clone()), "the input")
    }

    /// Whether an answer is as agreed.
    ///
    /// # Errors
    /// Where it is not, in words; the values are left out.
    pub fn check_output(&self, answer: &Json) -> Result<(), String> {
        against(&self.output_schema, answer, "the answer")
    }

    /// How long it may take.
    #[must_use]
    pub fn timeout(&self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::from(self.timeout_ms.unwrap_or(TIMEOUT_MS_DEFAULT)))
    }
}

fn against(schema: &Json, value: &Json, whole: &str) -> Result<(), String> {
    if schema.is_null() {
        return Ok(());
    }
    let validator = schema::compile(schema)?;
    let told: Vec<String> = schema::check(&validator, value)
        .into_iter()
        .take(SAID_MAX)
        .map(|fault| {
            let place = if fault.pointer.is_empty() { whole } else { &fault.pointer };
            format!("{place}: {}", fault.detail)
        })
        .collect();
    if told.is_empty() { Ok(()) } else { Err(told.join("; ")) }
}

/// What a person says about a connector.
#[derive(Clone, Debug, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectorFields)]
pub struct Fields {
    /// Its name in flows: small letters, digits and dashes.
    pub name: String,
    /// Where the system is: scheme, host, path.
    pub base_url: String,
    /// How it says who it is.
    #[serde(default)]
    pub auth: AuthInput,
    /// What it can be asked.
    pub operations: Vec<Operation>,
}

/// A connector.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Connector)]
pub struct Connector {
    /// Its id.
    pub id: ConnectorId,
    /// Its name in flows.
    pub name: String,
    /// Where the system is.
    pub base_url: String,
    /// How it says who it is.
    pub auth: Auth,
    /// What it can be asked.
    pub operations: Vec<Operation>,
    /// Grows with each change.
    pub version: i32,
    /// The secret, sealed for [`place`].
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) secret: Option<String>,
}

/// Where the vault knows the secret of a connector.
pub(crate) fn place(id: ConnectorId) -> String {
    format!("flow.connector.secret/{id}")
}

impl Connector {
    /// Something that it can be asked.
    #[must_use]
    pub fn operation(&self, key: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.key == key)
    }
}

/// What an outside system answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ConnectorAnswer)]
pub struct Answer {
    /// The answer.
    #[schema(value_type = Object)]
    pub data: Json,
    /// When it was given.
    pub as_of: chrono::DateTime<chrono::Utc>,
    /// Whether the system is away and this is its last answer.
    pub stale: bool,
}

impl Fields {
    /// What cannot be accepted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = vec![];
        let mut fault = |pointer: String, detail: &str| faults.push(FieldFault::new(pointer, detail));
        if !crate::process::check::is_flow_name(&self.name) {
            fault("/name".to_owned(), "1 to 100 small letters, digits and dashes, such as billing");
        }
        if let Err(detail) = http::base(&self.base_url) {
            fault("/base_url".to_owned(), &detail);
        }
        if matches!(self.auth.kind, AuthKind::Basic | AuthKind::Header)
            && self.auth.name.as_deref().unwrap_or_default().is_empty()
        {
            fault("/auth/name".to_owned(), "say the login or the name of the header");
        }
        if self.operations.is_empty() || self.operations.len() > OPERATIONS_MAX {
            fault("/operations".to_owned(), "there must be 1 to 100 operations");
        }
        let mut keys = BTreeSet::new();
        for (index, operation) in self.operations.iter().enumerate() {
            if !crate::process::check::is_flow_name(&operation.key.replace('_', "-")) {
                fault(format!("/operations/{index}/key"), "small letters, digits, dashes and underscores");
            } else if !keys.insert(&operation.key) {
                fault(format!("/operations/{index}/key"), "another operation has this key");
            }
            if !operation.path.starts_with('/')
                || operation.path.contains("..")
                || operation.path.contains("//")
            {
                fault(format!("/operations/{index}/path"), "begins with / and stays below the base URL");
            }
            if operation.timeout_ms.is_some_and(|ms| ms == 0 || ms > TIMEOUT_MS_MAX) {
                fault(format!("/operations/{index}/timeout_ms"), "1 to 60000 milliseconds");
            }
            let schemas =
                [("input_schema", &operation.input_schema), ("output_schema", &operation.output_schema)];
            for (field, schema) in schemas.into_iter().filter(|(_, schema)| !schema.is_null()) {
                if let Some(detail) = schema::refused(schema) {
                    fault(format!("/operations/{index}/{field}"), &detail);
                }
            }
        }
        faults
    }
}
