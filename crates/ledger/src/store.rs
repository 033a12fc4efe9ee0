//! SQL that changes the ledger. Only [`crate::post`] and its like call what is not public.

mod close;
mod currencies;
pub(crate) mod due;
pub(crate) mod load;
pub(crate) mod lock;
pub(crate) mod originals;
pub(crate) mod write;

pub use close::close_day;
pub use currencies::{allow_debt, insert_currency};
