//! What runs need done, by the crates that do it.

use crate::automation::with_looked_up;
use crate::prediction::Scores;
use arc_swap::ArcSwapOption;
use base::id::{CustomerId, PersonId};
use base::{Author, Clock, Edit};
use channels::message::{ChannelChoice, MessageState, NewMessage, Priority};
use chrono::{DateTime, TimeDelta, Utc};
use flow::perform::{Cause, Doing, MessageWish, Performer, Trouble};
use flow::process::node::{Channel, MessageClass};
use platform::event::{AppendError, OutsideEvent, append_outside};
use rules::References;
use rules::facts::{CARDS_KEY, PREDICTION_KEY};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// How long reference tables are used before they are read again.
const REFERENCES_FOR: TimeDelta = TimeDelta::seconds(5);
/// What events of flows name as their source.
const SOURCE: &str = "trunkline/flows";

/// The performer of the server.
pub struct Outside {
    zone: chrono_tz::Tz,
    clock: Arc<dyn Clock>,
    scores: Scores,
    references: ArcSwapOption<(DateTime<Utc>, References)>,
}

impl Outside {
    /// A performer in the site's time zone.
    #[must_use]
    pub fn new(zone: chrono_tz::Tz, clock: Arc<dyn Clock>) -> Self {
        Self { zone, clock, scores: Scores::new(zone), references: ArcSwapOption::empty() }
    }
}

fn customer_of(cause: &Cause) -> Result<CustomerId, Trouble> {
    let customer =
        cause.customer.ok_or_else(|| Trouble::Refused("the run is about no customer".to_owned()))?;
    Ok(CustomerId::from_uuid(customer))
}

impl Performer for Outside {
    fn customer<'a>(
        &'a self,
        db: &'a mut PgConnection,
        customer: Uuid,
        predictions: &'a BTreeSet<String>,
        cards: &'a BTreeSet<String>,
    ) -> Doing<'a, Value> {
        Box::pin(async move {
            let id = CustomerId::from_uuid(customer);
            let mut found = crm::query::facts(&mut *db, &[id]).await?;
            crm::query::add_cards(&mut *db, cards, &mut found).await?;
            self.scores.add(db, predictions, &mut found, self.clock.now()).await?;
            Ok(found.into_values().next().unwrap_or_default())
        })
    }

    fn references<'a>(&'a self, db: &'a mut PgConnection) -> Doing<'a, References> {
        Box::pin(async move {
            let now = self.clock.now();
            if let Some(known) = self.references.load_full().filter(|known| now - known.0 < REFERENCES_FOR) {
                return Ok(known.1.clone());
            }
            let read = rules::query::references(db).await?;
            self.references.store(Some(Arc::new((now, read.clone()))));
            Ok(read)
        })
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    fn person<'a>(&'a self, db: &'a mut PgConnection, name: &'a str) -> Doing<'a, Option<PersonId>> {
        Box::pin(async move {
            let found = match name.parse::<PersonId>() {
                Ok(id) => {
                    access::person::query::find(db, id, self.clock.now()).await?.map(|known| known.person_id)
                }
                Err(_) => access::person::query::find_id(db, name).await?,
            };
            Ok(found)
        })
    }

    fn message<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause,
        wish: MessageWish<'a>,
    ) -> Doing<'a, Value> {
        Box::pin(async move {
            let customer = customer_of(cause)?;
            let mut customer_fields = wish.customer.clone();
            let mut take = |key: &str| customer_fields.as_object_mut().and_then(|fields| fields.remove(key));
            let (predicted, cards) = (take(PREDICTION_KEY), take(CARDS_KEY));
            let predicted = predicted.and_then(|moments| moments.get("").cloned());
            let context = json!({
                "customer": customer_fields, "prediction": predicted, "cards": cards, "event": wish.event,
                "vars": wish.variables,
            });
            let mut fields = context.as_object().cloned().unwrap_or_default();
            fields.extend(wish.fields.clone());
            let references = self.references(&mut *db).await?;
            with_looked_up(&mut *db, wish.template, Some(customer), &references, &mut fields).await?;
            let message = NewMessage {
                key: cause.key(),
                customer: Some(customer),
                to: None,
                channel: match wish.channel {
                    Channel::Preferred => ChannelChoice::Preferred,
                    Channel::Sms => ChannelChoice::Sms,
                    Channel::Email => ChannelChoice::Email,
                },
                template: wish.template.to_owned(),
                class: Some(match wish.class {
                    MessageClass::Functional => channels::message::MessageClass::Functional,
                    MessageClass::Marketing => channels::message::MessageClass::Marketing,
                }),
                language: None,
                fields,
                priority: Priority::Normal,
            };
            let enqueued = channels::store::enqueue_all(&mut *db, edit, &[message]).await?;
            let enqueued =
                enqueued.first().ok_or_else(|| Trouble::Refused("the message was not kept".to_owned()))?;
            if enqueued.state == MessageState::Refused {
                let kept = channels::query::find_message(db, enqueued.id).await?;
                let why = kept.and_then(|kept| kept.detail).unwrap_or_else(|| "it cannot be sent".to_owned());
                return Err(Trouble::Refused(why));
            }
            Ok(json!({ "message_id": enqueued.id }))
        })
    }

    fn emit<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause,
        event: &'a str,
        data: &'a Map<String, Value>,
    ) -> Doing<'a, Value> {
        let new = OutsideEvent {
            kind: event.to_owned(),
            source: SOURCE.to_owned(),
            id: cause.key(),
            time: None,
            subject: None,
            customer: cause.customer.map(CustomerId::from_uuid),
            data: data.clone(),
            depth: cause.event_depth.saturating_add(1),
            correlation: Some(cause.instance.as_uuid()),
            author: Author::System,
        };
        let appending = append_outside(db, edit.now, edit.rng, &new);
        Box::pin(async move {
            match appending.await {
                Ok(_) => Ok(json!({})),
                Err(AppendError::Database(error)) => Err(error.into()),
                Err(refused) => Err(Trouble::Refused(refused.to_string())),
            }
        })
    }

    fn set_attribute<'a>(
        &'a self,
        db: &'a mut PgConnection,
        edit: &'a mut Edit<'_>,
        cause: &'a Cause,
        attribute: &'a str,
        value: &'a Value,
    ) -> Doing<'a, Value> {
        Box::pin(async move {
            let customer = customer_of(cause)?;
            crm::store::set_attribute(db, edit, customer, attribute, value).await?;
            Ok(json!({}))
        })
    }
}
