//! Doing what a rule owes, each kind in the transaction that ends the reaction.

use base::id::{CustomerId, EventId};
use base::{Author, ChangeError, Edit};
use channels::message::{Address, Channel, ChannelChoice, MessageState, NewMessage, Priority};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use platform::event::{AppendError, Appended, OutsideEvent, append_outside};
use rules::document::{Act, MessageClass, fill, value, values};
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

    /// Where a message goes when no customer is known: the phone or address that the event names.
    fn address(&self) -> Option<Address> {
        if self.due.customer_id.is_some() {
            return None;
        }
        let subject = self.due.context.get("subject")?;
        let value = subject.get("value")?.as_str()?;
        match subject.get("kind")?.as_str()? {
            "phone" => Address::parse(Channel::Sms, value),
            "email" => Address::parse(Channel::Email, value),
            _ => None,
        }
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
                Act::Message { channel, template, class } => {
                    send_message(db, edit, cause, (channel, template, *class)).await
                }
                Act::SetAttribute { attribute, value: text } => {
                    set_attribute(db, edit, cause, attribute, text).await
                }
                // Made outside of any transaction: see `calls`.
                Act::Call { connector, operation, .. } => {
                    Err(Trouble::Later(format!("{connector}/{operation} waits for its turn")))
                }
            }
        })
    }

    fn undo<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        due: &'a DueReaction,
    ) -> LocalBoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            match &due.act.0 {
                Act::Message { .. } => {
                    let id = kept(due, "message_id")?.parse();
                    let id = id.map_err(|_| Trouble::Refused("the message is not known".to_owned()))?;
                    Ok(channels::store::cancel(db, edit, id).await?)
                }
                Act::SetAttribute { attribute, .. } => {
                    let customer = due.customer_id.map(CustomerId::from_uuid);
                    let customer =
                        customer.ok_or_else(|| Trouble::Refused("no customer is known".to_owned()))?;
                    let before = due.result.as_ref().and_then(|result| result.get("before")).cloned();
                    let before = before.unwrap_or(Value::Null);
                    crm::store::set_attribute(db, edit, customer, attribute, &before).await?;
                    Ok(())
                }
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

async fn send_message(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    cause: &Cause<'_>,
    (channel, template, class): (&str, &str, MessageClass),
) -> Outcome {
    let facts = cause.facts.without_references();
    let message = NewMessage {
        key: cause.key(),
        customer: cause.customer(),
        to: cause.address(),
        channel: match channel {
            "sms" => ChannelChoice::Sms,
            "email" => ChannelChoice::Email,
            _ => ChannelChoice::Preferred,
        },
        template: template.to_owned(),
        class: Some(match class {
            MessageClass::Functional => channels::message::MessageClass::Functional,
            MessageClass::Marketing => channels::message::MessageClass::Marketing,
        }),
        language: None,
        fields: facts.as_object().cloned().unwrap_or_default(),
        priority: Priority::Normal,
    };
    let enqueued = channels::store::enqueue_all(&mut *db, edit, &[message]).await?;
    let enqueued = enqueued.first().ok_or_else(|| Trouble::Refused("the message was not kept".to_owned()))?;
    if enqueued.state == MessageState::Refused {
        let kept = channels::query::find_message(db, enqueued.id).await?;
        let why = kept.and_then(|kept| kept.detail).unwrap_or_else(|| "it cannot be sent".to_owned());
        return Err(Trouble::Refused(why));
    }
    Ok(json!({ "message_id": enqueued.id }))
}

async fn set_attribute(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    cause: &Cause<'_>,
    attribute: &str,
    text: &str,
) -> Outcome {
    let no_customer =
        || Trouble::Refused("the event names no customer whose attribute could be set".to_owned());
    let customer = cause.customer().ok_or_else(no_customer)?;
    let after = value(text, cause.facts).map_err(Trouble::Refused)?;
    let before = cause.facts.customer.get(attribute).cloned().unwrap_or(Value::Null);
    crm::store::set_attribute(db, edit, customer, attribute, &after).await?;
    Ok(json!({ "before": before, "after": after }))
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
    Facts { event: part("event"), meta: part("meta"), reference: reference.clone(), ..Facts::default() }
        .of_customer(customer)
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

/// What was kept under `key` when the reaction was done.
fn kept<'d>(due: &'d DueReaction, key: &str) -> Result<&'d str, Trouble> {
    let found = due.result.as_ref().and_then(|result| result.get(key)).and_then(Value::as_str);
    found.ok_or_else(|| Trouble::Refused(format!("its {key} was not kept")))
}

/// The event of a reaction.
pub(super) fn event_of(due: &DueReaction) -> EventId {
    EventId::from_uuid(due.event_id)
}
