//! From where a request comes.

use crate::http::settings::Http;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of whoever sent the request. `X-Forwarded-For` is believed from trusted proxies only, and of it the
/// last address that is not one of them: what stands before it, anybody can write.
#[must_use]
pub fn source(request: &HttpRequest, settings: &Http) -> IpAddr {
    source_of(request.peer_addr(), request.headers(), settings)
}

/// [`source`] of a request that is not actix-web's.
#[must_use]
pub fn source_of(peer: Option<SocketAddr>, headers: &HeaderMap, settings: &Http) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    if !settings.trusted_proxies.contains(&peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    hops.iter()
        .rev()
        .map_while(|hop| hop.parse::<IpAddr>().ok())
        .map(|hop| hop.to_canonical())
        .find(|hop| !settings.trusted_proxies.contains(hop))
        .unwrap_or(peer)
}

/// What limits are counted by: an IPv4 address, or the /64 that one IPv6 subscriber has for itself.
#[must_use]
pub fn limited(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn from(peer: &str, forwarded: Option<&str>, trusted: &[&str]) -> String {
        let mut request = TestRequest::get().peer_addr(format!("{peer}:4711").parse().unwrap());
        if let Some(value) = forwarded {
            request = request.insert_header(("x-forwarded-for", value));
        }
        let trusted_proxies = trusted.iter().map(|proxy| proxy.parse().unwrap()).collect();
        source(&request.to_http_request(), &Http { trusted_proxies, ..Http::default() }).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_trust_goes() {
        assert_eq!(from("203.0.113.9", None, &[]), "203.0.113.9");
        assert_eq!(from("203.0.113.9", Some("198.51.100.1"), &[]), "203.0.113.9", "a stranger's header");
        assert_eq!(from("10.0.0.1", Some("198.51.100.1"), &["10.0.0.1"]), "198.51.100.1");
        assert_eq!(
            from("10.0.0.1", Some("6.6.6.6, 198.51.100.1, 10.0.0.2"), &["10.0.0.1", "10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(from("10.0.0.1", Some("rubbish"), &["10.0.0.1"]), "10.0.0.1");
    }

    #[test]
    fn all_addresses_of_one_ipv6_subscriber_are_limited_together() {
        let of = |text: &str| limited(text.parse().unwrap());

        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
