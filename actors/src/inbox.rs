//! A bounded way in: the permit rides in the message, so handling it, dropping it or panicking frees the room.
//!
//! actix's own mailbox bound does not bound: every cloned address may push one more. So room is checked where
//! work enters, and the edge refuses in its own language when there is none.

use actix::Recipient;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A message that was let in. Dropping it frees its room.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Admitted<E: Send + 'static> {
    /// What was let in.
    pub event: E,
    /// The room it takes; keep it for as long as the work lasts (a call keeps it for its whole life).
    pub permit: OwnedSemaphorePermit,
}

/// There is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room: the limit of {limit} is reached")]
pub struct Full {
    /// The most that is let in at once.
    pub limit: usize,
}

/// The bounded way in to one actor.
#[derive(Clone)]
pub struct Inbox<E: Send + 'static> {
    address: Recipient<Admitted<E>>,
    room: Arc<Semaphore>,
    limit: usize,
}

impl<E: Send + 'static> Inbox<E> {
    /// Lets at most `limit` messages in at once.
    #[must_use]
    pub fn new(address: Recipient<Admitted<E>>, limit: usize) -> Self {
        Self { address, room: Arc::new(Semaphore::new(limit)), limit }
    }

    /// Queues `event`, or refuses at once.
    ///
    /// # Errors
    /// [`Full`] when `limit` messages are inside.
    pub fn offer(&self, event: E) -> Result<(), Full> {
        let permit = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Full { limit: self.limit })?;
        self.address.do_send(Admitted { event, permit });
        Ok(())
    }

    /// How many are inside.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.limit.saturating_sub(self.room.available_permits())
    }
}

#[cfg(test)]
mod tests;
