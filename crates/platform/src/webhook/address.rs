//! Where webhooks may be sent: nowhere within the own network, unless a setting allows it. Else whoever may make a
//! webhook could reach what only the server can.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Longest address.
const URL_MAX: usize = 2_000;

/// Whether a webhook may have this address, as far as can be told without asking for its name.
///
/// # Errors
/// Why not, and what would be right.
pub fn check(url: &str, private: bool) -> Result<(), String> {
    if url.len() > URL_MAX {
        return Err(format!("is longer than {URL_MAX} characters"));
    }
    let url: reqwest::Url =
        url.parse().map_err(|_| "is no address, such as https://example.com/hook".to_owned())?;
    let secure = url.scheme() == "https" || (private && url.scheme() == "http");
    if !secure {
        return Err("must begin with https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password: the signature says who sends".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let inside = literal.is_ok_and(is_private) || host == "localhost" || host.ends_with(".localhost");
    if inside && !private {
        return Err(
            "is within the own network: [webhooks] private_addresses = true would allow that".to_owned()
        );
    }
    Ok(())
}

/// Whether an address is one that the world cannot reach: of this machine, the own network, or reserved.
/// Source: IANA special-purpose address registries (RFC 6890).
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second)) // shared by carriers, RFC 6598
        || (first == 198 && (18..20).contains(&second)) // benchmarks, RFC 2544
        || (first == 192 && second == 0 && third == 0)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_private_v4(inner);
    }
    let [first, second, ..] = address.segments();
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || (first & 0xfe00) == 0xfc00 // unique local
        || (first & 0xffc0) == 0xfe80 // link local
        || (first == 0x64 && second == 0xff9b) // translated to IPv4
        || first == 0x2002 // 6to4
        || (first == 0x2001 && second == 0xdb8) // documentation
        || (first, second) == (0x2001, 0) // Teredo
}

/// Looks names up and leaves out addresses of the own network, at each connection: a name may change what it means.
#[derive(Clone, Copy, Debug)]
pub struct Outside {
    /// Whether addresses of the own network count too.
    pub private: bool,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|at| private || !is_private(at.ip())).collect();
            if allowed.is_empty() {
                return Err("the name leads into the own network, which webhooks may not reach".into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}
