//! Our own supervisor: a factory per child, restarts after a panic, gives up beyond an intensity.
//!
//! actix's supervisor resumes the same value and does not survive a panic. Here a child holds an
//! [`ExitGuard`]; dropping it, also while unwinding, tells the supervisor, which asks the factory for a fresh
//! value. State is never carried over: what must not be lost is in Postgres or with the actor's partners.

use actix::{Actor, Addr, AsyncContext, Context, Handler, Recipient};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::time::Instant;

/// What the supervisor does when a child panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// A fresh value from the factory.
    Permanent,
    /// Never: a half-known call is worse than an ended one.
    Temporary,
}

/// How many restarts within how long are bearable.
#[derive(Clone, Copy, Debug)]
pub struct Intensity {
    /// Restarts allowed.
    pub restarts: usize,
    /// Within this time.
    pub within: Duration,
}

impl Intensity {
    /// Queues and operators: the second panic within two seconds is no accident (Kazoo's figures).
    pub const ACTOR: Self = Self { restarts: 2, within: Duration::from_secs(2) };
    /// Things that talk to the outside: five restarts a minute.
    pub const LINK: Self = Self { restarts: 5, within: Duration::from_secs(60) };
}

/// Put one in every supervised actor; its drop is the only sign a panicking actix actor gives.
#[derive(Debug)]
pub struct ExitGuard {
    to: Recipient<Exited>,
    child: String,
    run: u64,
}

impl Drop for ExitGuard {
    fn drop(&mut self) {
        let (child, run) = (std::mem::take(&mut self.child), self.run);
        self.to.do_send(Exited { child, run, panicked: std::thread::panicking() });
    }
}

/// A child's fields were dropped.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
struct Exited {
    child: String,
    run: u64,
    panicked: bool,
}

/// A child panicked more often than its intensity allows, or must not be restarted.
#[derive(Clone, Debug, actix::Message)]
#[rtype(result = "()")]
pub struct GaveUp {
    /// The child's name, such as `queue 0190…`.
    pub child: String,
}

/// Starts one child: called at first and after each panic, inside the supervisor's arbiter.
pub type Factory = Box<dyn FnMut(ExitGuard) + Send>;

/// Adds a child and starts it.
#[derive(actix::Message)]
#[rtype(result = "()")]
pub struct Supervise {
    /// Names the child in logs, and replaces a child of the same name that has ended.
    pub child: String,
    /// What a panic leads to.
    pub restart: Restart,
    /// When to give up.
    pub intensity: Intensity,
    /// Makes and starts the actor.
    pub factory: Factory,
}

struct Child {
    restart: Restart,
    intensity: Intensity,
    factory: Factory,
    restarts: VecDeque<Instant>,
    /// The present value; the end of an older one of the same name means nothing.
    run: u64,
}

/// Watches children of one branch of the tree.
pub struct Supervisor {
    children: BTreeMap<String, Child>,
    parent: Recipient<GaveUp>,
    runs: u64,
}

impl Supervisor {
    /// Starts a supervisor on the current arbiter; `parent` hears when it gives a child up.
    #[must_use]
    pub fn start_under(parent: Recipient<GaveUp>) -> Addr<Self> {
        Self { children: BTreeMap::new(), parent, runs: 0 }.start()
    }

    /// A value that panics while it is made is a panic of the child, not of everybody's supervisor.
    fn run(&mut self, name: &str, to: Recipient<Exited>) {
        let Some(child) = self.children.get_mut(name) else { return };
        self.runs += 1;
        child.run = self.runs;
        let guard = ExitGuard { to, child: name.to_owned(), run: child.run };
        if catch_unwind(AssertUnwindSafe(|| (child.factory)(guard))).is_err() {
            tracing::error!(child = %name, "an actor panicked before it began");
        }
    }

    fn may_restart(child: &mut Child, now: Instant) -> bool {
        let within = child.intensity.within;
        child.restarts.retain(|at| now.duration_since(*at) < within);
        child.restart == Restart::Permanent && child.restarts.len() < child.intensity.restarts
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}

impl Handler<Supervise> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: Supervise, ctx: &mut Context<Self>) {
        let Supervise { child: name, restart, intensity, factory } = message;
        let child = Child { restart, intensity, factory, restarts: VecDeque::new(), run: 0 };
        self.children.insert(name.clone(), child);
        self.run(&name, ctx.address().recipient());
    }
}

impl Handler<Exited> for Supervisor {
    type Result = ();

    fn handle(&mut self, Exited { child: name, run, panicked }: Exited, ctx: &mut Context<Self>) {
        let Some(child) = self.children.get_mut(&name).filter(|child| child.run == run) else { return };
        if !panicked {
            self.children.remove(&name);
            return;
        }
        metrics::counter!("actor_panics_total").increment(1);
        let now = Instant::now();
        if Self::may_restart(child, now) {
            child.restarts.push_back(now);
            tracing::error!(child = %name, restarts = child.restarts.len(), "an actor panicked and is restarted");
            self.run(&name, ctx.address().recipient());
            return;
        }
        tracing::error!(child = %name, "an actor panicked and is given up");
        self.children.remove(&name);
        self.parent.do_send(GaveUp { child: name });
    }
}

#[cfg(test)]
mod tests;
