//! The sending half of a leg: one stream, whatever its source.

use super::*;

/// What a leg brings about. The shell performs it.
pub trait Outlet {
    /// Sends RTP from the leg's port.
    fn rtp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]);
    /// Sends RTCP from the leg's RTCP port.
    fn rtcp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]);
    /// Sends from the browsers' port, as the address `from`.
    fn web(&mut self, from: SocketAddr, to: SocketAddr, datagram: &[u8]);
    /// Reports what happened.
    fn event(&mut self, event: MediaEvent);
}

impl Leg {
    /// The next 20 ms (or what the peer's packet time is) of a prompt, or of silence.
    pub(super) fn beat(&mut self, now: Instant, buffers: &mut Buffers, out: &mut dyn Outlet) {
        if self.playing.is_none() && !self.wants_quiet(now) {
            return;
        }
        let (codec, ptime) = self.sends();
        let beat = Duration::from_millis(u64::from(ptime));
        let length = usize::from(ptime) * 8;
        let mut next = self.next_beat.filter(|next| now <= *next + LATE_MAX).unwrap_or(now);
        while now + EARLY >= next {
            next += beat;
            self.next_beat = Some(next);
            let origin = match &mut self.playing {
                Some(playback) => {
                    if !playback.fill(codec, length, &mut buffers.payload) {
                        let play = playback.play;
                        self.playing = None;
                        out.event(MediaEvent::PlayFinished { leg: self.id, play });
                        return;
                    }
                    Origin::Play
                }
                None => {
                    buffers.payload.clear();
                    buffers.payload.resize(length, codec.silence());
                    self.quiet = true;
                    Origin::Silence
                }
            };
            if self.may_send() {
                let stamp = self.outbound.own(now, origin, length);
                self.emit(now, Content::Audio(codec), &stamp, buffers, out);
            }
        }
    }

    /// Passes on what another leg sent. A play wins over it.
    pub fn relay(
        &mut self,
        now: Instant,
        from: LegId,
        frame: &Frame<'_>,
        buffers: &mut Buffers,
        out: &mut dyn Outlet,
    ) {
        if self.playing.is_some() {
            return;
        }
        if !self.may_send() {
            return self.outbound.interrupt();
        }
        let (content, length) = match frame.content {
            Content::Audio(codec) => {
                let ours = self.speaks(codec);
                codec.transcode(ours, frame.payload, &mut buffers.payload);
                (Content::Audio(ours), frame.payload.len())
            }
            // The listener knows no keys: for it they are a pause, not a loss.
            Content::Event(_) if !self.feels() => return self.outbound.interrupt(),
            Content::Event(_) => {
                buffers.payload.clear();
                buffers.payload.extend_from_slice(frame.payload);
                (frame.content, 0)
            }
        };
        let source = Source {
            sequence: frame.sequence,
            time: frame.time,
            length: i64::try_from(length).unwrap_or(0),
            marker: frame.marker,
        };
        self.quiet = false;
        if let Some(stamp) = self.outbound.relay(now, from, frame.ssrc, source) {
            self.emit(now, content, &stamp, buffers, out);
        }
    }

    fn emit(
        &mut self,
        now: Instant,
        content: Content,
        stamp: &Stamp,
        buffers: &mut Buffers,
        out: &mut dyn Outlet,
    ) {
        let ssrc = self.outbound.ssrc;
        match &mut self.transport {
            Transport::Rtp(side) => {
                let Some(agreed) = &side.agreed else { return };
                let payload_type = match content {
                    Content::Audio(codec) => {
                        agreed.codecs.iter().find(|(_, known)| *known == codec).map(|(kind, _)| *kind)
                    }
                    Content::Event(_) => agreed.event,
                };
                let (Some(payload_type), Some(to)) = (payload_type, side.latch.target()) else { return };
                let (sequence, timestamp) = (stamp.wire_sequence(), stamp.wire_time());
                let header = Header { marker: stamp.marker, payload_type, sequence, timestamp, ssrc };
                rtp::write(&header, &buffers.payload, &mut buffers.datagram);
                out.rtp(self.id, to, &buffers.datagram);
            }
            Transport::Web(peer) => {
                let payload_type = match content {
                    Content::Audio(codec) => {
                        peer.codecs().iter().find(|(_, known)| *known == codec).map(|(kind, _)| *kind)
                    }
                    Content::Event(_) => peer.event(),
                };
                let Some(payload_type) = payload_type else { return };
                peer.send(now, payload_type, stamp, &buffers.payload, &mut |from, to, datagram| {
                    out.web(from, to, datagram);
                });
            }
        }
    }

    /// Whether the peer knows telephone events.
    fn feels(&self) -> bool {
        match &self.transport {
            Transport::Rtp(side) => side.agreed.as_ref().is_some_and(|agreed| agreed.event.is_some()),
            Transport::Web(peer) => peer.event().is_some(),
        }
    }

    /// Whether the peer listens.
    fn may_send(&self) -> bool {
        match &self.transport {
            Transport::Rtp(side) => side.agreed.as_ref().is_some_and(|agreed| agreed.direction.sends()),
            Transport::Web(peer) => peer.is_connected(),
        }
    }

    /// A browser needs no silence: its port is kept open by connectivity checks.
    fn wants_quiet(&self, now: Instant) -> bool {
        if matches!(self.transport, Transport::Web(_)) || !self.may_send() {
            return false;
        }
        let sent = self.outbound.last_sent().unwrap_or(self.opened);
        self.quiet || now.saturating_duration_since(sent) >= QUIET_AFTER
    }

    /// The law and the packet time of prompts.
    fn sends(&self) -> (G711, u16) {
        match &self.transport {
            Transport::Rtp(side) => {
                let agreed = side.agreed.as_ref();
                let codec =
                    agreed.and_then(|agreed| agreed.codecs.first()).map_or(G711::Pcma, |(_, codec)| *codec);
                (codec, agreed.map_or(20, |agreed| agreed.ptime))
            }
            Transport::Web(peer) => (peer.codecs().first().map_or(G711::Pcma, |(_, codec)| *codec), 20),
        }
    }

    /// The law to send in what comes in `codec`. A browser takes either as it comes; an RTP peer gets what it put
    /// first, for not every phone likes a change of law within a call.
    fn speaks(&self, codec: G711) -> G711 {
        match &self.transport {
            Transport::Web(peer) if peer.codecs().iter().any(|(_, known)| *known == codec) => codec,
            _ => self.sends().0,
        }
    }
}
