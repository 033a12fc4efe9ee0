//! What is asked about accounts and transactions.

mod accounts;
mod history;
mod period;
pub(crate) mod recount;

pub use accounts::{
    Balance, OpenLot, balance, balances, closing_on, currencies, expiring, find_currency, open_lots,
};
pub use history::{
    Drawn, HoldRow, PostingRow, TransactionRow, TransactionView, existing, find_hold, find_transaction,
    open_holds, postings,
};
pub use period::{Earned, Movement as ReportedMovement, PeriodFigures, earned, exchanged, movements, period};
