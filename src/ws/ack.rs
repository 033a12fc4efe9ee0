//! Answers that are remembered, so that a command repeated after a break is done once.

use base::id::OperatorId;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Answers remembered per operator: far more than a desktop can have on its way.
const REMEMBERED_MAX: usize = 64;

/// The answers to recent commands, by operator and command id.
#[derive(Clone, Default)]
pub struct Acks(Arc<Mutex<BTreeMap<OperatorId, Given>>>);

/// Answers to commands, oldest first.
type Given = VecDeque<(Uuid, Bytes)>;

impl Acks {
    /// The answer that was given to this command, if it was done already.
    pub fn find(&self, operator: OperatorId, command: Uuid) -> Option<Bytes> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = answers.get(&operator)?.iter().find(|(id, _)| *id == command)?;
        Some(given.1.clone())
    }

    /// Remembers an answer and forgets the oldest beyond the limit.
    pub fn remember(&self, operator: OperatorId, command: Uuid, answer: Bytes) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = answers.entry(operator).or_default();
        if given.len() == REMEMBERED_MAX {
            given.pop_front();
        }
        given.push_back((command, answer));
    }
}
