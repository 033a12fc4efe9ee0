//! The ledger: amounts that move between accounts, once a key, in lots that expire, for ever on record.
//!
//! It does not know what a point is worth or why it is given. Read in this order: [`order`] is what is asked,
//! [`receipt`] what is answered, [`book`] decides (pure), [`post`] and [`Ledger`] are the two ways in, one code.

pub mod amount;
pub mod book;
pub mod chain;
pub mod currency;
pub mod expire;
pub mod order;
mod post;
pub mod query;
pub mod receipt;
pub mod store;
pub mod verify;
mod writer;

pub use amount::Amount;
pub use expire::expire_chunk;
pub use order::{
    Account, Cause, Counter, LotTerms, Movement, Order, OrderEvent, Portion, ReversalPolicy, hold_id,
    transaction_id,
};
pub use post::{Keys, post, post_with};
pub use receipt::{Moved, Receipt, Refusal};
pub use store::close_day;
pub use verify::verify;
pub use writer::{Ledger, PostError};
