//! What customers whom a rule reached did then: three types of response, none of which excludes another (GAP-04,
//! MKT-RESP-01 to MKT-RESP-04). A share of responses always says of which type.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A type of response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    /// Type 1: a message of the rule reached the customer.
    Delivery,
    /// Type 2: the customer showed interest.
    Interest,
    /// Type 3: the customer did what the rule is for.
    Conversion,
}

/// An event of a customer that a rule waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Which rule.
    pub rule_id: Uuid,
    /// Whose event.
    pub customer_id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// A message of a reaction that reached its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Rule, event and key of the reaction.
    pub reaction: (Uuid, Uuid, String),
    /// When it reached the customer.
    pub at: DateTime<Utc>,
}

/// What a batch of events is in answer to rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Responses {
    /// Type 1.
    pub deliveries: Vec<Delivery>,
    /// Type 2.
    pub interests: Vec<Reply>,
    /// Type 3.
    pub conversions: Vec<Reply>,
}
