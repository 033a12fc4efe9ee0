//! HTTPS.

use crate::support::{PASSWORD, TestServer};
use access::{role, unit};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use trunkline::http::settings::Tls;
use trunkline::http::tls::load;

fn client(trusted: CertificateDer<'static>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// One request over TLS; the whole answer as text.
fn exchange(config: ClientConfig, address: SocketAddr, request: &str) -> std::io::Result<String> {
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // The server may close without a goodbye; what was read before counts.
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// SEC-08
#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_everything_is_https_and_the_cookie_is_bound_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    let server = TestServer::with(|http| http.tls = Some(tls), |_| {}).await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;
    let body = json!({ "login": "anna", "password": PASSWORD }).to_string();
    let request = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );

    let (address, config) = (server.address, client(made.cert.der().clone()));
    let answer =
        tokio::task::spawn_blocking(move || exchange(config, address, &request)).await.unwrap().unwrap();

    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let headers = answer.to_ascii_lowercase();
    let cookie = headers.lines().find(|line| line.starts_with("set-cookie:")).unwrap();
    assert!(cookie.contains("__host-trunkline_session="), "{cookie}");
    assert!(cookie.contains("; secure") && cookie.contains("; httponly"), "{cookie}");
    assert!(headers.contains("strict-transport-security: max-age="), "{headers}");
    let plain = reqwest::get(format!("http://{address}/healthz")).await;
    assert!(plain.is_err(), "plain HTTP is not answered on the same port");
}

#[test]
fn a_missing_or_foreign_key_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();

    let missing = load(&tls).unwrap_err().to_string();
    std::fs::write(&tls.key, other.signing_key.serialize_pem()).unwrap();
    let foreign = load(&tls).unwrap_err().to_string();

    assert!(missing.contains("key.pem"), "{missing}");
    assert_eq!(foreign, "the certificate cannot be used with this key");
}
