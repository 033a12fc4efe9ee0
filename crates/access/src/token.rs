//! Secrets that callers carry: session tokens and API keys. Stored hashed; 256 random bits need no slow hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a token or of the secret half of a key.
pub type SecretHash = [u8; 32];

/// What a browser keeps in its cookie: 256 random bits, written in base64url.
#[must_use]
pub fn new_token(rng: &mut dyn Rng) -> String {
    let mut bytes = [0_u8; 32];
    rng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a token.
#[must_use]
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether a secret is the stored one, in a time that does not tell how much of it fits.
#[must_use]
pub fn fits(secret: &str, stored: &[u8]) -> bool {
    hash(secret).ct_eq(stored).into()
}

/// An API key as its owner sends it: `tl_<prefix>_<secret>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyText {
    /// The public half, 16 hexadecimal digits.
    pub prefix: String,
    /// The secret half, 256 random bits in base64url.
    pub secret: String,
}

impl ApiKeyText {
    /// A new key.
    #[must_use]
    pub fn new(rng: &mut dyn Rng) -> Self {
        let mut prefix = [0_u8; 8];
        rng.fill_bytes(&mut prefix);
        Self { prefix: hex::encode(prefix), secret: new_token(rng) }
    }

    /// Reads what a caller sent; nothing when it has another form.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (prefix, secret) = text.strip_prefix("tl_")?.split_once('_')?;
        let well_formed =
            prefix.len() == 16 && prefix.bytes().all(|b| b.is_ascii_hexdigit()) && !secret.is_empty();
        well_formed.then(|| Self { prefix: prefix.to_owned(), secret: secret.to_owned() })
    }

    /// The key as its owner sends it.
    #[must_use]
    pub fn write(&self) -> String {
        format!("tl_{}_{}", self.prefix, self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    /// SEC-12
    #[test]
    fn a_key_is_read_back_and_only_its_own_secret_fits() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let key = ApiKeyText::new(&mut rng);
        let stored = hash(&key.secret);

        assert_eq!(ApiKeyText::read(&key.write()), Some(key.clone()));
        assert!(fits(&key.secret, &stored));
        assert!(!fits(&new_token(&mut rng), &stored));
        assert!(!fits(&key.secret, &[]));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,80}") {
            if let Some(key) = ApiKeyText::read(&text) {
                proptest::prop_assert_eq!(key.write(), text);
            }
        }
    }
}
