//! SQL that reads the schema `loyalty`.

mod account;
mod adjustment;
mod around;
mod configuration;
pub mod conversion;
pub mod master;
mod member;
pub mod offer;
pub mod order;
pub mod partner;
pub mod promotion;
pub mod reward;
mod standing;

pub use account::{
    AccountSearch, account_of_customer, enrolled, find_account, find_accounts, find_by_number, find_service,
    service_by_code, services,
};
pub use adjustment::{adjustments, find_adjustment};
pub use around::{Around, around};
pub use configuration::{
    bonus_types, find_bonus_type, find_programme, find_tier, programme_called, programmes, stamp, tiers,
};
pub use member::{by_customers, by_ids, by_numbers};
pub use standing::{Stands, living, standings};
