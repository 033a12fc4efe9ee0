//! The live things: an actor is a thin shell around one pure core.
//!
//! An actor owns the state of one live thing, turns messages, timers and finished work into events of its
//! core, and performs the effects. It decides nothing. What it must not lose is handed to the
//! [`platform::journal::Journal`]; a restarted actor is rebuilt by its factory.
//!
//! actix 0.13 neither bounds a mailbox nor survives a panic, so this crate brings permits ([`inbox`]),
//! a supervisor with a factory ([`supervise`]) and timers by key ([`timers`]). Actors are found through the
//! [`directory`] by kind and id, never by a kept address.

pub mod automation;
pub mod board;
pub mod call;
pub mod calls;
pub mod desk;
pub mod directory;
pub mod inbox;
pub mod legs;
pub mod live;
pub mod loyalty;
pub mod message;
pub mod messages;
pub mod operator;
pub mod prediction;
pub mod processes;
pub mod promotions;
pub mod queue;
pub mod supervise;
pub mod timers;
pub mod world;

/// The one message an actor is told: an event of its core.
#[derive(Clone, Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Tell<E: Send + 'static>(pub E);
