//! SQL that changes the schema `routing`.
//!
//! Functions take a connection and never open a transaction: the edge owns it. Changes of configuration take a
//! [`base::Edit`] and append an event with what was before and after; the live part's writes (`live`) may run
//! twice and change nothing the second time.

pub mod classifier;
pub mod live;
pub mod operator;
pub mod presence;
pub mod queue;
pub mod wrap_up;

use base::same_version;
use platform::event::record;
