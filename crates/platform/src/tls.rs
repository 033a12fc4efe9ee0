//! The cryptography that every TLS connection of the process uses.

/// Chooses it, once for the process; later calls change nothing. Clients refuse to be made before.
pub fn choose() {
    let _already_chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
