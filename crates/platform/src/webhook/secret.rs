//! Keys and signatures of webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use rand::Rng;
use standardwebhooks::{Webhook, WebhookError};

/// Bytes of a key; the convention wants 24 to 64.
const BYTES: usize = 32;

/// A new key as receivers keep it, `whsec_…`.
#[must_use]
pub fn make(rng: &mut dyn Rng) -> String {
    let mut key = [0_u8; BYTES];
    rng.fill_bytes(&mut key);
    format!("whsec_{}", STANDARD.encode(key))
}

/// The value of `webhook-signature`: one signature for each key that counts.
///
/// # Errors
/// A key is none.
pub fn sign(keys: &[&str], id: &str, now: DateTime<Utc>, body: &str) -> Result<String, WebhookError> {
    let sign = |key: &&str| Webhook::new(key)?.sign(id, now.timestamp(), body.as_bytes());
    let signatures: Vec<String> = keys.iter().map(sign).collect::<Result<_, _>>()?;
    Ok(signatures.join(" "))
}
