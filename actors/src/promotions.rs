//! Promotions at work: offers to accounts that fit, activated by what happens, and what is due by itself. Shells: what is
//! decided is decided in `loyalty` and `rules`.

mod consumer;
mod fitting;
mod worker;

pub use consumer::CONSUMER;
pub use worker::{Next, Promotions, step};
