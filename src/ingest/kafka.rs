//! Events from Kafka (TEL-10, INT-17): CloudEvents in structured or binary mode, each taken once.
//!
//! A place in a partition is given up only when what stands before it is on disk: the events in the log, messages that
//! cannot be taken in the dead letters. A server that dies in between reads some again, and they count once. Customers
//! whose events must keep their order have them in one partition: the sender's key sees to that.

#[cfg(test)]
mod tests;

use crate::settings::Kafka;
use base::id::DeadLetterId;
use base::{Author, Clock};
use futures_util::FutureExt;
use platform::dead_letter::{self, NewLetter};
use platform::ingest::{EventFault, Incoming, Ingest, Outcome, cloudevents};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Messages that are taken at once.
const MESSAGES_AT_ONCE: usize = 500;
/// Wait after an error of the brokers or the database.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

type Read = Result<Incoming, Vec<EventFault>>;

/// Reads topics.
pub struct Topics {
    consumer: StreamConsumer,
    ingest: Ingest,
    pool: PgPool,
    clock: Arc<dyn Clock>,
}

impl Topics {
    /// A reader of the topics that the settings name; nothing when they name no brokers.
    ///
    /// # Errors
    /// The client refuses a setting.
    pub fn new(
        settings: &Kafka,
        ingest: Ingest,
        pool: PgPool,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, KafkaError> {
        let Some(brokers) = &settings.brokers else { return Ok(None) };
        let mut config = ClientConfig::new();
        config.set("auto.offset.reset", "earliest").extend(settings.properties.clone());
        config
            .set("bootstrap.servers", brokers)
            .set("group.id", &settings.group)
            .set("enable.auto.commit", "true")
            // Only what is on disk is given up: see `take`.
            .set("enable.auto.offset.store", "false");
        let consumer: StreamConsumer = config.create()?;
        let topics: Vec<&str> = settings.topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics)?;
        Ok(Some(Self { consumer, ingest, pool, clock }))
    }

    /// Reads until it is stopped.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return,
                batch = self.next_batch() => batch,
            };
            let taken = tokio::select! {
                () = stop.cancelled() => return,
                taken = self.take(&batch) => taken,
            };
            if let Err(error) = taken {
                tracing::warn!(%error, "places in Kafka's topics could not be kept: some events are read again");
            }
        }
    }

    /// The next message, and those that are there behind it.
    async fn next_batch(&self) -> Vec<BorrowedMessage<'_>> {
        let first = loop {
            match self.consumer.recv().await {
                Ok(message) => break message,
                Err(error) => {
                    tracing::warn!(%error, "Kafka gives no events, another try in a second");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        };
        let mut batch = vec![first];
        while batch.len() < MESSAGES_AT_ONCE
            && let Some(Ok(message)) = self.consumer.recv().now_or_never()
        {
            batch.push(message);
        }
        batch
    }

    /// Until all of it is on disk; then the places are given up.
    async fn take(&self, batch: &[BorrowedMessage<'_>]) -> Result<(), KafkaError> {
        let events: Vec<Read> = batch.iter().map(|message| read(message)).collect();
        let outcomes = loop {
            match self.ingest.take_read(events.clone(), Author::System).await {
                Ok(outcomes) => break outcomes,
                Err(error) => {
                    tracing::warn!(%error, "events of Kafka wait for the database");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        };
        while let Err(error) = self.bury(batch, &outcomes).await {
            tracing::warn!(%error, "messages of Kafka that are not taken wait for the database");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        batch.iter().try_for_each(|message| self.consumer.store_offset_from_message(message))
    }

    /// Messages that are not taken become dead letters, each once however often it is read.
    async fn bury(&self, batch: &[BorrowedMessage<'_>], outcomes: &[Outcome]) -> sqlx::Result<()> {
        let refused = batch.iter().zip(outcomes).filter_map(|(message, outcome)| match outcome {
            Outcome::Refused(faults) => Some((message, faults)),
            _ => None,
        });
        let letters: Vec<(DeadLetterId, NewLetter)> =
            refused.map(|(message, faults)| (letter_id(message), letter(message, faults))).collect();
        if letters.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        for (id, letter) in &letters {
            dead_letter::store::keep(&mut tx, now, *id, letter).await?;
        }
        tx.commit().await
    }
}

/// The event in a message. Binding for Kafka 1.0.2: structured by its content type, else attributes in `ce_` headers.
fn read(message: &BorrowedMessage<'_>) -> Read {
    let headers = headers(message);
    let body = message.payload().unwrap_or_default();
    let kind = headers.iter().find(|(name, _)| *name == "content-type").map_or("", |(_, value)| value);
    let is_binary = headers.iter().any(|(name, _)| *name == "ce_specversion");
    if is_binary && !kind.starts_with(cloudevents::STRUCTURED) {
        let attributes = headers.iter().filter_map(|(name, value)| Some((name.strip_prefix("ce_")?, *value)));
        return cloudevents::binary(attributes, body, false);
    }
    cloudevents::structured(body)
}

fn headers<'m>(message: &'m BorrowedMessage<'_>) -> Vec<(&'m str, &'m str)> {
    let Some(headers) = message.headers() else { return Vec::new() };
    headers.iter().filter_map(|header| Some((header.key, std::str::from_utf8(header.value?).ok()?))).collect()
}

fn letter(message: &BorrowedMessage<'_>, faults: &[EventFault]) -> NewLetter {
    let said: Vec<String> =
        faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.message)).collect();
    NewLetter {
        origin: format!("kafka:{}", message.topic()),
        event: None,
        reason: faults.first().map_or("refused", |fault| fault.code),
        detail: format!(
            "partition {}, offset {}: {}",
            message.partition(),
            message.offset(),
            said.join("; ")
        ),
        payload: payload(message),
    }
}

/// The message as one structured event, so that it can be taken again.
fn payload(message: &BorrowedMessage<'_>) -> Value {
    let body = dead_letter::raw(message.payload().unwrap_or_default());
    let attributes: Vec<(&str, &str)> = headers(message)
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("ce_")?, value)))
        .filter(|(_, value)| !value.contains('\0'))
        .collect();
    if attributes.is_empty() {
        return body;
    }
    let mut event = json!({ "data": body });
    for (name, value) in attributes {
        if let Some(members) = event.as_object_mut() {
            members.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    }
    event
}

/// The letter of a message: always the same for its place.
fn letter_id(message: &BorrowedMessage<'_>) -> DeadLetterId {
    let place = format!("kafka {} {} {}", message.topic(), message.partition(), message.offset());
    let mut bytes = [0_u8; 16];
    for (to, byte) in bytes.iter_mut().zip(Sha256::digest(place)) {
        *to = byte;
    }
    DeadLetterId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
