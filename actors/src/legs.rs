//! Who is told what happens on a leg or with a recording: the call, or the operator whose phone it is.
//!
//! Signalling and media report by id from threads of their own; this map turns an id into an address.

use crate::Tell;
use actix::Recipient;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use telephony::media::api::MediaEvent;
use telephony::sip::SipEvent;
use uuid::Uuid;

/// Something that happened on a leg or with a recording.
#[derive(Clone, Debug, PartialEq)]
pub enum LegEvent {
    /// Signalling.
    Sip(SipEvent),
    /// Audio.
    Media(MediaEvent),
}

/// The map. Cheap to clone; every clone is the same.
#[derive(Clone, Default)]
pub struct Legs(Arc<RwLock<HashMap<Uuid, Recipient<Tell<LegEvent>>>>>);

impl Legs {
    /// From now on `to` is told about `id`: a leg or a recording.
    pub fn register(&self, id: Uuid, to: Recipient<Tell<LegEvent>>) {
        self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id, to);
    }

    /// Nobody is told about `id` any more.
    pub fn remove(&self, id: Uuid) {
        self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&id);
    }

    /// Tells whoever owns `id`; events of ids that nobody owns any more are late and are dropped.
    pub fn deliver(&self, id: Uuid, event: LegEvent) {
        let owner = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).cloned();
        if let Some(owner) = owner {
            owner.do_send(Tell(event));
        }
    }

    /// How many ids have an owner.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }

    /// Whether nothing has an owner.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
