//! The server's side of digest authentication (RFC 3261 22, RFC 7616, RFC 8760).

use super::directory::{SipDirectory, TrunkAccess};
use super::settings::{DigestAlgorithm, SipSettings};
use super::wire::{split_outside, user_of};
use chrono::{DateTime, Utc};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;
use subtle::ConstantTimeEq as _;

/// Nonces and locked addresses that are remembered; beyond that the oldest go.
const REMEMBERED_MAX: usize = 20_000;

/// What came of a request's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They are right.
    Accepted(TrunkAccess),
    /// Ask (again). `stale`: the password was right, the nonce too old.
    Challenge { stale: bool },
    /// This address guessed too often: say nothing.
    LockedOut,
}

#[derive(Debug)]
struct NonceUse {
    highest: u32,
    /// Bit n: `highest - n` was used. Calls may overtake each other; none may be repeated.
    seen: u64,
}

#[derive(Debug)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

/// Makes challenges and checks answers.
#[derive(Debug)]
pub(crate) struct DigestServer {
    key: [u8; 32],
    realm: String,
    algorithms: Vec<DigestAlgorithm>,
    lives: Duration,
    failures_max: u32,
    lock_out: Duration,
    counter: u32,
    used: BTreeMap<String, NonceUse>,
    failures: BTreeMap<IpAddr, Failures>,
}

impl DigestServer {
    pub(crate) fn new(settings: &SipSettings, key: [u8; 32]) -> Self {
        Self {
            key,
            realm: settings.realm.clone(),
            algorithms: settings.digest_algorithms.clone(),
            lives: settings.nonce_lives,
            failures_max: settings.digest_failures_max,
            lock_out: settings.lock_out,
            counter: 0,
            used: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }

    /// Values of WWW-Authenticate, best algorithm first.
    pub(crate) fn challenge(&mut self, now: DateTime<Utc>, stale: bool) -> Vec<String> {
        self.counter = self.counter.wrapping_add(1);
        let nonce = self.nonce(now.timestamp(), self.counter);
        let stale = if stale { ", stale=true" } else { "" };
        let name = |algorithm: &DigestAlgorithm| match algorithm {
            DigestAlgorithm::Sha256 => "SHA-256",
            DigestAlgorithm::Md5 => "MD5",
        };
        self.algorithms
            .iter()
            .map(|algorithm| {
                format!(
                    "Digest realm=\"{}\", nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}",
                    self.realm,
                    name(algorithm)
                )
            })
            .collect()
    }

    // Time and counter in the clear, sealed with the key: nothing to store until it is used.
    fn nonce(&self, seconds: i64, counter: u32) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(seconds.to_be_bytes());
        hash.update(counter.to_be_bytes());
        hash.update(self.key);
        let seal = hash.finalize();
        format!("{seconds:x}.{counter:x}.{}", hex::encode(seal.get(..16).unwrap_or(&[])))
    }

    /// Whether the nonce is ours; and if so, whether it is still young.
    fn nonce_is_young(&self, nonce: &str, now: DateTime<Utc>) -> Option<bool> {
        let mut parts = nonce.split('.');
        let seconds = i64::from_str_radix(parts.next()?, 16).ok()?;
        let counter = u32::from_str_radix(parts.next()?, 16).ok()?;
        let ours = self.nonce(seconds, counter);
        let genuine: bool = ours.as_bytes().ct_eq(nonce.as_bytes()).into();
        let age = now.timestamp().saturating_sub(seconds);
        genuine.then(|| (0..=i64::try_from(self.lives.as_secs()).unwrap_or(i64::MAX)).contains(&age))
    }

    /// Judges the Authorization header of a request.
    pub(crate) fn judge(
        &mut self,
        now: DateTime<Utc>,
        source: IpAddr,
        method: &str,
        request_uri: &str,
        authorization: Option<&str>,
        directory: &dyn SipDirectory,
    ) -> Outcome {
        if self.is_locked(source, now) {
            return Outcome::LockedOut;
        }
        let Some(fields) = authorization.and_then(Fields::read) else {
            return Outcome::Challenge { stale: false };
        };
        let Some(young) = self.nonce_is_young(fields.nonce, now) else {
            return Outcome::Challenge { stale: false };
        };
        let known = directory.credential(fields.username);
        // An unknown user costs the same work and gets the same answer as a wrong password.
        let ha1 = known.as_ref().map_or("", |credential| match fields.algorithm {
            DigestAlgorithm::Md5 => &credential.ha1_md5,
            DigestAlgorithm::Sha256 => &credential.ha1_sha256,
        });
        let expected = fields.expected(ha1, method);
        let same: bool = expected.as_bytes().ct_eq(fields.response.to_ascii_lowercase().as_bytes()).into();
        let offered = self.algorithms.contains(&fields.algorithm);
        // An answer made for one number must not open another. Some peers (SIPp) name only our host.
        let aimed_at = user_of(fields.uri);
        let aimed = aimed_at.is_empty() || aimed_at == user_of(request_uri);
        match known {
            Some(credential) if same && offered && aimed && fields.realm == self.realm => {
                if !young {
                    return Outcome::Challenge { stale: true };
                }
                if self.is_repeated(fields.nonce, fields.nc) {
                    return Outcome::Challenge { stale: true };
                }
                self.failures.remove(&source);
                Outcome::Accepted(credential.access)
            }
            _ => {
                self.failed(source, now);
                Outcome::Challenge { stale: false }
            }
        }
    }

    fn is_locked(&mut self, source: IpAddr, now: DateTime<Utc>) -> bool {
        let Some(failures) = self.failures.get(&source) else { return false };
        if (now - failures.last).to_std().is_ok_and(|passed| passed >= self.lock_out) {
            self.failures.remove(&source);
            return false;
        }
        failures.count >= self.failures_max
    }

    fn failed(&mut self, source: IpAddr, now: DateTime<Utc>) {
        if self.failures.len() >= REMEMBERED_MAX
            && let Some(oldest) =
                self.failures.iter().min_by_key(|(_, failures)| failures.last).map(|(ip, _)| *ip)
        {
            self.failures.remove(&oldest);
        }
        let failures = self.failures.entry(source).or_insert(Failures { count: 0, last: now });
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    fn is_repeated(&mut self, nonce: &str, nc: u32) -> bool {
        if self.used.len() >= REMEMBERED_MAX {
            // Nonces sort by the second they were made in; an old one that returns is stale anyway.
            self.used.pop_first();
        }
        let known = self.used.entry(nonce.to_owned()).or_insert(NonceUse { highest: 0, seen: 0 });
        if nc > known.highest {
            known.seen = known.seen.checked_shl(nc - known.highest).unwrap_or(0) | 1;
            known.highest = nc;
            return false;
        }
        let Some(bit) = 1_u64.checked_shl(known.highest - nc) else { return true };
        let repeated = known.seen & bit != 0;
        known.seen |= bit;
        repeated
    }
}

struct Fields<'a> {
    username: &'a str,
    realm: &'a str,
    nonce: &'a str,
    uri: &'a str,
    response: &'a str,
    cnonce: &'a str,
    nc_text: &'a str,
    nc: u32,
    algorithm: DigestAlgorithm,
}

impl<'a> Fields<'a> {
    fn read(value: &'a str) -> Option<Self> {
        let (scheme, rest) = value.split_once([' ', '\t'])?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let mut map: BTreeMap<String, &'a str> = BTreeMap::new();
        for item in split_outside(rest, b',') {
            let (key, value) = item.split_once('=')?;
            map.insert(key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
        }
        let get = |key: &str| map.get(key).copied();
        let algorithm = match get("algorithm") {
            None => DigestAlgorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("MD5") => DigestAlgorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => DigestAlgorithm::Sha256,
            Some(_) => return None,
        };
        // Without qop there is no nonce count, and so no protection from a repeated request.
        get("qop").filter(|qop| qop.eq_ignore_ascii_case("auth"))?;
        let nc_text = get("nc")?;
        Some(Self {
            username: get("username")?,
            realm: get("realm")?,
            nonce: get("nonce")?,
            uri: get("uri")?,
            response: get("response")?,
            cnonce: get("cnonce")?,
            nc_text,
            nc: u32::from_str_radix(nc_text, 16).ok().filter(|nc| *nc > 0)?,
            algorithm,
        })
    }

    fn expected(&self, ha1: &str, method: &str) -> String {
        let hash = |text: String| match self.algorithm {
            DigestAlgorithm::Md5 => hex::encode(Md5::digest(text.as_bytes())),
            DigestAlgorithm::Sha256 => hex::encode(Sha256::digest(text.as_bytes())),
        };
        let ha2 = hash(format!("{method}:{}", self.uri));
        hash(format!("{ha1}:{}:{}:{}:auth:{ha2}", self.nonce, self.nc_text, self.cnonce))
    }
}

#[cfg(test)]
mod tests;
