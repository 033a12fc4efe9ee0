//! Calls: SIP, RTP, WebRTC, prompts, recording. A call is legs and a bridge plan.
//!
//! A *call* never parses SIP, a *dialog* never sees audio, a *transaction* never knows what a call is.
//! `telephony` does not know what a queue or an operator is: it is told to bridge two legs.

pub mod call;
pub mod config;
pub mod media;
pub mod sip;
