//! Media: RTP and WebRTC legs, prompts, bridges, recordings.

pub mod api;
pub mod dtmf;
pub mod g711;
pub mod jitter;
pub mod player;
pub mod recorder;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
