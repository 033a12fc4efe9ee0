//! Where actors are found: by kind and id.
//!
//! On one machine the directory is a map. Its messages are serialisable, so that a [`Relay`] can carry one to
//! the machine that is the home of the actor: that is the seam for several machines, and nothing above it
//! needs to change.

use crate::Tell;
use actix::Recipient;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

/// A kind of actor: what names one and what it can be told.
pub trait Kind: 'static {
    /// What names one actor of the kind.
    type Id: Copy + Ord + std::fmt::Display + Send + Sync + 'static;
    /// What it is told by other actors and by the edges.
    type Message: Clone + Serialize + DeserializeOwned + Send + std::fmt::Debug + 'static;
    /// The word for logs and metrics, such as `queue`.
    const NAME: &'static str;
}

/// No actor of that kind and id lives anywhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} {id} is live")]
pub struct NotLive {
    /// The kind's name.
    pub kind: &'static str,
    /// The id that was asked for.
    pub id: String,
}

/// Carries a message to the machine where the actor lives.
pub trait Relay: Send + Sync {
    /// Hands `message` (JSON) over for the actor; `false` when no machine is its home.
    fn relay(&self, kind: &'static str, id: &str, message: &[u8]) -> bool;
}

type Shelf<K> = BTreeMap<<K as Kind>::Id, Recipient<Tell<<K as Kind>::Message>>>;

/// The map of what is live. Cheap to clone; every clone is the same directory.
#[derive(Clone, Default)]
pub struct Directory {
    shelves: Arc<RwLock<BTreeMap<TypeId, Box<dyn Any + Send + Sync>>>>,
    starting: Arc<Mutex<Starting>>,
    relay: Option<Arc<dyn Relay>>,
}

/// Actors that somebody is starting, by kind and id.
type Starting = BTreeSet<(&'static str, String)>;

impl Directory {
    /// A directory whose unknown actors are looked for elsewhere by `relay`.
    #[must_use]
    pub fn with_relay(relay: Arc<dyn Relay>) -> Self {
        Self { relay: Some(relay), ..Self::default() }
    }

    /// Makes `address` the home of `id`. A later registration of the same id replaces it: a restarted actor
    /// has a new address.
    pub fn register<K: Kind>(&self, id: K::Id, address: Recipient<Tell<K::Message>>) {
        let before = self.with_shelf_mut::<K, _>(|shelf| shelf.insert(id, address)).flatten();
        self.starting().remove(&(K::NAME, id.to_string()));
        if before.is_none() {
            metrics::gauge!("actor_live", "kind" => K::NAME).increment(1.0);
        }
    }

    /// Whether the caller is to start the actor of `id`: it is neither live nor being started by somebody else.
    /// The claim is over when the actor registers.
    #[must_use]
    pub fn claim<K: Kind>(&self, id: K::Id) -> bool {
        let mut starting = self.starting();
        !self.is_live::<K>(id) && starting.insert((K::NAME, id.to_string()))
    }

    fn starting(&self) -> MutexGuard<'_, Starting> {
        self.starting.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Forgets `id`.
    pub fn remove<K: Kind>(&self, id: K::Id) {
        let before = self.with_shelf_mut::<K, _>(|shelf| shelf.remove(&id)).flatten();
        if before.is_some() {
            metrics::gauge!("actor_live", "kind" => K::NAME).decrement(1.0);
        }
    }

    /// Tells one actor. Never blocks and never waits for an answer: an answer is a message of its own.
    ///
    /// # Errors
    /// [`NotLive`] when the actor is unknown here and elsewhere.
    pub fn tell<K: Kind>(&self, id: K::Id, message: K::Message) -> Result<(), NotLive> {
        let address = self.with_shelf::<K, _>(|shelf| shelf.get(&id).cloned()).flatten();
        if let Some(address) = address {
            address.do_send(Tell(message));
            return Ok(());
        }
        let relayed = self.relay.as_ref().is_some_and(|relay| {
            serde_json::to_vec(&message).is_ok_and(|json| relay.relay(K::NAME, &id.to_string(), &json))
        });
        if relayed { Ok(()) } else { Err(NotLive { kind: K::NAME, id: id.to_string() }) }
    }

    /// Tells every local actor of a kind.
    pub fn broadcast<K: Kind>(&self, message: &K::Message) {
        let addresses: Vec<_> =
            self.with_shelf::<K, _>(|shelf| shelf.values().cloned().collect()).unwrap_or_default();
        for address in addresses {
            address.do_send(Tell(message.clone()));
        }
    }

    /// Whether the actor is live here.
    #[must_use]
    pub fn is_live<K: Kind>(&self, id: K::Id) -> bool {
        self.with_shelf::<K, _>(|shelf| shelf.contains_key(&id)).unwrap_or(false)
    }

    /// The ids of a kind that are live here, in order.
    #[must_use]
    pub fn ids<K: Kind>(&self) -> Vec<K::Id> {
        self.with_shelf::<K, _>(|shelf| shelf.keys().copied().collect()).unwrap_or_default()
    }

    fn with_shelf<K: Kind, T>(&self, look: impl FnOnce(&Shelf<K>) -> T) -> Option<T> {
        let shelves = self.shelves.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        shelves.get(&TypeId::of::<K>()).and_then(|shelf| shelf.downcast_ref::<Shelf<K>>()).map(look)
    }

    fn with_shelf_mut<K: Kind, T>(&self, change: impl FnOnce(&mut Shelf<K>) -> T) -> Option<T> {
        let mut shelves = self.shelves.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let shelf = shelves.entry(TypeId::of::<K>()).or_insert_with(|| Box::new(Shelf::<K>::new()));
        shelf.downcast_mut::<Shelf<K>>().map(change)
    }
}
