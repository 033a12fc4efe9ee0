//! Loyalty at work: activities earn when they are reported, and when their events come another way. Shells: what is
//! given is decided in `loyalty`.

mod accruals;
mod earning;
mod facts;
mod lookup;
mod nightly;
mod standing;
#[cfg(test)]
mod tests;

pub use accruals::{already_posted, perform_all, undo};
pub use earning::{Activity, Earned, Earning, EarningError, Given, Seen, Snapshot, Whose};
pub use facts::{accounts, customers};
pub use nightly::Nightly;
pub use standing::{CONSUMER, Standings};
