//! `[sip]`: listeners, limits and timers.

use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// `[sip]`. Every key has a default, so that an empty table is a working server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipSettings {
    /// Addresses to receive datagrams on; port 0 takes a free one.
    pub udp: Vec<SocketAddr>,
    /// Addresses to accept streams on; port 0 takes a free one.
    pub tcp: Vec<SocketAddr>,
    /// The address that peers shall see in Contact and Via, when it is not the bound one (a server behind NAT).
    pub advertised: Option<IpAddr>,
    /// Value of `User-Agent` and `Server`.
    pub product: String,
    /// Realm of the digest challenge (RFC 8760).
    pub realm: String,
    /// Digest algorithms offered, in this order: `MD5`, `SHA-256`. RFC 8760 wants the best first, but many peers
    /// read only the first challenge (SIPp 3.6 and the client of rsipstack 0.7 do) and know only MD5.
    pub digest_algorithms: Vec<DigestAlgorithm>,
    /// How long a nonce may be used before `stale=true`, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub nonce_lives: Duration,
    /// Wrong answers from one address before it is ignored.
    pub digest_failures_max: u32,
    /// How long such an address is ignored, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub lock_out: Duration,
    /// Country code that completes a national caller number, digits without `+`.
    pub country_code: String,
    /// Digits of a national number.
    pub national_digits: usize,
    /// Legs at once over all trunks; more get 503.
    pub calls_max: usize,
    /// New calls a second over all trunks; more get 503.
    pub calls_per_second_max: f64,
    /// Messages a second from one address; more are dropped before they are read.
    pub source_messages_per_second: f64,
    /// Messages one address may send at once above that rate.
    pub source_burst: f64,
    /// Addresses whose rate is remembered; beyond that the longest idle one is forgotten.
    pub sources_max: usize,
    /// New calls are refused while work waits longer than this, in milliseconds.
    #[serde(deserialize_with = "millis")]
    pub queue_delay_max: Duration,
    /// Retry-After of a 503, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub retry_after: Duration,
    /// TCP connections at once.
    pub connections_max: usize,
    /// A TCP connection with an unfinished message for this long is closed, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub stream_stall: Duration,
    /// A TCP connection without traffic for this long is closed, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub stream_idle: Duration,
    /// Longest message over TCP, in bytes. Over UDP it is 8192.
    pub message_bytes_max: usize,
    /// Session-Expires that we propose (RFC 4028), in seconds.
    #[serde(deserialize_with = "seconds")]
    pub session_expires: Duration,
    /// Smallest Session-Expires that we accept, in seconds; RFC 4028 5 forbids less than 90.
    #[serde(deserialize_with = "seconds")]
    pub min_se: Duration,
    /// A peer without session timers is asked this often whether the call still lives, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub probe_every: Duration,
    /// Longest call, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub call_length_max: Duration,
    /// An unanswered call is refused with 480 after this, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub setup_max: Duration,
    /// RFC 3261 T1, the round-trip estimate, in milliseconds. 64*T1 = how long we wait for an ACK or PRACK.
    #[serde(deserialize_with = "millis")]
    pub t1: Duration,
}

/// A hash of the digest scheme (RFC 8760).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum DigestAlgorithm {
    /// `SHA-256`.
    #[serde(rename = "SHA-256")]
    Sha256,
    /// `MD5`.
    #[serde(rename = "MD5")]
    Md5,
}

impl Default for SipSettings {
    fn default() -> Self {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 5060);
        Self {
            udp: vec![any],
            tcp: vec![any],
            advertised: None,
            product: format!("Trunkline/{}", env!("CARGO_PKG_VERSION")),
            realm: "trunkline".to_owned(),
            digest_algorithms: vec![DigestAlgorithm::Md5, DigestAlgorithm::Sha256],
            nonce_lives: Duration::from_secs(300),
            digest_failures_max: 10,
            lock_out: Duration::from_secs(300),
            country_code: "998".to_owned(),
            national_digits: 9,
            calls_max: 5000,
            calls_per_second_max: 500.0,
            source_messages_per_second: 4000.0,
            source_burst: 8000.0,
            sources_max: 10_000,
            queue_delay_max: Duration::from_millis(50),
            retry_after: Duration::from_secs(5),
            connections_max: 1000,
            stream_stall: Duration::from_secs(10),
            stream_idle: Duration::from_secs(300),
            message_bytes_max: 65_535,
            session_expires: Duration::from_secs(1800),
            min_se: Duration::from_secs(90),
            probe_every: Duration::from_secs(300),
            call_length_max: Duration::from_secs(4 * 3600),
            setup_max: Duration::from_secs(180),
            t1: Duration::from_millis(500),
        }
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_secs)
}

fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let error = serde_json::from_value::<SipSettings>(serde_json::json!({"prot": 5060})).unwrap_err();

        assert!(error.to_string().contains("prot"), "{error}");
    }

    #[test]
    fn an_empty_table_is_the_default() {
        let settings: SipSettings = serde_json::from_value(serde_json::json!({"min_se": 120})).unwrap();

        assert_eq!(settings, SipSettings { min_se: Duration::from_secs(120), ..SipSettings::default() });
    }
}
