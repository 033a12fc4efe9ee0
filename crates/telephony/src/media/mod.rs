//! Media: legs over RTP and WebRTC, prompts, bridges, recordings.
//!
//! The [`engine`] is sans-IO: datagrams, commands and a beat of 20 ms go in, datagrams and events come out. Only
//! [`net`] has sockets and a clock; it runs on a thread of its own, so that no actor can delay audio and no audio
//! packet passes a mailbox. The rest of the server holds a [`MediaHandle`] and gets [`MediaEvent`]s.

pub mod api;
pub mod handle;

pub mod engine;
pub mod leg;

pub mod dtmf;
pub mod g711;
pub mod jitter;
pub mod player;
pub mod recorder;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod webrtc;

pub mod net;

pub mod client;

pub use api::{MediaError, MediaEvent, MediaSettings, PlayId, Quality, Side, StartError};
pub use handle::{MediaEngine, MediaHandle, Reply};
