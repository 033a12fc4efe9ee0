//! How the links are, for whoever looks at them; and the bell that says that they were changed.

use base::id::LinkId;
use channels::link::LinkState;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Notify;

/// Shared by the shells, which write, and the edge, which reads.
#[derive(Clone, Debug, Default)]
pub struct LinkBoard {
    states: Arc<RwLock<BTreeMap<LinkId, LinkState>>>,
    changed: Arc<Notify>,
}

impl LinkBoard {
    /// How a link is; of one that has no shell, that it is not connected.
    #[must_use]
    pub fn state(&self, link: LinkId) -> LinkState {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.get(&link).cloned().unwrap_or_default()
    }

    /// Says that links were added, changed or taken out of use.
    pub fn announce(&self) {
        self.changed.notify_one();
    }

    /// Waits until somebody says so.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn update(&self, link: LinkId, change: impl FnOnce(&mut LinkState)) {
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        change(states.entry(link).or_default());
    }

    pub(crate) fn forget(&self, link: LinkId) {
        self.states.write().unwrap_or_else(PoisonError::into_inner).remove(&link);
    }
}
