//! Loyalty programmes: who takes part, what earns points, which tier somebody has.
//!
//! Points themselves stand in the ledger, which knows nothing of loyalty. `loyalty` knows neither customers nor how a
//! message is sent: a member is the id of a customer, and what happened is an event that rules react to.

pub mod account;
pub mod adjustment;
pub mod anniversary;
pub mod bonus_type;
pub mod coupon;
pub mod earning;
pub mod export;
pub mod file;
pub mod id;
pub mod input;
pub mod master;
pub mod member;
pub mod movement;
pub mod night;
pub mod order;
pub mod partner;
pub mod programme;
pub mod promotion;
pub mod query;
pub mod rate;
pub mod refused;
pub mod reward;
pub mod service;
pub mod statistics;
pub mod store;
pub mod tier;
