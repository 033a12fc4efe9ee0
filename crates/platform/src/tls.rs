//! TLS of the connections that the server makes: its cryptography, and whom it trusts.

use std::path::Path;
use std::sync::Arc;

/// Chooses the cryptography, once for the process; later calls change nothing. Clients refuse to be made before.
pub fn choose() {
    let _already_chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Certificate authorities that are trusted beside the well-known ones: those of a company's own. PEM.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Option<Arc<[u8]>>);

impl Authorities {
    /// Those of a file; without one, none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(file: Option<&Path>) -> std::io::Result<Self> {
        Ok(Self(file.map(std::fs::read).transpose()?.map(Arc::from)))
    }

    /// Those of a text.
    #[must_use]
    pub fn of(pem: &str) -> Self {
        Self(Some(Arc::from(pem.as_bytes())))
    }

    /// The text, when there is one.
    #[must_use]
    pub fn pem(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }
}
