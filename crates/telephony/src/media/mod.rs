//! Media: RTP and WebRTC legs, prompts, bridges, recordings.

pub mod api;
pub mod client;
pub mod dtmf;
pub mod engine;
pub mod g711;
pub mod handle;
pub mod jitter;
pub mod leg;
pub mod net;
pub mod player;
pub mod recorder;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod webrtc;
