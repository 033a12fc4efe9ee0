//! Doing what a rule owes, each kind in the transaction that ends the reaction.

use base::id::{CustomerId, EventId};
use base::{Author, ChangeError, Edit};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use platform::event::{AppendError, Appended, OutsideEvent, append_outside};
use rules::document::{Act, fill, value, values};
use rules::store::DueReaction;
use rules::{Facts, References};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Why a reaction was not done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It cannot be done like this: another try changes nothing.
    #[error("{0}")]
    Refused(String),
    /// It may work later.
    #[error("{0}")]
    Later(String),
    /// The database failed.
    #[error("database error: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<ChangeError> for Trouble {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Database(error) => Self::Database(error),
            ChangeError::Invalid(faults) => {
                let said: Vec<String> =
                    faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
                Self::Refused(said.join("; "))
            }
            other => Self::Refused(other.to_string()),
        }
    }
}

/// What a reaction is done for.
pub struct Cause<'a> {
    /// The reaction.
    pub due: &'a DueReaction,
    /// The event, the customer as it is now, the moment, the reference tables.
    pub facts: &'a Facts,
}

impl Cause<'_> {
    /// The key under which it is done once.
    #[must_use]
    pub fn key(&self) -> String {
        format!("rule/{}/{}/{}", self.due.rule_id, self.due.event_id, self.due.key)
    }

    /// The customer.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.due.customer_id.map(CustomerId::from_uuid)
    }

    /// How many events caused each other before what this reaction makes.
    #[must_use]
    pub fn depth(&self) -> u8 {
        let before = self.facts.meta.get("depth").and_then(Value::as_u64).unwrap_or(0);
        u8::try_from(before.saturating_add(1)).unwrap_or(u8::MAX)
    }
}

/// What was made: kept with the reaction, to find it and to undo it.
pub type Outcome = Result<Value, Trouble>;

/// Does and undoes reactions.
pub trait Perform {
    /// Does one, in the caller's transaction.
    fn perform<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause<'a>,
    ) -> LocalBoxFuture<'a, Outcome>;

    /// Takes back what was done, as far as it can be (OMNI-09).
    fn undo<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        due: &'a DueReaction,
    ) -> LocalBoxFuture<'a, Result<(), Trouble>>;
}

/// Does reactions with the parts of this server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Performer;

impl Perform for Performer {
    fn perform<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause<'a>,
    ) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            match &cause.due.act.0 {
                Act::Emit { event, data } => emit(db, edit, cause, event, data).await,
                Act::StartFlow { flow, variables } => start_flow(db, edit, cause, flow, variables).await,
                Act::Task { title, role, deadline_seconds } => {
                    give_task(db, edit, cause, (title, role.as_deref(), *deadline_seconds)).await
                }
                other => Err(Trouble::Refused(format!("this server cannot do {} yet", other.kind()))),
            }
        })
    }

    fn undo<'a>(
        &'a self,
        _db: &'a mut PgConnection,
        _edit: &'a mut Edit<'_>,
        due: &'a DueReaction,
    ) -> LocalBoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            match &due.act.0 {
                Act::Emit { .. } => {
                    Err(Trouble::Refused("an event that happened cannot be taken back".to_owned()))
                }
                other => Err(Trouble::Refused(format!("{} cannot be taken back", other.kind()))),
            }
        })
    }
}

async fn emit(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    cause: &Cause<'_>,
    event: &str,
    data: &std::collections::BTreeMap<String, String>,
) -> Outcome {
    let data = values(data, cause.facts).map_err(Trouble::Refused)?;
    let correlation =
        cause.due.context.get("correlation").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let new = OutsideEvent {
        kind: event.to_owned(),
        source: "trunkline/rules".to_owned(),
        id: cause.key(),
        time: None,
        subject: None,
        customer: cause.customer(),
        data,
        depth: cause.depth(),
        correlation,
        author: Author::System,
    };
    match append_outside(db, edit.now, edit.rng, &new).await {
        Ok(Appended::New(id) | Appended::Known(id) | Appended::Conflict(id)) => Ok(json!({ "event_id": id })),
        Err(AppendError::Database(error)) => Err(error.into()),
        Err(refused) => Err(Trouble::Refused(refused.to_string())),
    }
}

async fn start_flow(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    cause: &Cause<'_>,
    flow: &str,
    variables: &std::collections::BTreeMap<String, String>,
) -> Outcome {
    let start = flow::store::Start {
        key: cause.key(),
        flow: flow.to_owned(),
        customer: cause.due.customer_id,
        variables: values(variables, cause.facts).map_err(Trouble::Refused)?,
        event_depth: cause.depth(),
        ..flow::store::Start::default()
    };
    let instance = flow::store::start(db, edit, &start).await?;
    Ok(json!({ "instance_id": instance }))
}

async fn give_task(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    cause: &Cause<'_>,
    (title, role, deadline_seconds): (&str, Option<&str>, Option<u32>),
) -> Outcome {
    let given = flow::store::GivenTask {
        key: cause.key(),
        title: fill(title, cause.facts).map_err(Trouble::Refused)?,
        role: role.map(str::to_owned),
        customer: cause.due.customer_id,
        due_at: deadline_seconds.map(|seconds| edit.now + TimeDelta::seconds(i64::from(seconds))),
        ..flow::store::GivenTask::default()
    };
    let task = flow::store::create_task(db, edit, &given).await?;
    Ok(json!({ "task_id": task }))
}

/// The facts of a due reaction: the event as it was, the customer as it is now.
pub(super) fn facts(
    due: &DueReaction,
    customer: Value,
    reference: &References,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> Facts {
    let part = |key: &str| due.context.get(key).cloned().unwrap_or(Value::Null);
    Facts {
        event: part("event"),
        meta: part("meta"),
        customer,
        vars: Value::Null,
        reference: reference.clone(),
        time: Value::Null,
    }
    .at(now, zone)
}

/// What a reaction would do, for somebody who tries a rule: nothing is done.
///
/// # Errors
/// What has no value.
pub fn preview(act: &Act, facts: &Facts) -> Result<Value, String> {
    Ok(match act {
        Act::Message { channel, template, class } => {
            json!({ "channel": channel, "template": template, "class": class })
        }
        Act::Emit { event, data } => json!({ "event": event, "data": values(data, facts)? }),
        Act::SetAttribute { attribute, value: text } => {
            json!({ "attribute": attribute, "value": value(text, facts)? })
        }
        Act::StartFlow { flow, variables } => json!({ "flow": flow, "variables": values(variables, facts)? }),
        Act::Call { connector, operation, input } => {
            json!({ "connector": connector, "operation": operation, "input": values(input, facts)? })
        }
        Act::Task { title, role, deadline_seconds } => {
            json!({ "title": fill(title, facts)?, "role": role, "deadline_seconds": deadline_seconds })
        }
    })
}

/// The event of a reaction.
pub(super) fn event_of(due: &DueReaction) -> EventId {
    EventId::from_uuid(due.event_id)
}
