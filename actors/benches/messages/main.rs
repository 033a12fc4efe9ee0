//! How fast messages go over links: `cargo bench -p actors --bench messages`, with `-- sms` or `-- mail` only one.
//!
//! The other side is a sink in this process, on a thread of its own; the queue is in memory. What is measured is
//! therefore the link: sockets, encoding, window, receipts, signatures. The limit of the same run is printed beside it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement stops at the first surprise"
)]

mod mail;
mod memory;
mod sms;

fn main() {
    let chosen = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if chosen.as_deref().is_none_or(|name| name == "sms") {
        sms::run();
    }
    if chosen.as_deref().is_none_or(|name| name == "mail") {
        mail::run();
    }
}
