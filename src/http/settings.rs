//! `[http]`: how the HTTP edge listens and what it refuses.

use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// `[http]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Where the server listens for browsers and programs.
    pub address: SocketAddr,
    /// The address that browsers use when a proxy stands in front, such as `https://calls.example.com`.
    pub public_url: Option<String>,
    /// Further origins whose pages may change data, such as a development server of the web application.
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed. Nobody else's is.
    pub trusted_proxies: Vec<IpAddr>,
    /// A certificate makes the server speak HTTPS only.
    pub tls: Option<Tls>,
    /// Greatest length of an ordinary body, in bytes.
    pub body_bytes_max: usize,
    /// Requests to `/api` that one source address may send, a second, on average.
    pub requests_per_second: u32,
    /// How many of them may come at once.
    pub requests_burst: u32,
    /// Sign-ins that one source address may try, a minute, on average; also the burst.
    pub sign_ins_per_minute: u32,
    /// Whether anybody who reaches the address may read `/metrics`.
    pub metrics_open: bool,
}

/// `[http.tls]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate and those that signed it.
    pub certificate: PathBuf,
    /// PEM file with the private key.
    pub key: PathBuf,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            tls: None,
            body_bytes_max: 1024 * 1024,
            requests_per_second: 100,
            requests_burst: 300,
            sign_ins_per_minute: 30,
            metrics_open: false,
        }
    }
}

impl Http {
    /// Whether browsers reach the server by HTTPS: its own, or that of the proxy in front.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
