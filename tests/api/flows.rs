//! Flows over HTTP: drawn, checked, tried, published, run; tasks, scripts and connectors.

use crate::support::{Browser, TestServer};
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};

fn campaign(message: &str) -> Value {
    json!({
        "name": "welcome", "title": "Welcome", "version": 1, "kind": "process", "start": "ask",
        "nodes": {
            "ask": {"type": "task", "title": message, "role": "Administrator",
                    "questions": [{"key": "ok", "label": "Ok?", "type": "boolean", "required": true}], "next": "end"},
            "end": {"type": "end", "outcome": "asked"}
        }
    })
}

async fn drawn(browser: &Browser, definition: &Value) -> Value {
    let name = definition["name"].as_str().unwrap();
    let body = json!({ "name": name, "kind": definition["kind"], "title": "Drawn" });
    browser.post("/api/v1/flows", &body).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/flows/{name}/draft");
    browser.put(&path, 1, &json!({ "definition": definition })).await.expect(StatusCode::OK).await
}

async fn published(browser: &Browser, definition: &Value) {
    drawn(browser, definition).await;
    let path = format!("/api/v1/flows/{}/publish", definition["name"].as_str().unwrap());
    browser.post(&path, &json!({ "note": "first" })).await.expect(StatusCode::OK).await;
}

/// NFR-LOW-01, NFR-LOW-02: a flow is drawn with faults at their nodes, published, compared and taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_flow_is_drawn_checked_published_and_taken_back() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let mut wrong = campaign("Hello");
    wrong["nodes"]["ask"]["next"] = json!("nowhere");
    let draft = drawn(&browser, &wrong).await;
    let fault = &draft["faults"][0];
    assert_eq!((fault["node"].as_str(), fault["code"].as_str()), (Some("ask"), Some("no_such_node")));
    let refused =
        browser.post("/api/v1/flows/welcome/publish", &json!({})).await.expect_problem(422, "invalid").await;
    assert_eq!(refused["errors"][0]["pointer"], "/definition/nodes/ask/next");

    for (version, message) in [(2, "Hello"), (3, "Good day")] {
        let body = json!({ "definition": campaign(message), "layout": {"ask": {"x": 1, "y": 2}} });
        let draft =
            browser.put("/api/v1/flows/welcome/draft", version, &body).await.expect(StatusCode::OK).await;
        assert_eq!((&draft["faults"], &draft["layout"]["ask"]["x"]), (&json!([]), &json!(1)));
        browser
            .post("/api/v1/flows/welcome/publish", &json!({ "note": message }))
            .await
            .expect(StatusCode::OK)
            .await;
    }
    let stale = json!({ "definition": campaign("Late") });
    browser
        .put("/api/v1/flows/welcome/draft", 2, &stale)
        .await
        .expect_problem(412, "changed-meanwhile")
        .await;
    let versions = browser.get("/api/v1/flows/welcome/versions").await.expect(StatusCode::OK).await;
    assert_eq!(
        (&versions[0]["version"], &versions[0]["live"], &versions[1]["note"]),
        (&json!(2), &json!(true), &json!("Hello"))
    );
    let one = browser.get("/api/v1/flows/welcome/versions/1").await.expect(StatusCode::OK).await;
    assert_eq!(one["definition"]["nodes"]["ask"]["title"], "Hello");
    browser
        .post("/api/v1/flows/welcome/roll-back", &json!({ "version": 1 }))
        .await
        .expect(StatusCode::OK)
        .await;

    let list = browser.get("/api/v1/flows").await.expect(StatusCode::OK).await;
    let row = list.as_array().unwrap().iter().find(|row| row["name"] == "welcome").unwrap();
    assert_eq!(
        (&row["live_version"], &row["source"], &row["kind"]),
        (&json!(1), &json!("database"), &json!("process"))
    );
    assert!(list.as_array().unwrap().iter().any(|row| row["name"] == "main" && row["source"] == "file"));
    browser.delete("/api/v1/flows/welcome").await.expect(StatusCode::NO_CONTENT).await;
    browser.get("/api/v1/flows/welcome").await.expect_problem(404, "not-found").await;
}

/// MKT-FLOW-02: a trial steps through a flow and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_flow_is_tried_step_by_step() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let definition = json!({
        "name": "trial", "version": 1, "kind": "campaign", "start": "m",
        "nodes": {
            "m": {"type": "message", "template": "x", "next": "w"},
            "w": {"type": "wait", "for_seconds": 604800, "next": "c"},
            "c": {"type": "call", "connector": "billing", "operation": "x", "variable": "a", "next": "b", "on_error": "end"},
            "b": {"type": "branch", "cases": [{"when": "vars.a.data.ok == true", "next": "good"}], "otherwise": "end"},
            "good": {"type": "end", "outcome": "good"}, "end": {"type": "end", "outcome": "bad"}
        }
    });
    let try_it = async |state: &Value, input: Value| {
        let body = json!({ "definition": definition, "state": state, "input": input, "customer": {"name": "Aziza"} });
        browser.post("/api/v1/flows/try", &body).await.expect(StatusCode::OK).await
    };

    let begun = try_it(&Value::Null, Value::Null).await;
    assert_eq!(
        (&begun["path"], &begun["effects"][0]["act"]["kind"]),
        (&json!(["m", "w"]), &json!("message"))
    );
    assert_eq!(begun["waiting_for"][0]["give"], json!([{ "kind": "due" }]));
    let called = try_it(&begun["state"], json!({ "kind": "due" })).await;
    assert_eq!(called["path"], json!(["c"]));
    let good =
        try_it(&called["state"], json!({ "kind": "performed", "value": { "data": { "ok": true } } })).await;
    assert_eq!((&good["done"], &good["outcome"]), (&json!(true), &json!("good")));
    let bad = try_it(&called["state"], json!({ "kind": "failed", "reason": "away" })).await;
    assert_eq!(bad["outcome"], "bad");
}

/// NFR-LOW-02: an IVR is tried like any other flow.
#[tokio::test(flavor = "multi_thread")]
async fn an_ivr_is_tried_step_by_step() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let definition = json!({
        "name": "ivr", "version": 1, "kind": "ivr", "start": "who",
        "nodes": {
            "who": {"type": "caller_lookup", "found": "vip", "unknown": "bye"},
            "vip": {"type": "branch", "cases": [{"when": {"var": "caller.vip", "op": "eq", "value": true}, "next": "busy"}], "otherwise": "bye"},
            "busy": {"type": "hang_up", "cause": "busy"}, "bye": {"type": "hang_up"}
        }
    });
    let try_it = async |state: &Value, input: Value| {
        let body = json!({ "definition": definition, "state": state, "input": input });
        browser.post("/api/v1/flows/try", &body).await.expect(StatusCode::OK).await
    };

    let begun = try_it(&Value::Null, Value::Null).await;
    assert_eq!((&begun["path"], &begun["waiting_for"][0]["kind"]), (&json!(["who"]), &json!("looking_up")));
    let found =
        try_it(&begun["state"], json!({ "kind": "caller_found", "name": "Aziza", "vip": true })).await;
    assert_eq!((&found["path"], &found["done"]), (&json!(["who", "vip", "busy"]), &json!(true)));
}

/// OMNI-15: a run gives a task, a person of the role does it, the run ends; others see and may do nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_gives_a_task_and_goes_on_when_it_is_done() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    published(&browser, &campaign("Look at it")).await;
    let started = browser.post("/api/v1/flows/welcome/instances", &json!({ "variables": {} })).await;
    let run = started.expect(StatusCode::CREATED).await;
    server.processes.work().await.unwrap();

    let mine = browser.get("/api/v1/tasks?mine=true&state=open").await.expect(StatusCode::OK).await;
    let task = &mine["items"][0];
    assert_eq!(
        (&task["title"], &task["flow"], &task["state"]),
        (&json!("Look at it"), &json!("welcome"), &json!("open"))
    );
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    browser.post(&format!("{path}/take"), &json!({})).await.expect(StatusCode::OK).await;
    let empty = browser
        .post(&format!("{path}/complete"), &json!({ "values": {} }))
        .await
        .expect_problem(422, "invalid")
        .await;
    assert_eq!(empty["errors"][0]["pointer"], "/values/ok");
    let done = browser.post(&format!("{path}/complete"), &json!({ "values": { "ok": true } })).await;
    assert_eq!(done.expect(StatusCode::OK).await["state"], "done");
    browser.post(&format!("{path}/complete"), &json!({})).await.expect_problem(409, "not-possible-now").await;

    let path = format!("/api/v1/flow-instances/{}", run["id"].as_str().unwrap());
    let ended = browser.get(&path).await.expect(StatusCode::OK).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"], &ended["variables"]["ok"]),
        (&json!("done"), &json!("asked"), &json!(true))
    );
    assert_eq!(ended["path"][0]["detail"]["answers"]["ok"], true);
    let counters = browser.get("/api/v1/flows/welcome/counters").await.expect(StatusCode::OK).await;
    assert_eq!(counters["nodes"]["ask"]["entered"], 1);
    browser.post(&format!("{path}/retry"), &json!({})).await.expect_problem(409, "not-possible-now").await;
}

/// A system outside, until it is switched off.
async fn billing() -> (String, tokio::task::JoinHandle<()>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        loop {
            let Ok((mut socket, _)) = listener.accept().await else { return };
            let mut read = [0; 4096];
            let n = socket.read(&mut read).await.unwrap_or(0);
            let asked = String::from_utf8_lossy(&read[..n]).to_string();
            let body = json!({ "name": "Start", "authorised": asked.contains("Bearer s3cret") }).to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _gone = socket.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    (url, serving)
}

/// CC-SCR-01, CC-SCR-02, INT-03: the desk walks a script that asks an outside system; when that is away, the last
/// answer is shown as of when it was given, and the path is there for the supervisor.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_asks_an_outside_system_and_shows_old_answers_when_it_is_away() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let (url, serving) = billing().await;
    let connector = json!({
        "name": "billing", "base_url": url, "auth": { "kind": "bearer", "secret": "s3cret" },
        "operations": [{ "key": "tariff", "method": "GET", "path": "/tariffs/{phone}", "timeout_ms": 2000 }]
    });
    let made = browser.post("/api/v1/connectors", &connector).await.expect(StatusCode::CREATED).await;
    assert_eq!(made["auth"], json!({ "kind": "bearer", "name": null, "has_secret": true }));
    let tried = format!("/api/v1/connectors/{}/try", made["id"].as_str().unwrap());
    let question = json!({ "operation": "tariff", "input": { "phone": "1" } });
    let answer = browser.post(&tried, &question).await.expect(StatusCode::OK).await;
    assert_eq!((&answer["data"]["authorised"], &answer["stale"]), (&json!(true), &json!(false)));

    published(&browser, &json!({
        "name": "tariff", "version": 1, "kind": "script", "start": "call",
        "nodes": {
            "call": {"type": "call", "connector": "billing", "operation": "tariff", "input": {"phone": "'7'"},
                     "variable": "tariff", "next": "page", "on_error": "page"},
            "page": {"type": "page", "title": "Tariff {{ vars.tariff.data.name }}", "next": "end",
                     "questions": [{"key": "wish", "label": "Wish", "required": true}],
                     "buttons": [{"key": "again", "title": "Ask again", "action": true, "next": "call"}]},
            "end": {"type": "end", "text": "Bye"}
        }
    })).await;
    let scripts = browser.get("/api/v1/scripts").await.expect(StatusCode::OK).await;
    assert_eq!(scripts, json!([{ "name": "tariff", "title": "Drawn", "suggested": false }]));
    let run =
        browser.post("/api/v1/script-runs", &json!({ "flow": "tariff" })).await.expect(StatusCode::OK).await;
    assert_eq!((&run["step"]["title"], &run["step"]["notice"]), (&json!("Tariff Start"), &Value::Null));
    assert_eq!(run["step"]["buttons"], json!([{ "key": "again", "label": "Ask again", "action": true }]));

    serving.abort();
    let _ended = serving.await;
    let path = format!("/api/v1/script-runs/{}", run["id"].as_str().unwrap());
    let again = browser
        .post(&format!("{path}/answer"), &json!({ "button": "again" }))
        .await
        .expect(StatusCode::OK)
        .await;
    assert_eq!(again["step"]["title"], "Tariff Start");
    assert_eq!(again["step"]["notice"]["connector"], "billing");
    let missing = browser.post(&format!("{path}/answer"), &json!({ "values": {} })).await;
    missing.expect_problem(422, "invalid").await;
    let done = browser.post(&format!("{path}/answer"), &json!({ "values": { "wish": "more" } })).await;
    let done = done.expect(StatusCode::OK).await;
    assert_eq!((&done["done"], &done["text"], &done["step"]), (&json!(true), &json!("Bye"), &Value::Null));
    browser.post(&format!("{path}/back"), &json!({})).await.expect_problem(409, "not-possible-now").await;
}
