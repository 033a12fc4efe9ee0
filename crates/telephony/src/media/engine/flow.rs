//! Packets on their way through the engine, and its beat.

use super::*;
use crate::media::leg::{Content, Frame};
use crate::media::rtp::Header;
use crate::media::webrtc::{self, Learned};

impl Engine {
    /// A datagram on a leg's RTP port.
    pub fn rtp(&mut self, now: Instant, leg: LegId, from: SocketAddr, datagram: &[u8], out: &mut dyn Outlet) {
        let Some(open) = self.legs.get_mut(&leg) else { return };
        // With rtcp-mux both come here: RTCP types 192 to 223 look like payload types 64 to 95 (RFC 5761).
        if datagram.get(1).is_some_and(|kind| (192..=223).contains(kind)) {
            let age = now.saturating_duration_since(self.limits.started);
            return open.receive_rtcp(now, age, from, datagram);
        }
        if let Some(frame) = open.receive_rtp(now, from, datagram, out) {
            self.heard(now, leg, &frame, out);
        }
    }

    /// A datagram on a leg's RTCP port.
    pub fn rtcp(&mut self, now: Instant, leg: LegId, from: SocketAddr, datagram: &[u8]) {
        let age = now.saturating_duration_since(self.limits.started);
        if let Some(open) = self.legs.get_mut(&leg) {
            open.receive_rtcp(now, age, from, datagram);
        }
    }

    /// A datagram on the browsers' port, received at the address `to`.
    pub fn web(
        &mut self,
        now: Instant,
        from: SocketAddr,
        to: SocketAddr,
        datagram: &[u8],
        out: &mut dyn Outlet,
    ) {
        // A check names its addressee; a port may have been given to another browser meanwhile.
        let named = webrtc::addressee(datagram).and_then(|fragment| self.by_fragment.get(&fragment));
        let Some(leg) = named.or_else(|| self.by_address.get(&from)).copied() else { return };
        let Some(open) = self.legs.get_mut(&leg) else { return };
        let Transport::Web(peer) = &mut open.transport else { return };
        let mut learned = Learned::default();
        let ours = peer
            .receive(now, from, to, datagram, &mut learned, &mut |from, to, data| out.web(from, to, data));
        if ours && named_or_new(&self.by_address, from, leg) {
            self.by_address.insert(from, leg);
        }
        self.learned(now, leg, learned, out);
    }

    fn learned(&mut self, now: Instant, leg: LegId, learned: Learned, out: &mut dyn Outlet) {
        if learned.connected {
            out.event(MediaEvent::Connected { leg });
        }
        for packet in learned.packets {
            let header = Header {
                marker: packet.header.marker,
                payload_type: 0,
                sequence: packet.header.sequence_number,
                timestamp: packet.header.timestamp,
                ssrc: *packet.header.ssrc,
            };
            let Some(open) = self.legs.get_mut(&leg) else { return };
            let kind = packet.header.payload_type;
            if let Some(frame) = open.receive_web(now, &header, kind, &packet.payload) {
                self.heard(now, leg, &frame, out);
            }
        }
        if learned.closed {
            self.by_address.retain(|_, known| *known != leg);
            self.by_fragment.retain(|_, known| *known != leg);
            out.event(MediaEvent::Disconnected { leg });
        }
    }

    /// A leg was heard: its partner hears it, its recordings keep it.
    fn heard(&mut self, now: Instant, from: LegId, frame: &Frame<'_>, out: &mut dyn Outlet) {
        let Some(open) = self.legs.get_mut(&from) else { return };
        open.report_digits(out);
        let (partner, muted) = (open.partner(), open.muted);
        let silence;
        let frame = match frame.content {
            Content::Audio(codec) if muted => {
                silence = vec![codec.silence(); frame.payload.len()];
                &Frame { payload: &silence, ..*frame }
            }
            Content::Event(_) if muted => return,
            _ => frame,
        };
        self.keep(now, from, frame);
        if let Some(listener) = partner.and_then(|partner| self.legs.get_mut(&partner)) {
            listener.relay(now, from, frame, &mut self.buffers, out);
        }
    }

    /// The beat of 20 ms.
    pub fn tick(&mut self, now: Instant, desk: &mut dyn Desk, out: &mut dyn Outlet) {
        self.beats += 1;
        let mut events: Vec<(LegId, Learned)> = Vec::new();
        for (id, leg) in &mut self.legs {
            if let Transport::Web(peer) = &mut leg.transport {
                let mut learned = Learned::default();
                peer.tick(now, self.browser_silence, &mut learned, &mut |from, to, data| {
                    out.web(from, to, data)
                });
                if learned.connected || learned.closed || !learned.packets.is_empty() {
                    events.push((*id, learned));
                }
            }
            leg.tick(now, &self.limits, &mut self.buffers, out);
        }
        for (leg, learned) in events {
            self.learned(now, leg, learned, out);
        }
        self.turn_tapes(now, desk, out);
    }
}

fn named_or_new(known: &BTreeMap<SocketAddr, LegId>, from: SocketAddr, leg: LegId) -> bool {
    known.get(&from) != Some(&leg)
}
