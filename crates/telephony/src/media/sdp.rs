//! Session descriptions (RFC 8866) as far as an offer of audio needs them: read into types, unknown
//! lines skipped.

use std::net::{IpAddr, SocketAddr};

mod negotiate;

pub use negotiate::{Local, Negotiated, Outcome};

/// Octets of a description that is still read.
pub const LEN_MAX: usize = 64 * 1024;

/// Media lines of a description that is still read.
pub const MEDIA_MAX: usize = 16;

/// Which way a stream flows, from the side of whoever says it (RFC 8866, section 6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// I send, you listen: you are on hold.
    SendOnly,
    /// I listen, you send.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "sendrecv" => Some(Self::SendRecv),
            "sendonly" => Some(Self::SendOnly),
            "recvonly" => Some(Self::RecvOnly),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }

    /// The attribute's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The same, seen from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            both => both,
        }
    }

    /// Whether whoever says it sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether whoever says it listens.
    #[must_use]
    pub const fn listens(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// One `a=rtpmap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Payload type.
    pub payload_type: u8,
    /// Encoding name.
    pub name: String,
    /// Clock rate, in hertz.
    pub clock: u32,
}

/// One `m=` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// `audio`, `video`, `application`, ...
    pub kind: String,
    /// 0 refuses or removes it.
    pub port: u16,
    /// `RTP/AVP`, ...
    pub protocol: String,
    /// Formats in order of preference; payload types for RTP.
    pub formats: Vec<String>,
    /// Its own `c=`.
    pub address: Option<IpAddr>,
    /// Its own direction.
    pub direction: Option<Direction>,
    /// `a=rtpmap` lines.
    pub mappings: Vec<Mapping>,
    /// Packet time in milliseconds.
    pub ptime: Option<u16>,
    /// `a=rtcp`: another port than the next one.
    pub rtcp_port: Option<u16>,
    /// `a=rtcp-mux`: RTCP on the RTP port (RFC 5761).
    pub rtcp_mux: bool,
}

/// A whole description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The session's `c=`.
    pub address: Option<IpAddr>,
    /// The session's direction.
    pub direction: Option<Direction>,
    /// The `m=` sections.
    pub media: Vec<Media>,
}

/// What is wrong with a description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Longer than [`LEN_MAX`], or more than [`MEDIA_MAX`] sections.
    #[error("it is too long")]
    TooLong,
    /// It does not begin with `v=0`.
    #[error("it does not begin with v=0")]
    NotSdp,
    /// It has no `m=` line.
    #[error("it has no media")]
    NoMedia,
    /// A line that we need cannot be read.
    #[error("line {number} cannot be read: {text}")]
    Line {
        /// Its number, from 1.
        number: usize,
        /// Its beginning.
        text: String,
    },
}

/// Reads a description. Line ends may be LF alone (RFC 8866, section 5).
pub fn parse(text: &str) -> Result<Description, SdpError> {
    if text.len() > LEN_MAX {
        return Err(SdpError::TooLong);
    }
    let mut description = Description::default();
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    if lines.next().is_none_or(|(_, line)| line.trim_end() != "v=0") {
        return Err(SdpError::NotSdp);
    }
    for (number, line) in lines {
        let line = line.trim_end();
        let bad = || SdpError::Line { number, text: line.chars().take(60).collect() };
        let (kind, value) = line.split_once('=').ok_or_else(bad)?;
        match kind {
            "m" if description.media.len() >= MEDIA_MAX => return Err(SdpError::TooLong),
            "m" => description.media.push(media_line(value).ok_or_else(bad)?),
            "c" => {
                let address = Some(connection(value).ok_or_else(bad)?);
                match description.media.last_mut() {
                    Some(media) => media.address = address,
                    None => description.address = address,
                }
            }
            "a" => match description.media.last_mut() {
                Some(media) => attribute(media, value).ok_or_else(bad)?,
                None => description.direction = Direction::parse(value).or(description.direction),
            },
            _ => {}
        }
    }
    if description.media.is_empty() { Err(SdpError::NoMedia) } else { Ok(description) }
}

/// `audio 49170/2 RTP/AVP 0 8`
fn media_line(value: &str) -> Option<Media> {
    let mut words = value.split_whitespace();
    let kind = words.next()?.to_owned();
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let protocol = words.next()?.to_owned();
    let formats: Vec<String> = words.map(str::to_owned).collect();
    (!formats.is_empty()).then_some(Media { kind, port, protocol, formats, ..Media::default() })
}

/// `IN IP4 192.0.2.1/127`. Names are not looked up: a peer that announces one is not understood.
fn connection(value: &str) -> Option<IpAddr> {
    let mut words = value.split_whitespace();
    let (net, kind, address) = (words.next()?, words.next()?, words.next()?);
    let address: IpAddr = address.split('/').next()?.parse().ok()?;
    let fits = match kind {
        "IP4" => address.is_ipv4(),
        "IP6" => address.is_ipv6(),
        _ => false,
    };
    (net == "IN" && fits && !address.is_multicast()).then_some(address)
}

/// Takes in an attribute; `None` when one that we need cannot be read.
fn attribute(media: &mut Media, text: &str) -> Option<()> {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    match name {
        // A mapping of a format that is no payload type is no reason to refuse the whole.
        "rtpmap" => media.mappings.extend(mapping(value)),
        "ptime" => media.ptime = value.trim().split('.').next()?.parse().ok(),
        "rtcp" => media.rtcp_port = Some(value.split_whitespace().next()?.parse().ok()?),
        "rtcp-mux" => media.rtcp_mux = true,
        _ => media.direction = Direction::parse(text).or(media.direction),
    }
    Some(())
}

/// `101 telephone-event/8000/1`
fn mapping(value: &str) -> Option<Mapping> {
    let (payload_type, encoding) = value.split_once(' ')?;
    let mut parts = encoding.trim().split('/');
    let (name, clock) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
    let payload_type: u8 = payload_type.parse().ok()?;
    (payload_type < 128).then_some(Mapping { payload_type, name, clock })
}

impl Description {
    /// Where the peer listens for a section; `None` for the old way of holding, address 0.0.0.0.
    #[must_use]
    pub fn target(&self, media: &Media) -> Option<SocketAddr> {
        let address = media.address.or(self.address)?;
        (!address.is_unspecified() && media.port != 0).then(|| SocketAddr::new(address, media.port))
    }

    /// Where the peer listens for RTCP of a section.
    #[must_use]
    pub fn rtcp_target(&self, media: &Media) -> Option<SocketAddr> {
        let mut target = self.target(media)?;
        let next = target.port().checked_add(1)?;
        target.set_port(if media.rtcp_mux { target.port() } else { media.rtcp_port.unwrap_or(next) });
        Some(target)
    }

    /// Which way a section flows, as the peer says it. Address 0.0.0.0 means that it does not listen.
    #[must_use]
    pub fn direction(&self, media: &Media) -> Direction {
        let said = media.direction.or(self.direction).unwrap_or_default();
        match (self.target(media), said) {
            (Some(_), said) => said,
            (None, Direction::SendRecv | Direction::SendOnly) if media.port != 0 => Direction::SendOnly,
            (None, _) => Direction::Inactive,
        }
    }
}

#[cfg(test)]
mod tests;
