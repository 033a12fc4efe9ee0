//! HTTPS by rustls (SEC-08).

use super::settings::Tls;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;

/// Why the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing or holds no PEM of the right kind.
    #[error("cannot read {file}")]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        source: pem::Error,
    },
    /// Certificate and key do not belong together, or the algorithm is not known.
    #[error("the certificate cannot be used with this key")]
    Unusable(#[from] rustls::Error),
}

/// Reads certificate and key. TLS 1.2 and 1.3 with the safe defaults of rustls.
///
/// # Errors
/// [`TlsError`].
pub fn load(settings: &Tls) -> Result<ServerConfig, TlsError> {
    let of_certificate = |source| TlsError::File { file: settings.certificate.clone(), source };
    let chain = CertificateDer::pem_file_iter(&settings.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(of_certificate)?;
    if chain.is_empty() {
        return Err(of_certificate(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(&settings.key)
        .map_err(|source| TlsError::File { file: settings.key.clone(), source })?;
    Ok(ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?)
}
