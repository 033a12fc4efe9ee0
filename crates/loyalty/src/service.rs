//! Services of the company that a member uses (CIMP-SVC-01..03, CIMP-ENT-03).

use crate::programme::TEXT_MAX;
use base::FieldFault;
use base::id::{MasterAccountId, ServiceId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest service id and user id, in characters.
pub const ID_MAX: usize = 100;

/// What a service is (CIMP-ST-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ServiceState {
    /// In use.
    Connected,
    /// Switched off; it can be connected again.
    Disconnected,
}

/// What is said of a service when it is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct ServiceFields {
    /// The id that the company's systems know it by, unique within the programme.
    #[schema(example = "SVC-77120")]
    pub code: String,
    /// Its name; with `user_id` unique within the programme.
    #[schema(example = "mobile")]
    pub name: String,
    /// By what the service knows its user, such as a phone number.
    #[schema(example = "+998901234567")]
    pub user_id: String,
    /// Which type of service it is: a code of the list of service lines (CIMP-SVC-03).
    #[schema(example = "mobile")]
    pub line: String,
}

impl ServiceFields {
    /// What cannot be accepted, under `prefix`.
    #[must_use]
    pub fn faults(&self, prefix: &str) -> Vec<FieldFault> {
        let fields = [
            ("code", &self.code, ID_MAX),
            ("name", &self.name, TEXT_MAX),
            ("user_id", &self.user_id, ID_MAX),
            ("line", &self.line, ID_MAX),
        ];
        let wrong = |text: &str, max: usize| {
            text.trim() != text
                || text.is_empty()
                || text.chars().count() > max
                || text.contains(['|', '\n', '\r'])
        };
        fields
            .into_iter()
            .filter(|(_, text, max)| wrong(text, *max))
            .map(|(field, _, max)| {
                let detail = format!("must have 1 to {max} characters, no |, and no blanks around it");
                FieldFault::new(format!("{prefix}/{field}"), detail)
            })
            .collect()
    }
}

/// A service of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Service {
    /// Its id here.
    #[sqlx(rename = "service_id")]
    pub id: ServiceId,
    /// Whose it is.
    pub account_id: MasterAccountId,
    /// What was said when it was connected.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: ServiceFields,
    /// What it is.
    pub state: ServiceState,
    /// When it was connected last.
    pub connected_at: DateTime<Utc>,
    /// When it was disconnected, while it is.
    pub disconnected_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i32,
}
