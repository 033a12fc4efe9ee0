//! What a good password is, when it expires, and how it is stored.

use crate::policy::{PASSWORD_LENGTH_MAX, PasswordPolicy};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use chrono::{DateTime, TimeDelta, Utc};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

/// Memory of one hash, in KiB. This and the next two: OWASP Password Storage Cheat Sheet, Argon2id.
pub const ARGON2_MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
pub const ARGON2_PASSES: u32 = 2;
/// Lanes.
pub const ARGON2_LANES: u32 = 1;

/// Hash of no password, for logins that do not exist: checking it takes as long as a real one.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG5vYm9keQ$rIMnRdHmThyuUoRf9J1NE7k8PY0AnMQmlPDhX1rlbYA";

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too few characters.
    #[error("use at least {0} characters")]
    TooShort(u16),
    /// Too many characters.
    #[error("use at most {PASSWORD_LENGTH_MAX} characters")]
    TooLong,
    /// Too few kinds of characters.
    #[error("use characters of at least {0} of these kinds: lower case, upper case, digits, others")]
    TooSimple(u8),
    /// The login stands in it, or it in the login.
    #[error("do not use the login in the password")]
    LikeLogin,
    /// It was used before.
    #[error("do not use one of the last {0} passwords again")]
    UsedBefore(u16),
}

impl PasswordPolicy {
    /// Whether a password may be set, apart from its past, which needs the hashes ([`Hasher::verify`]).
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, login: &str, password: &str) -> Result<(), WeakPassword> {
        let length = password.chars().count();
        if length < usize::from(self.length_min) {
            return Err(WeakPassword::TooShort(self.length_min));
        }
        if length > usize::from(PASSWORD_LENGTH_MAX) {
            return Err(WeakPassword::TooLong);
        }
        if classes(password) < self.classes_min {
            return Err(WeakPassword::TooSimple(self.classes_min));
        }
        let (login, password) = (login.to_lowercase(), password.to_lowercase());
        // A login of one or two letters stands in many good passwords.
        let contains = login.chars().count() >= 3 && password.contains(&login);
        if contains || login == password { Err(WeakPassword::LikeLogin) } else { Ok(()) }
    }

    /// Whether a password of that age must be changed.
    #[must_use]
    pub fn is_expired(&self, changed_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let days = i64::from(self.expires_after_days);
        days > 0 && now - changed_at >= TimeDelta::days(days)
    }

    /// Until when a password that somebody else set may be used.
    #[must_use]
    pub fn temporary_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::hours(i64::from(self.temporary_hours))
    }

    /// A random password that this policy accepts, without characters that look alike. 20 characters of 57 are
    /// 116 bits.
    #[must_use]
    pub fn generate(&self, rng: &mut dyn Rng) -> String {
        const CLASSES: [&[u8]; 4] =
            [b"abcdefghijkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"-"];
        let length = usize::from(self.length_min.clamp(20, PASSWORD_LENGTH_MAX));
        let mut letters: Vec<u8> = CLASSES.iter().filter_map(|class| pick(class, rng)).collect();
        let all = CLASSES.concat();
        while letters.len() < length {
            letters.extend(pick(&all, rng));
        }
        letters.shuffle(rng);
        letters.into_iter().map(char::from).collect()
    }
}

fn pick(letters: &[u8], rng: &mut dyn Rng) -> Option<u8> {
    letters.get(rng.random_range(0..letters.len())).copied()
}

fn classes(password: &str) -> u8 {
    let has = |class: fn(char) -> bool| u8::from(password.chars().any(class));
    has(char::is_lowercase)
        + has(char::is_uppercase)
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_lowercase() && !c.is_uppercase() && !c.is_ascii_digit())
}

/// The password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

/// Hashes passwords with argon2id. Each call takes tens of milliseconds and [`ARGON2_MEMORY_KIB`]: the edge runs
/// it off its event loop, a few at a time.
#[derive(Clone, Debug, Default)]
pub struct Hasher;

impl Hasher {
    fn argon2() -> Result<Argon2<'static>, HashError> {
        let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, ARGON2_LANES, None)
            .map_err(|error| HashError(error.to_string()))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn hash(&self, password: &str, rng: &mut dyn Rng) -> Result<String, HashError> {
        let mut salt = [0_u8; 16];
        rng.fill_bytes(&mut salt);
        let hash: PasswordHash = Self::argon2()?
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|error| HashError(error.to_string()))?;
        Ok(hash.to_string())
    }

    /// Whether the password is the one that was hashed. `None`, for a login that does not exist, takes as long
    /// and is never right.
    #[must_use]
    pub fn verify(&self, password: &str, stored: Option<&str>) -> bool {
        let Ok(argon2) = Self::argon2() else { return false };
        let fits = argon2.verify_password(password.as_bytes(), stored.unwrap_or(DECOY)).is_ok();
        fits && stored.is_some()
    }
}

#[cfg(test)]
mod tests;
