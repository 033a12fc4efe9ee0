//! `[http]`: how the HTTP edge listens and what it refuses.

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use utoipa::ToSchema;

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
    /// Pages of other systems that stand inside ours, at most [`PANELS_MAX`].
    pub panels: Vec<Panel>,
}

/// Most panels: each is a page that every open card loads.
pub const PANELS_MAX: usize = 20;

/// `[[http.panels]]`: a page of another system that stands inside ours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// What its tab is called, as the users of the site write it.
    #[schema(example = "Billing")]
    pub title: String,
    /// The page. `{customer.phone}` and other fields of the customer's card are filled in, percent-encoded.
    #[schema(example = "https://billing.example.com/card?msisdn={customer.phone}")]
    pub url: String,
    /// Where it stands.
    pub place: PanelPlace,
    /// Its height, in CSS pixels.
    #[serde(default = "panel_height")]
    pub height: u16,
}

/// Where a panel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelPlace {
    /// On the customer's card.
    Customer,
    /// At the operator's desk, beside the conversation.
    Desk,
}

const fn panel_height() -> u16 {
    480
}

impl Panel {
    /// The origin that browsers must be let through to, such as `https://billing.example.com`. Nothing when the
    /// address has none, or when a field of the customer would decide to whom the card is shown.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let (scheme, rest) = self.url.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        let plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        let known = matches!(scheme, "https" | "http") && !host.is_empty() && plain(host);
        known.then(|| format!("{scheme}://{host}"))
    }
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
            panels: Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(url: &str) -> Panel {
        Panel { title: "Billing".to_owned(), url: url.to_owned(), place: PanelPlace::Desk, height: 300 }
    }

    /// NFR-ARCH-02
    #[test]
    fn the_origin_of_a_panel_is_what_browsers_are_let_through_to() {
        let origin = |url| panel(url).origin();

        assert_eq!(
            origin("https://a.example:8443/x?p={customer.phone}").as_deref(),
            Some("https://a.example:8443")
        );
        for refused in
            ["a.example/x", "javascript://x", "https://{customer.name}/x", "https://a;b/", "https:///x"]
        {
            assert_eq!(origin(refused), None, "{refused}");
        }
    }
}
