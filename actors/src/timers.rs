//! Timers by key: arming again replaces, disarming an unknown key does nothing.

use actix::{Actor, ActorContext, AsyncContext, Context, SpawnHandle};
use std::collections::BTreeMap;
use std::time::Duration;

/// The armed timers of one actor.
///
/// actix applies a cancellation at the next poll, so a timer may still fire once after it was disarmed:
/// cores treat a late timer as harmless.
#[derive(Debug)]
pub struct Timers<K: Ord + Clone>(BTreeMap<K, SpawnHandle>);

impl<K: Ord + Clone> Default for Timers<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Runs `fire` after `after`, unless disarmed or armed again.
    pub fn arm<A>(
        &mut self,
        ctx: &mut Context<A>,
        key: K,
        after: Duration,
        fire: impl FnOnce(&mut A, &mut Context<A>) + 'static,
    ) where
        A: Actor<Context = Context<A>>,
    {
        let handle = ctx.run_later(after, fire);
        if let Some(old) = self.0.insert(key, handle) {
            ctx.cancel_future(old);
        }
    }

    /// Cancels the timer of `key`.
    pub fn disarm<A>(&mut self, ctx: &mut Context<A>, key: &K)
    where
        A: Actor<Context = Context<A>>,
    {
        if let Some(handle) = self.0.remove(key) {
            ctx.cancel_future(handle);
        }
    }

    /// Forgets a timer that fired. Call it first in `fire`.
    pub fn fired(&mut self, key: &K) {
        self.0.remove(key);
    }

    /// Stops the actor that owns these timers, and with it every timer.
    pub fn stop_all<A>(&mut self, ctx: &mut Context<A>)
    where
        A: Actor<Context = Context<A>>,
    {
        self.0.clear();
        ctx.stop();
    }
}
