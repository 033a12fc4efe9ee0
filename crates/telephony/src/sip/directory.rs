//! Which trunk a packet belongs to, and which numbers are ours.

use arc_swap::ArcSwap;
use base::id::TrunkId;
use md5::Md5;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// A trunk, as far as the SIP edge needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrunkAccess {
    /// Which trunk.
    pub trunk: TrunkId,
    /// Calls at once; more get 503.
    pub calls_max: usize,
}

/// What a digest trunk proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Which trunk.
    pub access: TrunkAccess,
    /// `MD5(username:realm:password)`, lower-case hex.
    pub ha1_md5: String,
    /// `SHA-256(username:realm:password)`, lower-case hex.
    pub ha1_sha256: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("access", &self.access).finish_non_exhaustive()
    }
}

impl Credential {
    /// Hashes a password; only the hashes are kept (RFC 7616 3.4.2 calls them HA1).
    #[must_use]
    pub fn new(access: TrunkAccess, username: &str, realm: &str, password: &str) -> Self {
        let (ha1_md5, ha1_sha256) = ha1(username, realm, password);
        Self { access, ha1_md5, ha1_sha256 }
    }
}

/// HA1 by MD5 and by SHA-256, lower-case hex: what a row of a digest trunk stores instead of the password.
#[must_use]
pub fn ha1(username: &str, realm: &str, password: &str) -> (String, String) {
    let text = format!("{username}:{realm}:{password}");
    (hex::encode(Md5::digest(text.as_bytes())), hex::encode(Sha256::digest(text.as_bytes())))
}

/// What the edge asks about the outside world. Answers must come from memory, at once.
pub trait SipDirectory: Send + Sync + 'static {
    /// The trunk that may send from this address without a password.
    fn trunk_by_address(&self, source: IpAddr) -> Option<TrunkAccess>;
    /// The trunk with this user name.
    fn credential(&self, username: &str) -> Option<Credential>;
    /// Whether any trunk proves itself by password: if none does, a stranger is not even challenged.
    fn has_credentials(&self) -> bool;
    /// Whether the dialled text is a number of ours.
    fn serves(&self, dialled: &str) -> bool;
}

/// Trunks and numbers at one moment.
#[derive(Clone, Debug, Default)]
pub struct TrunkBook {
    prefixes: Vec<(IpAddr, u8, TrunkAccess)>,
    credentials: BTreeMap<String, Credential>,
    numbers: BTreeSet<String>,
}

/// The text is no address or prefix.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is neither an address nor a prefix such as 10.0.0.0/8")]
pub struct NotPrefix(pub String);

/// Reads an address or a prefix.
///
/// # Errors
/// [`NotPrefix`] when it is neither.
pub fn parse_prefix(text: &str) -> Result<(IpAddr, u8), NotPrefix> {
    let refuse = || NotPrefix(text.to_owned());
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.trim().parse().map_err(|_| refuse())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(most), |bits| bits.trim().parse::<u8>().map_err(|_| refuse()))?;
    if bits > most { Err(refuse()) } else { Ok((address, bits)) }
}

impl TrunkBook {
    /// A trunk that is known by where it sends from.
    ///
    /// # Errors
    /// [`NotPrefix`] when one of `addresses` is neither an address nor a prefix.
    pub fn add_by_address<'a>(
        &mut self,
        access: TrunkAccess,
        addresses: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), NotPrefix> {
        for text in addresses {
            let (address, bits) = parse_prefix(text)?;
            self.prefixes.push((address, bits, access));
        }
        // The longest prefix wins, as in a routing table.
        self.prefixes.sort_by_key(|(_, bits, _)| std::cmp::Reverse(*bits));
        Ok(())
    }

    /// A trunk that is known by its password.
    pub fn add_by_digest(&mut self, username: &str, credential: Credential) {
        self.credentials.insert(username.to_owned(), credential);
    }

    /// A number of ours, as callers' networks send it: `+998712000000`, `712000000`, a short code.
    pub fn add_number(&mut self, number: &str) {
        self.numbers.insert(bare(number).to_owned());
    }
}

/// Networks disagree about the plus sign and the international prefix; the digits are the same number.
fn bare(number: &str) -> &str {
    number.strip_prefix('+').or_else(|| number.strip_prefix("00")).unwrap_or(number)
}

fn covers(prefix: IpAddr, bits: u8, address: IpAddr) -> bool {
    match (prefix, address) {
        (IpAddr::V4(prefix), IpAddr::V4(address)) => {
            let shift = 32_u32.saturating_sub(u32::from(bits));
            prefix.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(prefix), IpAddr::V6(address)) => {
            let shift = 128_u32.saturating_sub(u32::from(bits));
            prefix.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
        }
        (IpAddr::V4(_), IpAddr::V6(address)) => {
            address.to_ipv4_mapped().is_some_and(|address| covers(prefix, bits, IpAddr::V4(address)))
        }
        (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

impl SipDirectory for TrunkBook {
    fn trunk_by_address(&self, source: IpAddr) -> Option<TrunkAccess> {
        self.prefixes
            .iter()
            .find(|(prefix, bits, _)| covers(*prefix, *bits, source))
            .map(|(_, _, access)| *access)
    }

    fn credential(&self, username: &str) -> Option<Credential> {
        self.credentials.get(username).cloned()
    }

    fn has_credentials(&self) -> bool {
        !self.credentials.is_empty()
    }

    fn serves(&self, dialled: &str) -> bool {
        self.numbers.contains(bare(dialled))
    }
}

/// A [`TrunkBook`] that can be exchanged while calls arrive.
#[derive(Debug, Default)]
pub struct LiveTrunkBook(ArcSwap<TrunkBook>);

impl LiveTrunkBook {
    /// Starts with `book`.
    #[must_use]
    pub fn new(book: TrunkBook) -> Self {
        Self(ArcSwap::from_pointee(book))
    }

    /// From now on `book` decides. Running calls are not touched.
    pub fn replace(&self, book: TrunkBook) {
        self.0.store(Arc::new(book));
    }
}

impl SipDirectory for LiveTrunkBook {
    fn trunk_by_address(&self, source: IpAddr) -> Option<TrunkAccess> {
        self.0.load().trunk_by_address(source)
    }

    fn credential(&self, username: &str) -> Option<Credential> {
        self.0.load().credential(username)
    }

    fn has_credentials(&self) -> bool {
        self.0.load().has_credentials()
    }

    fn serves(&self, dialled: &str) -> bool {
        self.0.load().serves(dialled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(n: u128) -> TrunkAccess {
        TrunkAccess { trunk: TrunkId::from_uuid(uuid::Uuid::from_u128(n)), calls_max: 10 }
    }

    #[test]
    fn the_longest_prefix_names_the_trunk() {
        let mut book = TrunkBook::default();
        book.add_by_address(access(1), ["10.0.0.0/8", "fd00::/8"]).unwrap();
        book.add_by_address(access(2), ["10.1.0.0/16", "192.0.2.7"]).unwrap();

        let trunk = |text: &str| book.trunk_by_address(text.parse().unwrap()).map(|access| access.trunk);
        assert_eq!(trunk("10.2.3.4"), Some(access(1).trunk));
        assert_eq!(trunk("10.1.3.4"), Some(access(2).trunk));
        assert_eq!(trunk("192.0.2.7"), Some(access(2).trunk));
        assert_eq!(trunk("::ffff:192.0.2.7"), Some(access(2).trunk));
        assert_eq!(trunk("fd12::1"), Some(access(1).trunk));
        assert_eq!(trunk("192.0.2.8"), None);
        assert_eq!(parse_prefix("10.0.0.0/33").unwrap_err(), NotPrefix("10.0.0.0/33".to_owned()));
    }

    #[test]
    fn zero_bits_cover_the_world() {
        let mut book = TrunkBook::default();
        book.add_by_address(access(1), ["0.0.0.0/0"]).unwrap();

        assert!(book.trunk_by_address("203.0.113.1".parse().unwrap()).is_some());
    }

    #[test]
    fn a_number_is_ours_with_and_without_plus() {
        let mut book = TrunkBook::default();
        book.add_number("+998712000000");
        book.add_number("1000");

        assert!(book.serves("998712000000") && book.serves("+998712000000") && book.serves("00998712000000"));
        assert!(book.serves("1000") && !book.serves("1001"));
    }
}
