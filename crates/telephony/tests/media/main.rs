//! The media engine against real sockets: telephones that say tones and measure what they hear.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod recording;
mod rig;
mod rtp;
mod webrtc;
