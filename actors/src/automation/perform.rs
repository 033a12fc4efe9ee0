//! Doing what a rule owes, each kind in the transaction that ends the reaction.

use base::event::Journal;
use base::id::{CustomerId, EventId};
use base::{Author, ChangeError, Edit, NewEvent};
use channels::message::{Address, Channel, ChannelChoice, MessageState, NewMessage, Priority};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use platform::event::{AppendError, Appended, OutsideEvent, append_many};
use rules::decide::card_kinds_of;
use rules::decide::react::key_of;
use rules::document::{Act, MessageClass, fill, value, values};
use rules::facts::{CARDS, CARDS_KEY};
use rules::store::DueReaction;
use rules::{Facts, References};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// What is sent when an event that a rule sent is taken back.
pub const TAKEN_BACK: &str = "rules.event_taken_back.v1";

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
        key_of(self.due.rule_id, self.due.event_id, &self.due.key)
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

type Outcome = Result<Value, Trouble>;

/// What was made of each of several, in their order: kept with the reactions, to find it and to undo it.
pub type Outcomes = Result<Vec<Value>, Trouble>;

/// Does and undoes reactions.
pub trait Perform {
    /// Does some of one kind ([`Act::kind`]), in the caller's transaction and in their order. When one of them cannot
    /// be done none is: the caller takes all back and tries them one by one.
    fn perform<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        causes: &'a [Cause<'a>],
    ) -> LocalBoxFuture<'a, Outcomes>;

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
        causes: &'a [Cause<'a>],
    ) -> LocalBoxFuture<'a, Outcomes> {
        Box::pin(async move {
            match causes.first().map(|cause| &cause.due.act.0) {
                Some(Act::Emit { .. }) => emit(db, edit, causes).await,
                Some(Act::Message { .. }) => send_messages(db, edit, causes).await,
                Some(Act::Accrue { .. }) => {
                    let due: Vec<_> = causes.iter().map(|cause| (cause.due, cause.facts)).collect();
                    crate::loyalty::perform_all(db, edit, &due).await?.into_iter().collect()
                }
                _ => {
                    let mut made = Vec::with_capacity(causes.len());
                    for cause in causes {
                        made.push(perform_one(db, edit, cause).await?);
                    }
                    Ok(made)
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
                Act::Accrue { .. } => crate::loyalty::undo(db, edit, due).await,
                Act::StartFlow { .. } => {
                    let id = kept(due, "instance_id")?.parse();
                    let id = id.map_err(|_| Trouble::Refused("the run is not known".to_owned()))?;
                    Ok(flow::store::signal::cancel(db, edit.now, id).await?)
                }
                Act::Task { .. } => {
                    let id = kept(due, "task_id")?.parse();
                    let id = id.map_err(|_| Trouble::Refused("the task is not known".to_owned()))?;
                    Ok(flow::store::task::withdraw(db, edit, id, "the rule that gave it rolled back").await?)
                }
                Act::Emit { event, .. } => Ok(take_back_event(db, edit, due, event).await?),
                Act::Call { .. } => {
                    let why = "what another system was asked is not taken back here: \
                               let a rule answer to rules.reaction_failed.v1";
                    Err(Trouble::Refused(why.to_owned()))
                }
            }
        })
    }
}

/// An event that happened stays in the log, and others may have acted on it: a second event says that it no longer
/// holds, for rules, flows and webhooks that must know.
async fn take_back_event(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    due: &DueReaction,
    event: &str,
) -> Result<(), Trouble> {
    let taken_back = NewEvent {
        kind: TAKEN_BACK.into(),
        journal: Journal::Activity,
        subject: due.customer_id.unwrap_or(due.rule_id),
        correlation: Some(due.event_id),
        author: Author::System,
        payload: json!({
            "event_id": kept(due, "event_id")?, "event": event, "rule_id": due.rule_id, "reaction": due.key,
            "customer_id": due.customer_id, "depth": depth_after(due),
        }),
    };
    platform::event::append(db, edit.now, edit.rng, &taken_back).await?;
    Ok(())
}

/// One deeper than the event of the reaction.
fn depth_after(due: &DueReaction) -> u64 {
    let before = due.context.get("meta").and_then(|meta| meta.get("depth")).and_then(Value::as_u64);
    before.unwrap_or(0).saturating_add(1)
}

async fn perform_one(db: &mut PgConnection, edit: &mut Edit<'_>, cause: &Cause<'_>) -> Outcome {
    match &cause.due.act.0 {
        Act::StartFlow { flow, variables } => start_flow(db, edit, cause, flow, variables).await,
        Act::Task { title, role, deadline_seconds } => {
            give_task(db, edit, cause, (title, role.as_deref(), *deadline_seconds)).await
        }
        Act::SetAttribute { attribute, value: text } => set_attribute(db, edit, cause, attribute, text).await,
        // Calls are made outside of any transaction; the others are done together.
        other => Err(Trouble::Later(format!("{} waits for its turn", other.kind()))),
    }
}

/// All of them with one statement each for keys and rows.
async fn emit(db: &mut PgConnection, edit: &mut Edit<'_>, causes: &[Cause<'_>]) -> Outcomes {
    let events: Vec<OutsideEvent> = causes.iter().map(event_to_emit).collect::<Result<_, _>>()?;
    let appended = append_many(db, edit.now, edit.rng, &events).await?;
    let id = |(Appended::New(id) | Appended::Known(id) | Appended::Conflict(id))| json!({ "event_id": id });
    Ok(appended.into_iter().map(id).collect())
}

fn event_to_emit(cause: &Cause<'_>) -> Result<OutsideEvent, Trouble> {
    let Act::Emit { event, data } = &cause.due.act.0 else {
        return Err(Trouble::Refused("this is no event to send on".to_owned()));
    };
    let correlation =
        cause.due.context.get("correlation").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let new = OutsideEvent {
        kind: event.to_owned(),
        source: "trunkline/rules".to_owned(),
        id: cause.key(),
        time: None,
        subject: None,
        customer: cause.customer(),
        data: values(data, cause.facts).map_err(Trouble::Refused)?,
        depth: cause.depth(),
        correlation,
        author: Author::System,
    };
    match platform::event::outside::check(&new) {
        Ok(()) => Ok(new),
        Err(AppendError::Database(error)) => Err(error.into()),
        Err(refused) => Err(Trouble::Refused(refused.to_string())),
    }
}

async fn send_messages(db: &mut PgConnection, edit: &mut Edit<'_>, causes: &[Cause<'_>]) -> Outcomes {
    let mut messages: Vec<NewMessage> = causes.iter().map(message_to_send).collect::<Result<_, _>>()?;
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (message, cause) in messages.iter_mut().zip(causes) {
        if !read.contains_key(&message.template) {
            let found = channels::query::find_template_named(&mut *db, &message.template).await?;
            let fields = found.map(|template| template.fields).unwrap_or_default();
            read.insert(message.template.clone(), fields);
        }
        let fields = read.get(&message.template).map(Vec::as_slice).unwrap_or_default();
        let tables = cause.facts.reference.read_by(fields);
        message.fields.insert("ref".to_owned(), Value::Object(tables));
    }
    let enqueued = channels::store::enqueue_all(&mut *db, edit, &messages).await?;
    if enqueued.len() < messages.len() {
        return Err(Trouble::Refused("the message was not kept".to_owned()));
    }
    if let Some(refused) = enqueued.iter().find(|message| message.state == MessageState::Refused) {
        let kept = channels::query::find_message(db, refused.id).await?;
        let why = kept.and_then(|kept| kept.detail).unwrap_or_else(|| "it cannot be sent".to_owned());
        return Err(Trouble::Refused(why));
    }
    Ok(enqueued.into_iter().map(|message| json!({ "message_id": message.id })).collect())
}

fn message_to_send(cause: &Cause<'_>) -> Result<NewMessage, Trouble> {
    let Act::Message { channel, template, class } = &cause.due.act.0 else {
        return Err(Trouble::Refused("this is no message".to_owned()));
    };
    let facts = cause.facts.without_references();
    Ok(NewMessage {
        key: cause.key(),
        customer: cause.customer(),
        to: cause.address(),
        channel: match channel.as_str() {
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
    })
}

/// Adds the reference tables that the template reads (TEL-14), and the linked cards of `customer`, as far as they are
/// not there yet.
///
/// # Errors
/// The database failed.
pub async fn with_looked_up(
    db: &mut PgConnection,
    template: &str,
    customer: Option<CustomerId>,
    references: &References,
    fields: &mut Map<String, Value>,
) -> sqlx::Result<()> {
    let Some(template) = channels::query::find_template_named(&mut *db, template).await? else {
        return Ok(());
    };
    fields.insert("ref".to_owned(), Value::Object(references.read_by(&template.fields)));
    let known = fields.get(CARDS);
    let mut kinds = card_kinds_of(&template.fields);
    kinds.retain(|kind| known.is_none_or(|known| known.get(kind).is_none()));
    if let Some(customer) = customer.filter(|_| !kinds.is_empty()) {
        let mut found = BTreeMap::from([(customer, Value::Object(Map::new()))]);
        crm::query::add_cards(db, &kinds, &mut found).await?;
        let cards = found.remove(&customer).and_then(|mut found| found.get_mut(CARDS_KEY).map(Value::take));
        let lists = fields.entry(CARDS).or_insert_with(|| Value::Object(Map::new()));
        if !lists.is_object() {
            *lists = Value::Object(Map::new());
        }
        if let (Value::Object(lists), Some(Value::Object(cards))) = (lists, cards) {
            lists.extend(cards);
        }
    }
    Ok(())
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
    variables: &BTreeMap<String, String>,
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
        Act::Accrue { bonus_type, amount, validity_days, reason } => json!({
            "bonus_type": bonus_type, "amount": value(amount, facts)?, "validity_days": validity_days,
            "reason": reason,
        }),
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
