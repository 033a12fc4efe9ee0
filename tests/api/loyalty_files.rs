//! Files of the loyalty programme by HTTP: uploads, what became of them, their reject files, exports.

use crate::loyalty::{register, service};
use crate::support::{Answer, Browser, TestServer};
use access::role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use trunkline::ingest::loyalty::Files;
use trunkline::loyalty::Working;

/// The greatest upload of these tests: ten million columns and a little more.
pub const UPLOAD_BYTES_MAX: usize = 10_100_000;

fn folder(server: &TestServer) -> PathBuf {
    server.state.part::<Working>().unwrap().files.clone()
}

/// What stands in the folder beside folders.
fn waiting(server: &TestServer) -> Vec<String> {
    let entries = std::fs::read_dir(folder(server)).unwrap();
    let files = entries.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

async fn upload(browser: &Browser, name: &str, content: impl Into<reqwest::Body>) -> Answer {
    let path = format!("/api/v1/loyalty/files/uploads/{name}");
    Answer(browser.request(Method::PUT, &path).body(content).send().await.unwrap())
}

/// The file of this name, once it is applied or refused.
async fn applied(browser: &Browser, name: &str) -> Value {
    loop {
        let found =
            browser.get(&format!("/api/v1/loyalty/files?q={name}")).await.expect(StatusCode::OK).await;
        let file = &found["items"][0];
        if file["state"].is_string() && file["state"] != "running" {
            return file.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A programme with points and the structure of purchases; its id.
async fn set_up(marketing: &Browser) -> String {
    let fields = json!({ "code": "main", "title": { "en": "Main" }, "zone": "Asia/Tashkent" });
    let made = marketing.post("/api/v1/loyalty/programmes", &fields).await.expect(StatusCode::CREATED).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let points = json!({ "code": "points", "title": { "en": "Points" }, "validity_days": 365 });
    let path = format!("/api/v1/loyalty/programmes/{id}/bonus-types");
    marketing.post(&path, &points).await.expect(StatusCode::CREATED).await;
    for (kind, prefix, fields) in [
        ("purchases", "PUR_", &["account", "date", "amount", "document"][..]),
        ("tariff_plans", "TAR_", &["code", "title"]),
    ] {
        let columns: Vec<Value> = fields.iter().map(|field| json!({ "field": field })).collect();
        let structure = json!({ "programme_id": id, "title": kind, "kind": kind, "prefix": prefix, "suffix": ".txt",
            "encoding": "utf8", "columns": columns, "date_format": "YYYY-MM-DD", "decimal_separator": "." });
        marketing.post("/api/v1/loyalty/file-structures", &structure).await.expect(StatusCode::CREATED).await;
    }
    id
}

/// Runs `steps` while the folder is watched, as a server does it.
async fn watched(server: &TestServer, steps: impl Future<Output = ()>) {
    let files = Files {
        dir: folder(server),
        pool: server.db.pool().clone(),
        clock: server.clock.clone(),
        earning: server.earning.clone(),
        holder: uuid::Uuid::from_u128(1),
    };
    tokio::select! {
        () = files.watch(CancellationToken::new()) => panic!("watching ended"),
        () = steps => {}
    }
}

/// CIMP-ETL-02: a file that is sent by HTTP waits in the folder, and another of its name does not take its place; names that
/// lead elsewhere, names that no structure has, and bodies that are too large leave nothing behind; who has no right to
/// files sends none.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_cannot_be_taken_leave_nothing_behind() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    set_up(&marketing).await;
    let sent = upload(&marketing, "TAR_1.txt", "T1|One\n").await.expect(StatusCode::ACCEPTED).await;
    assert_eq!((&sent["name"], &sent["bytes"]), (&json!("TAR_1.txt"), &json!(7)));
    upload(&marketing, "TAR_1.txt", "T9|Nine\n").await.expect_problem(409, "not-possible-now").await;

    for name in [
        "..%2FTAR_1.txt",
        "%2e%2e%2f%2e%2e%2fetc%2fTAR_1.txt",
        "TAR_%00.txt",
        ".TAR_1.txt",
        "TAR_a%20b.txt",
        "TAR_a%5Cb.txt",
    ] {
        let status = upload(&marketing, name, "T1|One\n").await.status();
        assert!(status.is_client_error(), "{name}: {status}");
    }
    let long = format!("TAR_{}.txt", "x".repeat(300));
    upload(&marketing, &long, "T1|One\n").await.expect_problem(422, "invalid").await;
    upload(&marketing, "OTHER_1.txt", "T1|One\n").await.expect_problem(422, "invalid").await;
    let large = vec![b'x'; UPLOAD_BYTES_MAX + 1];
    upload(&marketing, "TAR_2.txt", large).await.expect_problem(413, "too-large").await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    upload(&clerk, "TAR_3.txt", "T1|One\n").await.expect_problem(403, "forbidden").await;

    assert_eq!(waiting(&server), ["TAR_1.txt"]);
    assert!(!folder(&server).parent().unwrap().join("TAR_1.txt").exists());
    let kept = std::fs::read(folder(&server).join("TAR_1.txt")).unwrap();
    assert_eq!(kept, b"T1|One\n");
}

/// CIMP-ETL-02, CIMP-ETL-04, CIMP-INT-01: a file that is sent by HTTP is applied like one of the folder; what is wrong with
/// its lines can be loaded, a truncated last line too; the same content again does nothing, whatever its name.
#[tokio::test(flavor = "multi_thread")]
async fn files_come_by_http_and_count_once() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    set_up(&marketing).await;
    let lines = "T1|One\nT2|Two\n\nT3\nT4|Four";
    upload(&marketing, "TAR_1.txt", lines).await.expect(StatusCode::ACCEPTED).await;

    watched(&server, async {
        let file = applied(&marketing, "TAR_1.txt").await;
        let (tally, id) = (&file["tally"], file["id"].as_str().unwrap());
        assert_eq!(
            (&file["state"], &tally["accepted"], &tally["rejected"]),
            (&json!("done"), &json!(2), &json!(2))
        );
        assert_eq!((&file["done"], &file["lines"]), (&json!(5), &json!(5)));
        let one = marketing.get(&format!("/api/v1/loyalty/files/{id}")).await.expect(StatusCode::OK).await;
        assert_eq!(one, file);
        let path = format!("/api/v1/loyalty/files/{id}/rejects");
        let rejects = marketing.get(&path).await.0.text().await.unwrap();
        let told: Vec<&str> = rejects.lines().collect();
        assert_eq!(told[0], "line|field|reason|text");
        assert!(told[1].starts_with("4||the line has 1 columns"), "{rejects}");
        assert!(
            told[2].starts_with("5||the last line has no end") && told[2].ends_with("T4|Four"),
            "{rejects}"
        );
        let plans = marketing.get("/api/v1/loyalty/masters/tariff_plan").await.expect(StatusCode::OK).await;
        assert_eq!(plans["items"].as_array().unwrap().len(), 2, "{plans}");

        upload(&marketing, "TAR_5.txt", lines).await.expect(StatusCode::ACCEPTED).await;
        let again = applied(&marketing, "TAR_5.txt").await;
        assert_eq!((&again["state"], &again["repeats"]), (&json!("repeated"), &json!(id)));
    })
    .await;
}

/// CIMP-ETL-04: a file in another encoding and an empty one are refused as a whole; ten million columns are a wrong line and
/// harm no other.
#[tokio::test(flavor = "multi_thread")]
async fn broken_files_by_http_are_told() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    set_up(&marketing).await;
    let mut wide = vec![b'|'; 10_000_000];
    wide.extend_from_slice(b"\nA1|2026-01-01|5|D1\n");
    let cp1251 = b"A1|2026-01-01|5|\xcf\xeb\xe0\xed\n".to_vec();
    for (name, content) in [("PUR_1.txt", cp1251), ("PUR_2.txt", Vec::new()), ("PUR_3.txt", wide)] {
        upload(&marketing, name, content).await.expect(StatusCode::ACCEPTED).await;
    }

    watched(&server, async {
        for (name, code) in [("PUR_1.txt", "encoding"), ("PUR_2.txt", "empty")] {
            let refused = applied(&marketing, name).await;
            assert_eq!((&refused["state"], &refused["refusal_code"]), (&json!("refused"), &json!(code)));
        }
        let file = applied(&marketing, "PUR_3.txt").await;
        let tally = &file["tally"];
        assert_eq!((&tally["rejected"], &tally["not_enrolled"]), (&json!(1), &json!(1)), "{file}");
        while !waiting(&server).is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// The text of an export, once it is made.
pub async fn made(browser: &Browser, asked: &Value) -> String {
    let begun = browser.post("/api/v1/loyalty/exports", asked).await.expect(StatusCode::ACCEPTED).await;
    let path = format!("/api/v1/loyalty/exports/{}", begun["id"].as_str().unwrap());
    while browser.get(&path).await.expect(StatusCode::OK).await["state"] == "running" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    browser.get(&format!("{path}/file")).await.0.text().await.unwrap()
}

/// CIMP-ETL-12: master data is asked for and loaded by HTTP; what nobody knows is refused.
#[tokio::test(flavor = "multi_thread")]
async fn master_data_goes_out_by_http() {
    let server = TestServer::start().await;
    let marketing = server.with_role(role::MARKETING).await;
    let programme = set_up(&marketing).await;
    let line = json!({ "code": "mobile", "title": { "en": "Mobile" } });
    marketing.post("/api/v1/loyalty/masters/service_line", &line).await.expect(StatusCode::CREATED).await;

    let wrong = json!({ "programme_id": programme, "kind": "masters", "lists": ["planets"] });
    assert!(marketing.post("/api/v1/loyalty/exports", &wrong).await.status().is_client_error());
    let asked = json!({ "programme_id": programme, "kind": "masters", "lists": ["service_line"], "encoding": "ascii" });
    let text = made(&marketing, &asked).await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "list|code|title_ru|title_en|title_uz|parent|areas|active|fields|changed");
    assert!(lines[1].starts_with("service_line|mobile||Mobile||||1||"), "{text}");
}

/// CIMP-ETL-12, UMS-ENT-05: who goes out is put together from conditions as at tiers and promotions; a selection or a column
/// of what does not exist, or is not for the roles of whoever asks, is refused before anything is written.
#[tokio::test(flavor = "multi_thread")]
async fn participants_that_fulfil_conditions_go_out_by_http() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let marketing = server.with_role(role::MARKETING).await;
    let clerk = server.with_role(role::CUSTOMER_SERVICE).await;
    crate::loyalty::programme(&server, &marketing, &[]).await;
    let secret = json!({ "of": "customer", "key": "debt", "title": { "en": "Debt" }, "type": "text",
        "readers": [role::OPERATOR] });
    administrator.post("/api/v1/attributes", &secret).await.expect(StatusCode::CREATED).await;
    register(&clerk, "100", json!([service(1, "mobile"), service(2, "tv")])).await;
    let programmes = marketing.get("/api/v1/loyalty/programmes").await.expect(StatusCode::OK).await;
    let programme = programmes["items"][0]["id"].clone();
    let asked = |condition: Value, columns: &[&str]| json!({ "programme_id": programme, "kind": "participants", "condition": condition, "columns": columns });

    let form = json!({ "criteria": { "kind": "form", "group": { "all": [
        { "field": "account.tier", "op": "eq", "value": "standard" },
        { "field": "customer.name", "op": "starts_with", "value": "Aziza" },
    ] } } });
    let check = "/api/v1/loyalty/conditions/check?of=export";
    let checked = marketing.post(check, &form).await.expect(StatusCode::OK).await;
    assert_eq!(checked["faults"], json!([]), "{checked}");
    let columns = ["account.number", "customer.name"];
    for (condition, lines) in [
        (checked["text"].clone(), "100|Aziza Karimova\n"),
        (json!("account.services * 2 == 4"), "100|Aziza Karimova\n"),
        (json!("account.tier == 'gold'"), ""),
        (json!(" "), "100|Aziza Karimova\n"),
        (Value::Null, "100|Aziza Karimova\n"),
    ] {
        let text = made(&marketing, &asked(condition.clone(), &columns)).await;
        assert_eq!(text, format!("account.number|customer.name\n{lines}"), "{condition}");
    }

    let before = marketing.get("/api/v1/loyalty/exports").await.expect(StatusCode::OK).await;
    for (condition, column, pointer, said) in [
        ("account.teir == 'gold'", "account.number", "/condition", "did you mean `account.tier`?"),
        ("event.amount > 5", "account.number", "/condition", "`event.amount`"),
        ("account.tier ==", "account.number", "/condition", ""),
        ("customer.debt == 'overdue'", "account.number", "/condition", "not for your roles"),
        ("account.level > 1", "customer.debt", "/columns/0", "not for your roles"),
        ("account.level > 1", "customer.nmae", "/columns/0", "did you mean `customer.name`?"),
        ("account.level > 1", "time.hour", "/columns/0", "must be a path"),
    ] {
        let refused = marketing.post("/api/v1/loyalty/exports", &asked(json!(condition), &[column])).await;
        let refused = refused.expect_problem(422, "invalid").await;
        let fault = &refused["errors"][0];
        assert_eq!(fault["pointer"], pointer, "{condition}, {column}: {refused}");
        assert!(fault["detail"].as_str().unwrap().contains(said), "{condition}, {column}: {refused}");
    }
    let after = marketing.get("/api/v1/loyalty/exports").await.expect(StatusCode::OK).await;
    assert_eq!(after, before);
}
