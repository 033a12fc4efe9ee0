//! Earning: what an activity of a member gives, decided by the rules that are live (CIMP-BON-01..09, CIMP-GEN-05).
//!
//! Pure: facts in, orders for the ledger out. The same code decides when an activity is reported and when the reader
//! of the log meets its event later; the key of an order is the same both times, so it counts once.

mod decide;
mod order;
mod setup;
#[cfg(test)]
mod tests;

pub use decide::{Decided, Fault, Grant, Terms, decide, granted};
pub use order::{Occasion, identity, key, order, silent_order};
pub use setup::Setup;

/// The kinds of activity that members earn by (CIMP-BON-01..08) and the fixed occasions (CIMP-BON-09), by the name of
/// their event type behind `loyalty.`.
pub const ACTIVITIES: [&str; 9] = [
    "invoice_issued",
    "payment",
    "topped_up",
    "action",
    "auto_payment",
    "online_payment",
    "purchase",
    "tenure_reached",
    "birthday",
];

/// What the event types of activities begin with.
pub const PREFIX: &str = "loyalty.";
