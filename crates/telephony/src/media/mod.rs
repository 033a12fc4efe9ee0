//! Audio: RTP, WebRTC, prompts, DTMF, recording, on threads of their own.
