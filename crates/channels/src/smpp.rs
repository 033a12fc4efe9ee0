//! SMPP 3.4: what goes over the wire, and one session as a plain machine.
//!
//! Requests are encoded by `rusmpp`. Reading is our own and tolerant: SMS centres send identifiers without an end,
//! texts shorter than they say, and parameters that nobody knows, and none of that is a reason to lose a session.
//! Whatever is put up with is named and counted.

pub mod delivery;
pub mod frame;
pub mod read;
pub mod receipt;
pub mod session;
pub mod status;
pub mod write;

#[cfg(test)]
mod tests;

/// Operations by their numbers (SMPP 3.4, 5.1.2.1).
pub mod command {
    /// The other side could not read a request.
    pub const GENERIC_NACK: u32 = 0x8000_0000;
    /// Receive only.
    pub const BIND_RECEIVER: u32 = 0x0000_0001;
    /// Send only.
    pub const BIND_TRANSMITTER: u32 = 0x0000_0002;
    /// Both.
    pub const BIND_TRANSCEIVER: u32 = 0x0000_0009;
    /// Take this message.
    pub const SUBMIT_SM: u32 = 0x0000_0004;
    /// Here is a message, or a receipt.
    pub const DELIVER_SM: u32 = 0x0000_0005;
    /// The same, in another form.
    pub const DATA_SM: u32 = 0x0000_0103;
    /// The session ends.
    pub const UNBIND: u32 = 0x0000_0006;
    /// Are you there?
    pub const ENQUIRE_LINK: u32 = 0x0000_0015;
    /// The centre wants us to sign in.
    pub const OUTBIND: u32 = 0x0000_000b;
    /// A phone can be reached again.
    pub const ALERT_NOTIFICATION: u32 = 0x0000_0102;
    /// What makes a response of a request.
    pub const RESPONSE: u32 = 0x8000_0000;
}
