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

/// Events kept for an owner that is being started: a caller may cancel before the call's actor runs.
const KEPT_MAX: usize = 16;

/// Who owns an id.
enum Owner {
    /// An actor that is being started; it gets what has happened meanwhile.
    Expected(Vec<LegEvent>),
    /// An actor.
    Known(Recipient<Tell<LegEvent>>),
}

/// The map. Cheap to clone; every clone is the same.
#[derive(Clone, Default)]
pub struct Legs(Arc<RwLock<HashMap<Uuid, Owner>>>);

impl Legs {
    /// An owner of `id` is being started: what happens until it registers is kept for it.
    pub fn expect(&self, id: Uuid) {
        self.0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(id, Owner::Expected(Vec::new()));
    }

    /// From now on `to` is told about `id`: a leg or a recording.
    pub fn register(&self, id: Uuid, to: Recipient<Tell<LegEvent>>) {
        let mut owners = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(Owner::Expected(kept)) = owners.remove(&id) {
            for event in kept {
                to.do_send(Tell(event));
            }
        }
        owners.insert(id, Owner::Known(to));
    }

    /// Nobody is told about `id` any more.
    pub fn remove(&self, id: Uuid) {
        self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&id);
    }

    /// Tells whoever owns `id`; events of ids that nobody owns any more are late and are dropped.
    pub fn deliver(&self, id: Uuid, event: LegEvent) {
        let owners = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        match owners.get(&id) {
            Some(Owner::Known(owner)) => owner.do_send(Tell(event)),
            Some(Owner::Expected(_)) => {
                drop(owners);
                self.keep(id, event);
            }
            None => {}
        }
    }

    fn keep(&self, id: Uuid, event: LegEvent) {
        let mut owners = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        match owners.get_mut(&id) {
            // It registered between the two locks.
            Some(Owner::Known(owner)) => owner.do_send(Tell(event)),
            Some(Owner::Expected(kept)) if kept.len() < KEPT_MAX => kept.push(event),
            Some(Owner::Expected(_)) | None => {}
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
