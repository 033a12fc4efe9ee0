//! `[sip]`: how telephony reaches the server, and how much of it.

use super::problem::Problems;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

/// `[sip]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sip {
    /// Where SIP over UDP is heard; none: off.
    #[serde(deserialize_with = "address_or_off")]
    pub listen_udp: Option<SocketAddr>,
    /// Where SIP over TCP is heard; none: off.
    #[serde(deserialize_with = "address_or_off")]
    pub listen_tcp: Option<SocketAddr>,
    /// What peers outside call this machine.
    pub external_address: Option<IpAddr>,
    /// Most calls at once.
    pub calls_max: NonZeroU32,
    /// New calls a second, on average.
    pub calls_per_second: NonZeroU32,
    /// New calls at once.
    pub calls_burst: NonZeroU32,
}

impl Sip {
    pub(super) fn check(&self, problems: &mut Problems) {
        let heard = self.listen_udp.is_some() || self.listen_tcp.is_some();
        problems.unless(heard, "sip.listen_udp", "UDP and TCP cannot both be off");
        let burst_fits = self.calls_burst >= self.calls_per_second;
        problems.unless(burst_fits, "sip.calls_burst", "must be at least calls_per_second");
        if let Some(address) = self.external_address {
            problems.unless(!address.is_unspecified(), "sip.external_address", "must be one address");
        }
    }
}

fn address_or_off<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == "off" {
        return Ok(None);
    }
    let fault = || Error::custom(format!("{text:?} is no address: write such as 0.0.0.0:5060, or off"));
    text.parse().map(Some).map_err(|_| fault())
}
