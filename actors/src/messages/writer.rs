//! Writes down what a link brings, many items in one transaction, and acknowledges what is stored.

use super::counter::{Counter, Item};
use channels::smpp::session::Arrival;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Items of one transaction.
const BATCH_MAX: usize = 500;
/// Items that may wait: a full window many times over. Above it the link stops reading.
pub(super) const WAITING_MAX: usize = 10_000;
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Whether something that came was stored.
pub(super) type Stored = (Arrival, bool);

/// Runs until nobody sends any more and everything is written. Outcomes are never given up; what came is refused
/// when the database is away, and the other side brings it again.
pub(super) async fn write(
    counter: Rc<dyn Counter>,
    mut items: mpsc::Receiver<Item>,
    stored: mpsc::UnboundedSender<Stored>,
) {
    let mut batch: Vec<Item> = Vec::new();
    loop {
        if batch.is_empty() && items.recv_many(&mut batch, BATCH_MAX).await == 0 {
            return;
        }
        let written = counter.record(&batch).await;
        let is_stored = written.is_ok();
        for arrival in batch.iter().filter_map(arrival) {
            let _ = stored.send((arrival, is_stored)); // an error means that the session is over
        }
        match written {
            Ok(()) => batch.clear(),
            Err(error) => {
                tracing::warn!(%error, "what a link brought could not be stored, another try follows");
                batch.retain(|item| arrival(item).is_none());
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

const fn arrival(item: &Item) -> Option<Arrival> {
    match item {
        Item::Outcome(_) => None,
        Item::Receipt(arrival, _) | Item::Received(arrival, _) => Some(*arrival),
    }
}
