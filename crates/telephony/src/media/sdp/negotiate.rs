//! Offer and answer (RFC 3264): one audio stream of G.711 with telephone events, everything else refused.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::{Description, Direction, Media};
use crate::media::g711::G711;

/// The payload type that we offer for telephone events.
const EVENT_TYPE: u8 = 101;

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The payload types in use and their codecs, the preferred first. We send the first.
    pub codecs: Vec<(u8, G711)>,
    /// The payload type of telephone events, if the peer knows them.
    pub event: Option<u8>,
    /// Where the peer announced to listen.
    pub target: Option<SocketAddr>,
    /// Where the peer announced to listen for RTCP.
    pub rtcp_target: Option<SocketAddr>,
    /// Which way audio flows, from our side.
    pub direction: Direction,
    /// Audio in one packet that the peer wants to receive, in milliseconds: 10 to 60.
    pub ptime: u16,
}

/// Why no session comes of an offer or answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outcome {
    /// No stream of G.711 over plain RTP is in it.
    #[error("nothing in common")]
    NothingInCommon,
    /// It is an answer to something else.
    #[error("the answer does not match the offer")]
    Mismatch,
}

/// Our side of a session: what stays the same over its offers and answers.
#[derive(Clone, Debug)]
pub struct Local {
    /// The session's id in the `o=` line.
    pub id: u32,
    /// The address that we announce.
    pub address: IpAddr,
    /// Our RTP port; RTCP is one above.
    pub port: u16,
    version: u32,
    last: String,
}

impl Local {
    /// A session that listens at `address` and `port`.
    #[must_use]
    pub const fn new(id: u32, address: IpAddr, port: u16) -> Self {
        Self { id, address, port, version: 0, last: String::new() }
    }

    /// Our offer, for an invitation without one.
    pub fn offer(&mut self) -> String {
        let codecs = [(8, G711::Pcma), (0, G711::Pcmu)];
        let body = self.audio(&codecs, Some(EVENT_TYPE), Direction::SendRecv, 20, false, "RTP/AVP");
        self.describe(&body)
    }

    /// Takes in the answer to [`Local::offer`].
    pub fn accept(&self, answer: &Description) -> Result<Negotiated, Outcome> {
        match answer.media.as_slice() {
            [media, ..] if media.kind == "audio" && media.port != 0 => {
                negotiate(answer, media).ok_or(Outcome::NothingInCommon)
            }
            [media, ..] if media.kind == "audio" => Err(Outcome::NothingInCommon),
            _ => Err(Outcome::Mismatch),
        }
    }

    /// Answers an offer: the first usable audio is taken, every other section is refused by port 0 (RFC 3264,
    /// section 6). Codecs stay in the offerer's order.
    pub fn answer(&mut self, offer: &Description) -> Result<(String, Negotiated), Outcome> {
        let chosen = offer.media.iter().position(|media| negotiate(offer, media).is_some());
        let mut body = String::new();
        let mut agreed = None;
        for (index, media) in offer.media.iter().enumerate() {
            match negotiate(offer, media) {
                Some(ours) if Some(index) == chosen && media.port != 0 => {
                    body += &self.audio(
                        &ours.codecs,
                        ours.event,
                        ours.direction,
                        ours.ptime,
                        media.rtcp_mux,
                        &media.protocol,
                    );
                    agreed = Some(ours);
                }
                ours => {
                    // Writing to a string cannot fail.
                    let _ =
                        write!(body, "m={} 0 {} {}\r\n", media.kind, media.protocol, media.formats.join(" "));
                    if Some(index) == chosen {
                        agreed = ours; // audio taken away for now: the session stays
                    }
                }
            }
        }
        let agreed = agreed.ok_or(Outcome::NothingInCommon)?;
        Ok((self.describe(&body), agreed))
    }

    fn audio(
        &self,
        codecs: &[(u8, G711)],
        event: Option<u8>,
        direction: Direction,
        ptime: u16,
        rtcp_mux: bool,
        protocol: &str,
    ) -> String {
        let mut lines = format!("m=audio {} {protocol}", self.port);
        for payload_type in codecs.iter().map(|(payload_type, _)| *payload_type).chain(event) {
            let _ = write!(lines, " {payload_type}");
        }
        lines += "\r\n";
        for (payload_type, codec) in codecs {
            let _ = write!(lines, "a=rtpmap:{payload_type} {}/8000\r\n", codec.name());
        }
        if let Some(event) = event {
            let _ = write!(lines, "a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n");
        }
        let _ = write!(lines, "a=ptime:{ptime}\r\na={}\r\n", direction.name());
        if rtcp_mux {
            lines += "a=rtcp-mux\r\n";
        }
        lines
    }

    /// Puts the session part before `body`; the version grows with every change (RFC 3264, section 8).
    fn describe(&mut self, body: &str) -> String {
        if self.last != body {
            self.version += 1;
            body.clone_into(&mut self.last);
        }
        let kind = if self.address.is_ipv4() { "IP4" } else { "IP6" };
        let (id, version, address) = (self.id, self.version, self.address);
        format!(
            "v=0\r\no=- {id} {version} IN {kind} {address}\r\ns=-\r\nc=IN {kind} {address}\r\nt=0 0\r\n{body}"
        )
    }
}

/// What we can agree on for a section; `None` when it is not plain RTP audio in G.711.
fn negotiate(description: &Description, media: &Media) -> Option<Negotiated> {
    let plain = matches!(media.protocol.as_str(), "RTP/AVP" | "RTP/AVPF");
    if media.kind != "audio" || !plain {
        return None;
    }
    let types =
        || media.formats.iter().filter_map(|format| format.parse::<u8>().ok()).filter(|kind| *kind < 128);
    let mut codecs: Vec<(u8, G711)> = Vec::new();
    for payload_type in types() {
        let codec = codec_of(media, payload_type);
        if let Some(codec) = codec
            && !codecs.iter().any(|(_, known)| *known == codec)
        {
            codecs.push((payload_type, codec));
        }
    }
    // With Opus in the same offer there is a second telephone event at 48 kHz: ours is the one with our clock.
    let event = types().find(|payload_type| {
        media.mappings.iter().any(|mapping| {
            mapping.payload_type == *payload_type
                && mapping.name.eq_ignore_ascii_case("telephone-event")
                && mapping.clock == 8_000
        })
    });
    (!codecs.is_empty()).then(|| Negotiated {
        codecs,
        event,
        target: description.target(media),
        rtcp_target: description.rtcp_target(media),
        direction: description.direction(media).reversed(),
        ptime: (media.ptime.unwrap_or(20) / 10 * 10).clamp(10, 60),
    })
}

fn codec_of(media: &Media, payload_type: u8) -> Option<G711> {
    match media.mappings.iter().find(|mapping| mapping.payload_type == payload_type) {
        Some(mapping) => G711::by_name(&mapping.name).filter(|_| mapping.clock == 8_000),
        None => [G711::Pcma, G711::Pcmu].into_iter().find(|codec| codec.payload_type() == payload_type),
    }
}
