//! What a run needs done by others: messages, events, attributes of customers. The composition fills it in; a run
//! does not know who does it.

use crate::process::node::{Channel, MessageClass};
use base::Edit;
use base::id::{InstanceId, PersonId};
use chrono_tz::Tz;
use rules::References;
use serde_json::{Map, Value as Json};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// Something that is being done, in the transaction of the run.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + 'a>>;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It cannot be done like this; the run goes where its error branch leads.
    #[error("{0}")]
    Refused(String),
    /// The database failed; everything is tried again.
    #[error("database error")]
    Database(#[from] sqlx::Error),
}

impl From<base::ChangeError> for Trouble {
    fn from(error: base::ChangeError) -> Self {
        match error {
            base::ChangeError::Database(error) => Self::Database(error),
            base::ChangeError::Invalid(faults) => {
                let told: Vec<String> =
                    faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
                Self::Refused(told.join("; "))
            }
            other => Self::Refused(other.to_string()),
        }
    }
}

/// What something is done for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The run.
    pub instance: InstanceId,
    /// The visit.
    pub entry: u64,
    /// The customer of the run.
    pub customer: Option<Uuid>,
    /// How many events caused each other before this run.
    pub event_depth: u8,
}

impl Cause {
    /// The key under which it is done once.
    #[must_use]
    pub fn key(&self) -> String {
        format!("flow/{}/{}", self.instance, self.entry)
    }
}

/// A message as a flow asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageWish<'a> {
    /// By which channel.
    pub channel: Channel,
    /// The template.
    pub template: &'a str,
    /// What it is for.
    pub class: MessageClass,
    /// More for the template, with `event` and `vars` of the run.
    pub fields: &'a Map<String, Json>,
    /// The customer as expressions see it.
    pub customer: &'a Json,
    /// The data of the last event.
    pub event: &'a Json,
    /// What the run knows.
    pub variables: &'a Map<String, Json>,
}

/// Does what runs need done, each once for its [`Cause::key`].
pub trait Performer: Send + Sync {
    /// The customer as expressions see it; null when there is none. With what is predicted of the customer under these
    /// names and with the linked cards of these kinds, where [`rules::Facts::of_customer`] finds them.
    fn customer<'a>(
        &'a self,
        db: &'a mut PgConnection,
        customer: Uuid,
        predictions: &'a BTreeSet<String>,
        cards: &'a BTreeSet<String>,
    ) -> Doing<'a, Json>;

    /// Reference tables.
    fn references<'a>(&'a self, db: &'a mut PgConnection) -> Doing<'a, References>;

    /// The site's time zone.
    fn zone(&self) -> Tz;

    /// Who a login or an id is.
    fn person<'a>(&'a self, db: &'a mut PgConnection, name: &'a str) -> Doing<'a, Option<PersonId>>;

    /// Sends a message.
    fn message<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause,
        wish: MessageWish<'a>,
    ) -> Doing<'a, Json>;

    /// Makes an event happen.
    fn emit<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause,
        event: &'a str,
        data: &'a Map<String, Json>,
    ) -> Doing<'a, Json>;

    /// Changes an attribute of the customer.
    fn set_attribute<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause,
        attribute: &'a str,
        value: &'a Json,
    ) -> Doing<'a, Json>;
}
