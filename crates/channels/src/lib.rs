//! Messages that reach customers: templates, the send queue, SMS over SMPP, e-mail.
//!
//! A message is made in the transaction of whatever causes it ([`store::enqueue`]): its texts are fixed then, and
//! what cannot be said or has nobody to reach is refused then, with the reason. Links take from the queue and
//! write down what the provider answered; receipts come later, in any order.

pub mod choice;
pub mod expression;
pub mod link;
pub mod mail;
pub mod message;
pub mod pace;
pub mod query;
pub mod smpp;
pub mod sms;
pub mod store;
pub mod telegram;
pub mod template;

/// The notification that wakes the links' senders: something was queued. A hint only; they also look by themselves.
pub const QUEUE_CHANNEL: &str = "channels_queue";
