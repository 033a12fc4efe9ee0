//! Secrets at rest: what other systems want from us (passwords of links, keys of signatures) is stored sealed, so that
//! a copy of the database alone opens nothing (SEC-07). Decision 0008 says why so.
//!
//! Sealed is AES-256-GCM with a nonce of the library's own dice. The place of a secret (table, column, row) is
//! authenticated with it: a sealed text that is copied into another row does not open there. The text names its key,
//! so that keys can be changed: the first key of the file seals, all of them open.

#[cfg(test)]
mod tests;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::SystemRandom;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What every sealed text begins with; no secret of another system does.
const MARK: &str = "sealed:1:";
/// Bytes of a key (AES-256).
const KEY_BYTES: usize = 32;
/// Hexadecimal digits that name a key: enough to tell the few keys of a file apart.
const NAME_DIGITS: usize = 8;
/// Rights of the key file: its owner alone.
const MODE: u32 = 0o600;

/// Why there is no vault, or a secret does not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file of keys cannot be read or made.
    #[error("cannot use the key file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("others than its owner may read the key file {0}: chmod 600")]
    Open(PathBuf),
    /// A line of the file is no key.
    #[error(
        "line {line} of the key file {path} is no key: 32 bytes in base64, as `openssl rand -base64 32` writes"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The key is not in the file.
    #[error(
        "the secret was sealed with key {0}, which is not in the key file: put that key back, or set the secret anew"
    )]
    UnknownKey(String),
    /// The secret was changed, or belongs elsewhere.
    #[error("the secret cannot be opened: it was changed, or belongs to another place; set it anew")]
    Damaged,
    /// The library refused.
    #[error("the cryptography of this machine refused to work")]
    Refused,
}

impl From<VaultError> for sqlx::Error {
    fn from(error: VaultError) -> Self {
        Self::Encode(Box::new(error))
    }
}

struct Key {
    name: String,
    cipher: RandomizedNonceKey,
}

/// The keys. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<[Key]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault")
            .field("key", &self.current().map(|key| key.name.as_str()))
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// The keys of a file, one a line in base64, the first being the one that seals. A file that is not there is made
    /// with one new key, for its owner alone.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn open_file(path: &Path) -> Result<Self, VaultError> {
        let fault = |source| VaultError::File { path: path.to_owned(), source };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => make(path)?,
            Err(error) => return Err(fault(error)),
        };
        let mode = std::fs::metadata(path).map_err(fault)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::Open(path.to_owned()));
        }
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let keys: Vec<Key> = lines
            .map(|(line, text)| read(text).ok_or_else(|| VaultError::Line { path: path.to_owned(), line }))
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(VaultError::Line { path: path.to_owned(), line: 1 });
        }
        Ok(Self { keys: keys.into() })
    }

    /// A vault with this key, for tests and benchmarks.
    ///
    /// # Errors
    /// [`VaultError::Refused`].
    pub fn with_key(bytes: [u8; KEY_BYTES]) -> Result<Self, VaultError> {
        let key = key(&bytes).ok_or(VaultError::Refused)?;
        Ok(Self { keys: vec![key].into() })
    }

    fn current(&self) -> Option<&Key> {
        self.keys.first()
    }

    /// Seals a secret for its place, such as `channels.link.password/<id>`.
    ///
    /// # Errors
    /// [`VaultError::Refused`].
    pub fn seal(&self, place: &str, secret: &str) -> Result<String, VaultError> {
        let key = self.current().ok_or(VaultError::Refused)?;
        let mut sealed = secret.as_bytes().to_vec();
        let nonce = key
            .cipher
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| VaultError::Refused)?;
        let bytes = [nonce.as_ref().as_slice(), &sealed].concat();
        Ok(format!("{MARK}{}:{}", key.name, STANDARD.encode(bytes)))
    }

    /// The secret of a place. What was never sealed is given as it is: an older server stored it so.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`], [`VaultError::Damaged`].
    pub fn open(&self, place: &str, stored: &str) -> Result<SecretString, VaultError> {
        let Some(rest) = stored.strip_prefix(MARK) else { return Ok(stored.into()) };
        let (name, text) = rest.split_once(':').ok_or(VaultError::Damaged)?;
        let known = self.keys.iter().find(|key| key.name == name);
        let key = known.ok_or_else(|| VaultError::UnknownKey(name.to_owned()))?;
        let bytes = STANDARD.decode(text).map_err(|_| VaultError::Damaged)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(VaultError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Damaged)?;
        let mut sealed = sealed.to_vec();
        let opened = key
            .cipher
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| VaultError::Damaged)?;
        let text = std::str::from_utf8(opened).map_err(|_| VaultError::Damaged)?;
        Ok(text.to_owned().into())
    }

    /// Whether a stored text is sealed with the key that seals now. The others are sealed anew when the server starts.
    #[must_use]
    pub fn is_current(&self, stored: &str) -> bool {
        let name = stored.strip_prefix(MARK).and_then(|rest| rest.split_once(':')).map(|(name, _)| name);
        name.is_some() && name == self.current().map(|key| key.name.as_str())
    }

    /// The stored form of what is stored for a place, sealed with the key that seals now; none when it is so already.
    ///
    /// # Errors
    /// See [`Vault::open`].
    pub fn renewed(&self, place: &str, stored: &str) -> Result<Option<String>, VaultError> {
        if self.is_current(stored) {
            return Ok(None);
        }
        let secret = self.open(place, stored)?;
        self.seal(place, secrecy::ExposeSecret::expose_secret(&secret)).map(Some)
    }
}

impl Vault {
    /// [`Vault::renewed`] of what is stored, if anything is; a secret that does not open is told and left as it is.
    #[must_use]
    pub fn renewed_or_told(&self, place: &str, stored: Option<&str>) -> Option<String> {
        self.renewed(place, stored?).unwrap_or_else(|error| {
            tracing::error!(secret.place = place, %error, "a secret does not open");
            None
        })
    }
}

fn key(bytes: &[u8]) -> Option<Key> {
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, bytes).ok()?;
    let name: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Key { name: name.chars().take(NAME_DIGITS).collect(), cipher })
}

fn read(line: &str) -> Option<Key> {
    let bytes = STANDARD.decode(line.trim()).ok().filter(|bytes| bytes.len() == KEY_BYTES)?;
    key(&bytes)
}

/// Makes a file with one new key; when another process was first, its file counts.
fn make(path: &Path) -> Result<String, VaultError> {
    let fault = |source| VaultError::File { path: path.to_owned(), source };
    let mut bytes = [0_u8; KEY_BYTES];
    aws_lc_rs::rand::SecureRandom::fill(&SystemRandom::new(), &mut bytes).map_err(|_| VaultError::Refused)?;
    let text = format!("{}\n", STANDARD.encode(bytes));
    let made = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path);
    match made {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
            // The name of the file must survive a power cut as the rows do that are sealed with its key.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))
                .and_then(|folder| folder.sync_all())
                .map_err(fault)?;
            Ok(text)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            std::fs::read_to_string(path).map_err(fault)
        }
        Err(error) => Err(fault(error)),
    }
}
