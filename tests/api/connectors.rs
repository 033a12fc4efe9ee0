//! Connectors: what is agreed with outside systems is held to, their secrets are stored sealed, and they are asked over
//! TLS.

use crate::support::{Browser, TestServer};
use access::role;
use flow::connector::http::{AskError, Client, ask};
use platform::tls::Authorities;
use platform::vault::Vault;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use trunkline::http::settings::Tls;

/// An outside system that answers each question with the authorisation that it came with.
async fn echo() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut heard = Vec::new();
            while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
                let mut some = [0; 1024];
                match socket.read(&mut some).await {
                    Ok(1..) => heard.extend_from_slice(&some),
                    _ => break,
                }
            }
            let heard = String::from_utf8_lossy(&heard).to_lowercase();
            let said =
                heard.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
            let body = json!({ "said": said, "price": "12" }).to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _gone = socket.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    url
}

fn connector(url: &str) -> Value {
    let price = |kind: &str| json!({ "type": "object", "properties": { "price": { "type": kind } } });
    let id = json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } });
    json!({
        "name": "billing", "base_url": url, "auth": { "kind": "bearer", "secret": "s3cret" },
        "operations": [
            { "key": "sound", "path": "/{id}", "input_schema": id, "output_schema": price("string") },
            { "key": "broken", "path": "/", "output_schema": price("number") },
        ],
    })
}

async fn tried(browser: &Browser, made: &Value, operation: &str, input: Value) -> Value {
    let path = format!("/api/v1/connectors/{}/try", made["id"].as_str().unwrap());
    let body = json!({ "operation": operation, "input": input });
    browser.post(&path, &body).await.expect(StatusCode::OK).await
}

/// INT-03: input and answer are held to the schemas of the operation, and the fault says where, without values.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_and_answered_is_held_to_its_schema() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let url = echo().await;
    let made = browser.post("/api/v1/connectors", &connector(&url)).await.expect(StatusCode::CREATED).await;

    let fine = tried(&browser, &made, "sound", json!({ "id": 7 })).await;
    assert_eq!(fine["data"]["price"], "12", "{fine}");
    for input in [json!({}), json!({ "id": "seven" })] {
        let wrong = tried(&browser, &made, "sound", input).await;
        let error = wrong["error"].as_str().unwrap();
        assert!(
            error.starts_with("billing/sound") && error.contains("id") || error.contains("/id"),
            "{error}"
        );
        assert!(!error.contains("seven"), "{error}");
    }
    let broken = tried(&browser, &made, "broken", json!({})).await;
    let error = broken["error"].as_str().unwrap();
    assert!(error.contains("agreed") && error.contains("/price"), "{error}");
    let mut nonsense = connector(&url);
    nonsense["name"] = json!("other");
    nonsense["operations"][1]["output_schema"] = json!({ "type": "nonsense" });
    let refused = browser.post("/api/v1/connectors", &nonsense).await.expect_problem(422, "invalid").await;
    assert_eq!(refused["errors"][0]["pointer"], "/operations/1/output_schema");
}

/// SEC-07, BRE-SEC-01: a copy of the database holds no secret of another system; what an older server stored open is
/// sealed at the start, and goes on working.
#[tokio::test(flavor = "multi_thread")]
async fn stored_secrets_are_sealed() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let url = echo().await;
    let made = browser.post("/api/v1/connectors", &connector(&url)).await.expect(StatusCode::CREATED).await;
    let link = json!({
        "kind": "smpp", "name": "SMSC", "enabled": true, "password": "s3cret",
        "settings": { "host": "127.0.0.1", "port": 2775, "system_id": "trunkline", "sender": "1099" },
    });
    browser.post("/api/v1/links", &link).await.expect(StatusCode::CREATED).await;
    let pool = server.db.pool();
    let stored = async || -> Vec<String> {
        let columns = "select secret from flow.connector union all select password from channels.link";
        sqlx::query_scalar(columns).fetch_all(pool).await.unwrap()
    };

    for secret in stored().await {
        assert!(secret.starts_with("sealed:1:") && !secret.contains("s3cret"), "{secret}");
    }
    let asked = tried(&browser, &made, "sound", json!({ "id": 7 })).await;
    assert_eq!(asked["data"]["said"], "bearer s3cret");

    sqlx::query("update flow.connector set secret = 'older'").execute(pool).await.unwrap();
    sqlx::query("update channels.link set password = 'older'").execute(pool).await.unwrap();
    let vault = Vault::with_key([6; 32]).unwrap();
    let mut db = pool.acquire().await.unwrap();
    assert_eq!(flow::store::connector::seal_secrets(&mut db, &vault).await.unwrap(), 1);
    assert_eq!(channels::store::seal_secrets(&mut db, &vault).await.unwrap(), 1);
    assert_eq!(flow::store::connector::seal_secrets(&mut db, &vault).await.unwrap(), 0, "once is enough");
    for secret in stored().await {
        assert!(secret.starts_with("sealed:1:"), "{secret}");
    }
    let asked = tried(&browser, &made, "sound", json!({ "id": 7 })).await;
    assert_eq!(asked["data"]["said"], "bearer older");
    let links = channels::query::live_links(&mut db, &vault).await.unwrap();
    assert!(links[0].1.as_ref().is_ok_and(|secrets| secrets.password.is_some()));
    let other = Vault::with_key([7; 32]).unwrap();
    let links = channels::query::live_links(&mut db, &other).await.unwrap();
    assert!(links[0].1.as_ref().is_err_and(|error| error.to_string().contains("not in the key file")));
}

/// INT-03: a system with a certificate of a company's own authority is asked once that authority is trusted, and not before.
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_speaks_tls_with_authorities_of_ones_own() {
    platform::tls::choose();
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    let server = TestServer::with(|http| http.tls = Some(tls), |_| {}).await;
    let url = format!("https://localhost:{}", server.address.port());
    let mut known = connector(&url);
    known["auth"] = json!({});
    known["operations"] = json!([{ "key": "health", "path": "/readyz" }]);
    let vault = Vault::with_key([6; 32]).unwrap();
    let mut rng = server.state.dice();
    let mut db = server.db.pool().acquire().await.unwrap();
    let fields = serde_json::from_value(known).unwrap();
    let mut edit = base::Edit { now: crate::support::monday(), author: base::Author::System, rng: &mut rng };
    let known = flow::store::connector::insert(&mut db, &mut edit, &vault, &fields).await.unwrap();
    let question = async |authorities: &Authorities| {
        let client = Client::new(vault.clone(), authorities).unwrap();
        ask(&client, &known, &known.operations[0], &Map::new(), "k").await
    };

    let trusted = question(&Authorities::of(&made.cert.pem())).await;
    let stranger = question(&Authorities::default()).await;

    assert!(!matches!(trusted, Err(AskError::Away(..))), "{trusted:?}");
    let told = stranger.unwrap_err();
    assert!(
        matches!(&told, AskError::Away(name, why) if name == "billing" && why.contains("ertificate")),
        "{told}"
    );
    assert!(Client::new(vault.clone(), &Authorities::of("no certificate")).is_err());
}
