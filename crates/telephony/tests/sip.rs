//! The SIP edge against raw sockets, the messages of RFC 4475 and real peers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

#[path = "sip/support.rs"]
mod support;

#[path = "sip/admission.rs"]
mod admission;
#[path = "sip/dialog.rs"]
mod dialog;
#[path = "sip/oracle.rs"]
mod oracle;
#[path = "sip/peers.rs"]
mod peers;
#[path = "sip/torture.rs"]
mod torture;
