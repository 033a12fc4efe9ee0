//! How fast messages go over links, with `sms` or `mail` only one.
//!
//! The other side is a sink in this process, on a thread of its own; the queue is in memory. What is measured is
//! therefore the link: sockets, encoding, window, receipts, signatures. The limit of the same run is printed beside it.

mod mail;
mod memory;
mod sms;

/// Measures and prints.
pub fn run(chosen: Option<&str>) {
    if chosen.is_none_or(|name| name == "sms") {
        sms::run();
    }
    if chosen.is_none_or(|name| name == "mail") {
        mail::run();
    }
}
