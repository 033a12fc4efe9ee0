//! One question to one outside system.

use super::{ANSWER_BYTES_MAX, AuthKind, Connector, Method, Operation, place};
use platform::tls::Authorities;
use platform::vault::Vault;
use reqwest::{Certificate, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};
use std::net::IpAddr;
use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The system is away or too slow: asking again later may help.
    #[error("{0} does not answer: {1}")]
    Away(String, String),
    /// It answered that this cannot be done.
    #[error("{0} answered {1}: {2}")]
    Refused(String, u16, String),
    /// The question cannot be put.
    #[error("{0}")]
    Wrong(String),
}

/// Asks outside systems. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    vault: Vault,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// What should be certificates is none.
    #[error("[tls] ca_file holds no certificate in PEM form")]
    NoCertificate,
    /// The system has no trust store or no randomness, or a certificate cannot be used.
    #[error("no client for outside systems")]
    Http(#[from] reqwest::Error),
}

impl Client {
    /// A client that follows no redirects, which could lead to where no connector may go. It trusts the certificates of
    /// the system and of `authorities`.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn new(vault: Vault, authorities: &Authorities) -> Result<Self, ClientError> {
        platform::tls::choose();
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .user_agent("Trunkline");
        if let Some(pem) = authorities.pem() {
            let certificates = Certificate::from_pem_bundle(pem)?;
            if certificates.is_empty() {
                return Err(ClientError::NoCertificate);
            }
            builder = builder.tls_certs_merge(certificates);
        }
        Ok(Self { http: builder.build()?, vault })
    }

    /// The keys that seal the secrets of connectors.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
}

/// The secret of a connector; empty when it has none.
fn secret(client: &Client, connector: &Connector) -> Result<SecretString, AskError> {
    let Some(stored) = &connector.secret else { return Ok(SecretString::default()) };
    let opened = client.vault.open(&place(connector.id), stored);
    opened.map_err(|error| AskError::Wrong(format!("{}: {error}", connector.name)))
}

/// The base of a connector's addresses.
///
/// # Errors
/// What is wrong with it.
pub fn base(text: &str) -> Result<Url, String> {
    let url: Url = text.trim().parse().map_err(|_| "is no URL: write https://host/path".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("begins with http or https".to_owned());
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("has no login, query or fragment: the login belongs to auth".to_owned());
    }
    let host = url.host_str().unwrap_or_default().trim_matches(|c| c == '[' || c == ']');
    if host.parse::<IpAddr>().is_ok_and(is_forbidden) || host == "metadata.google.internal" {
        return Err("this address serves machines about themselves and is never a business system".to_owned());
    }
    Ok(url)
}

/// Addresses at which clouds tell machines their secrets, and addresses of nobody.
const fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast(),
    }
}

/// Asks once.
///
/// # Errors
/// Why there is no answer.
pub async fn ask(
    client: &Client,
    connector: &Connector,
    operation: &Operation,
    input: &Map<String, Json>,
    idempotency_key: &str,
) -> Result<Json, AskError> {
    let name = &connector.name;
    operation
        .check_input(input)
        .map_err(|said| AskError::Wrong(format!("{name}/{}: {said}", operation.key)))?;
    let (url, rest) = address(connector, operation, input).map_err(AskError::Wrong)?;
    let method = match operation.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut request = client.http.request(method, url).timeout(operation.timeout());
    if operation.method != Method::Get {
        request = request.json(&rest).header("idempotency-key", idempotency_key);
    }
    let secret = secret(client, connector)?;
    let secret = secret.expose_secret();
    let auth_name = connector.auth.name.as_deref().unwrap_or_default();
    request = match connector.auth.kind {
        AuthKind::None => request,
        AuthKind::Bearer => request.bearer_auth(secret),
        AuthKind::Basic => request.basic_auth(auth_name, Some(secret)),
        AuthKind::Header => request.header(auth_name, secret),
    };
    let away = |error: &reqwest::Error| {
        let why = if error.is_timeout() { "it took too long".to_owned() } else { cause(error) };
        AskError::Away(name.clone(), why)
    };
    let mut response = request.send().await.map_err(|error| away(&error))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| away(&error))? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(AskError::Wrong(format!("{name} answered more than {ANSWER_BYTES_MAX} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    let text = String::from_utf8_lossy(&body);
    if status.is_server_error() || status == reqwest::StatusCode::TOO_MANY_REQUESTS {
        return Err(AskError::Away(name.clone(), format!("it answered {status}")));
    }
    if !status.is_success() {
        let short: String = text.chars().take(200).collect();
        return Err(AskError::Refused(name.clone(), status.as_u16(), short));
    }
    let answer = if body.is_empty() {
        Json::Null
    } else {
        serde_json::from_slice(&body).map_err(|_| AskError::Wrong(format!("{name} answered no JSON")))?
    };
    let wrong = |said| {
        AskError::Wrong(format!("{name}/{} answered something else than was agreed: {said}", operation.key))
    };
    operation.check_output(&answer).map_err(wrong)?;
    Ok(answer)
}

/// The innermost cause: what a person can do something about.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The address of a question, and what of the input does not stand in its path.
fn address(
    connector: &Connector,
    operation: &Operation,
    input: &Map<String, Json>,
) -> Result<(Url, Map<String, Json>), String> {
    let mut url = base(&connector.base_url)?;
    let mut rest = input.clone();
    {
        let mut segments = url.path_segments_mut().map_err(|()| "the base URL takes no path".to_owned())?;
        segments.pop_if_empty();
        for segment in operation.path.split('/').skip(1) {
            let name = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
            let segment = match name {
                None => segment.to_owned(),
                Some(name) => {
                    let value = rest.remove(name).ok_or_else(|| format!("the input lacks {name:?}"))?;
                    let value = plain(&value).filter(|value| !value.is_empty());
                    value.ok_or_else(|| format!("the input has no value for {name:?}"))?
                }
            };
            if segment == "." || segment == ".." {
                return Err(format!("{segment:?} cannot stand in a path"));
            }
            segments.push(&segment); // percent-encoded: it cannot leave its place
        }
    }
    if operation.method == Method::Get {
        let mut query = url.query_pairs_mut();
        for (name, value) in std::mem::take(&mut rest) {
            if let Some(value) = plain(&value) {
                query.append_pair(&name, &value);
            }
        }
        drop(query);
        if url.query() == Some("") {
            url.set_query(None);
        }
    }
    Ok((url, rest))
}

/// A value as it stands in an address.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Auth;
    use base::id::ConnectorId;
    use serde_json::json;

    fn url(base: &str, path: &str, input: Json) -> Result<String, String> {
        let operation = Operation {
            key: "x".to_owned(),
            method: Method::Get,
            path: path.to_owned(),
            input_schema: Json::Null,
            output_schema: Json::Null,
            timeout_ms: None,
            cache_seconds: 0,
        };
        let connector = Connector {
            id: ConnectorId::from_uuid(uuid::Uuid::nil()),
            name: "x".to_owned(),
            base_url: base.to_owned(),
            auth: Auth { kind: AuthKind::None, name: None, has_secret: false },
            operations: vec![],
            version: 1,
            secret: None,
        };
        address(&connector, &operation, input.as_object().unwrap()).map(|(url, _)| url.to_string())
    }

    #[test]
    fn an_input_cannot_leave_its_place_in_the_address() {
        let base = "https://billing.example/api/";
        assert_eq!(
            url(base, "/tariffs/{id}", json!({ "id": "a/../b?x=1", "lang": "uz" })).unwrap(),
            "https://billing.example/api/tariffs/a%2F..%2Fb%3Fx=1?lang=uz"
        );
        assert_eq!(url(base, "/tariffs", json!({})).unwrap(), "https://billing.example/api/tariffs");
        assert!(url(base, "/tariffs/{id}", json!({ "id": ".." })).is_err());
        assert!(url(base, "/tariffs/{id}", json!({})).is_err());
    }

    #[test]
    fn addresses_of_machines_about_themselves_are_refused() {
        for wrong in [
            "http://169.254.169.254/",
            "http://[fe80::1]/",
            "http://0.0.0.0/",
            "ftp://x/",
            "https://u:p@x/",
            "x",
        ] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
        assert!(base("http://10.0.0.5:8080/api").is_ok(), "business systems stand inside");
    }
}
